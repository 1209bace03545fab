import { fileURLToPath } from 'node:url';
import { SundayError } from '../../src/errors.ts';
import type { Fleet, Instance } from '../../src/fleet/fleet.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { findCatalogTables } from '../../src/performance/advice/catalog-probe.ts';
import { type Planner, withPlanner } from '../../src/performance/advice/plan-probe.ts';
import { flattenPlan } from '../../src/performance/advice/plan.ts';
import { listTableNames } from '../../src/performance/advice/shape.ts';
import { readStatement, type ReadStatement } from '../../src/performance/advice/statement.ts';
import { adviseOnWorkload } from '../../src/performance/advice/workload.ts';
import { slowQueries, type SlowQueriesInput } from '../../src/performance/statements/slow-queries.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { formatSample, formatTable, ratiosOf, tell, toSample } from '../report.ts';
import { type Finding, type Ground, timed, type Verdict } from './finding.ts';
import { makeShop, useShop } from './shop.ts';

const MOST_BYTES = 1.5;
const WINDOW_SECONDS = 3_600;
const STATEMENTS = 50;
const MOST_INDEXES = 20;
const MIGRATIONS = fileURLToPath(new URL('../../migrations/control', import.meta.url));

/** One set of indexes, and how long the workload takes with it. */
interface Way {
  readonly name: string;
  readonly statements: readonly string[];
  bytes: number;
  readonly ms: number[];
}

/** The indexes that we advise for a workload, against none and against those of an advisor that knows one column each. */
export function measureWorkload({ server, rounds, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async ({ db, fleet, instance }) =>
    server.withDatabase(async (control) => {
      await applyPending(control.db, MIGRATIONS, { appliedBy: 'bench' });
      await db.rows(raw('/* bench.hypopg */ CREATE EXTENSION hypopg'));
      await makeShop(db);
      await db.rows(raw('/* bench.reset */ SELECT pg_stat_statements_reset()'));
      await useShop(db, signal);
      const find = (input: SlowQueriesInput) => slowQueries({ fleet, db: control.db }, input);
      const simple = toWay('one column each', await adviseSimply({ fleet, instance, find }));
      await build(db, simple); // for its bytes; the planner is asked without it
      await dropAll(db);
      const advice = await adviseOnWorkload(fleet, find, {
        ...{ cluster: 'main', instance: null, windowSeconds: WINDOW_SECONDS, statements: STATEMENTS },
        ...{ budgetBytes: Math.floor(MOST_BYTES * simple.bytes), limit: MOST_INDEXES },
      });
      const ours = toWay(
        'ours',
        advice.indexes.flatMap(({ statements }) => statements),
      );
      const ways = [toWay('no index', []), simple, ours];
      for (let round = 1; round <= rounds; round++) {
        for (const way of round % 2 === 1 ? ways : ways.toReversed()) {
          signal.throwIfAborted();
          await build(db, way);
          way.ms.push(await timed(() => useShop(db, signal)));
          await dropAll(db);
          tell(`round ${round}, ${way.name}: ${way.ms.at(-1)?.toFixed(0)} ms`);
        }
      }
      return toFinding(ways, simple, ours);
    }),
  );
}

const toWay = (name: string, statements: readonly string[]): Way => ({ name, statements, bytes: 0, ms: [] });

interface Site {
  readonly fleet: Fleet;
  readonly instance: Instance;
  readonly find: (input: SlowQueriesInput) => ReturnType<typeof slowQueries>;
}

/**
 * As the well-known index_advisor does it: for each statement an index on each single column is supposed, all at once,
 * and those that its plan uses are what it suggests.
 */
async function adviseSimply({ fleet, instance, find }: Site): Promise<readonly string[]> {
  const { queries } = await find({
    ...{ cluster: 'main', instance: null, windowSeconds: WINDOW_SECONDS },
    ...{ orderBy: 'TOTAL_TIME', limit: STATEMENTS },
  });
  const wanted = new Set<string>();
  await withPlanner(fleet.operator(instance), async (planner) => {
    for (const { query } of queries) {
      const statement = await tryToRead(query);
      if (statement !== null)
        for (const definition of await usedColumns(planner, statement)) wanted.add(definition);
    }
  });
  return [...wanted];
}

async function tryToRead(query: string | null): Promise<ReadStatement | null> {
  try {
    return query === null ? null : await readStatement(query);
  } catch (error) {
    if (error instanceof SundayError) return null;
    throw error;
  }
}

async function usedColumns(planner: Planner, statement: ReadStatement): Promise<readonly string[]> {
  const supposed = new Map<string, string>();
  for (const table of await findCatalogTables(planner.db, listTableNames(statement.tree)))
    for (const column of table.columns) {
      if (table.indexes.some(({ keys }) => keys[0] === column.name)) continue;
      const definition = `CREATE INDEX ON ${table.quoted} (${column.quoted})`;
      const id = await planner.suppose(definition);
      if (id !== null) supposed.set(id, definition);
    }
  try {
    const nodes = flattenPlan(await planner.plan(statement));
    // HypoPG names what is supposed `<oid>btree_table_column`.
    const used = nodes.map(({ index }) => /^<(\d+)>/.exec(index ?? '')?.[1]);
    return used.flatMap((id) => supposed.get(id ?? '') ?? []);
  } catch (error) {
    if (!(error instanceof SundayError)) throw error;
    return [];
  } finally {
    for (const id of supposed.keys()) await planner.forget(id);
  }
}

/** Sets the bytes that they really take. */
async function build(db: Database, way: Way): Promise<void> {
  for (const statement of way.statements) await db.rows(raw(`/* bench.createIndex */ ${statement}`));
  await db.rows(raw('/* bench.vacuum */ VACUUM ANALYZE orders, order_lines, customers'));
  const [row] = await db.rows<{ bytes: number }>(sql`/* bench.indexBytes */
    SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::float8 AS bytes
    FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid) WHERE NOT indisprimary`);
  way.bytes = row?.bytes ?? NaN;
}

async function dropAll(db: Database): Promise<void> {
  const rows = await db.rows<{ name: string }>(sql`/* bench.listIndexes */
    SELECT indexrelname AS name FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid) WHERE NOT indisprimary`);
  for (const { name } of rows) await db.rows(sql`/* bench.dropIndex */ DROP INDEX ${identifier(name)}`);
}

function toFinding(ways: readonly Way[], simple: Way, ours: Way): Finding {
  const none = ways.find(({ statements }) => statements.length === 0);
  const compare = (what: string, theirs: readonly number[]): Verdict => {
    const ratio = ratiosOf(ours.ms, theirs);
    return {
      ...{ what, figure: formatSample(ratio, 3), value: ratio.median, target: '< 1' },
      isMet: ratio.median < 1,
    };
  };
  const bytes = ours.bytes / simple.bytes;
  const rows = ways.map(({ name, statements, bytes: size, ms }) => [
    ...[name, String(statements.length), (size / 1_048_576).toFixed(1), formatSample(toSample(ms), 0)],
  ]);
  return {
    title: 'the indexes that we advise for a workload',
    verdicts: [
      compare('time ÷ without any', none?.ms ?? []),
      compare('time ÷ with those of a one-column advisor', simple.ms),
      {
        ...{ what: 'bytes ÷ those of a one-column advisor', figure: bytes.toFixed(2), value: bytes },
        ...{ target: `≤ ${MOST_BYTES}`, isMet: bytes <= MOST_BYTES },
      },
    ],
    notes: [
      formatTable([['indexes', 'how many', 'MB', 'workload, ms'], ...rows]),
      ways.flatMap(({ name, statements }) => statements.map((one) => `${name}: ${one}`)).join('\n'),
    ],
    json: { ways },
  };
}
