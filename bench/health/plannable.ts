import { SundayError } from '../../src/errors.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { optimizeQuery } from '../../src/performance/advice/optimize.ts';
import { isServerError } from '../../src/postgres/errors.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { formatSample, toSample } from '../report.ts';
import { CORPUS, CORPUS_SCHEMA } from './corpus.ts';
import { type Finding, type Ground, timed } from './finding.ts';

const LEAST_PLANNED = 0.98;
const BUDGET_BYTES = 2 ** 30;

interface Planned {
  readonly text: string;
  readonly ms: number;
  /** Why there is no plan; null when there is one. */
  readonly problem: string | null;
  /** PREPARE takes the text as it is. */
  readonly isPlain: boolean;
}

/** Statements as pg_stat_statements keeps them: has each a generic plan? */
export function measurePlannable({ server, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async ({ db, fleet }) => {
    for (const statement of CORPUS_SCHEMA) await db.rows(raw(`/* bench.makeCorpus */ ${statement}`));
    await db.rows(raw('/* bench.hypopg */ CREATE EXTENSION IF NOT EXISTS hypopg')).catch(() => []);
    const texts = await normalise(db);
    const planned: Planned[] = [];
    for (const text of texts) {
      signal.throwIfAborted();
      planned.push(await plan({ fleet, db }, text));
    }
    return toFinding(planned);
  });
}

/** Runs each once, without effect, and asks the server what it has kept of them, in their order. */
async function normalise(db: Database): Promise<readonly string[]> {
  for (const [number, text] of CORPUS.entries())
    await db.session(async (session) => {
      await session.rows(raw('/* bench.begin */ BEGIN'));
      try {
        await session.rows(raw(`/* corpus.${number} */ ${text}`));
      } finally {
        await session.rows(raw('/* bench.rollback */ ROLLBACK'));
      }
    });
  const rows = await db.rows<{ query: string }>(sql`/* bench.readCorpus */
    SELECT query FROM pg_stat_statements
    WHERE query LIKE '/* corpus.%' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY substring(query FROM 'corpus.([0-9]+)')::int`);
  if (rows.length !== CORPUS.length)
    throw new Error(
      `the server has kept ${rows.length} of ${CORPUS.length} statements: some are the same to it`,
    );
  return rows.map(({ query }) => query.replace(/^\/\*.*?\*\/\s*/, ''));
}

interface Places {
  readonly fleet: Fleet;
  readonly db: Database;
}

async function plan({ fleet, db }: Places, text: string): Promise<Planned> {
  let problem: string | null = null;
  const ms = await timed(async () => {
    try {
      const found = await optimizeQuery(fleet, {
        ...{ cluster: 'main', instance: null, sql: text, analyze: false, budgetBytes: BUDGET_BYTES },
      });
      if (found.totalCost === null) problem = found.reason ?? 'no plan';
    } catch (error) {
      if (!(error instanceof SundayError)) throw error;
      problem = error.message;
    }
  });
  return { text, ms, problem, isPlain: await takesPrepare(db, text) };
}

/** What is left without any repair. */
async function takesPrepare(db: Database, text: string): Promise<boolean> {
  return db.session(async (session) => {
    try {
      await session.rows(raw(`/* bench.prepare */ PREPARE bench_plain AS ${text}`));
      await session.rows(raw('/* bench.deallocate */ DEALLOCATE bench_plain'));
      return true;
    } catch (error) {
      if (!isServerError(error)) throw error;
      return false;
    }
  });
}

function toFinding(planned: readonly Planned[]): Finding {
  const failed = planned.filter(({ problem }) => problem !== null);
  const share = 1 - failed.length / planned.length;
  const plain = planned.filter(({ isPlain }) => isPlain).length;
  return {
    title: 'statements of pg_stat_statements that have a generic plan',
    verdicts: [
      {
        ...{
          what: 'plannable',
          figure: `${planned.length - failed.length} of ${planned.length}`,
          value: share,
        },
        ...{ target: `≥ ${100 * LEAST_PLANNED} %`, isMet: share >= LEAST_PLANNED },
      },
    ],
    notes: [
      `PREPARE alone takes ${plain} of them`,
      `${formatSample(toSample(planned.map(({ ms }) => ms)), 1)} ms for each, with advice about indexes`,
      ...failed.map(({ text, problem }) => `no plan: ${text}: ${problem}`),
    ],
    json: { planned },
  };
}
