import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createRound } from '../../src/health/collect/round.ts';
import { formatSample, formatTable, ratiosOf, tell, toSample } from '../report.ts';
import { EXPORTER_MISSING, findExporter, startExporter } from './exporter.ts';
import { type Finding, type Ground, mean, timed, type Verdict } from './finding.ts';
import { EXPORTER, WATCHER, type WatchedDatabase } from './server.ts';

const SCRAPES = 10;
const FEW_TABLES = 10;
const MANY_TABLES = 2_000;
const TABLES_AT_ONCE = 100;
/** Hot is every 10 s, warm every 5 min, and what we may see is asked once a minute. */
const HOT_PER_WARM = 30;
const HOT_PER_RIGHTS = 6;

/** What one way to look costs: one value for each round, the mean of its scrapes. */
interface Cost {
  readonly name: string;
  readonly role: string;
  readonly scrape: () => Promise<unknown>;
  readonly databaseMs: number[];
  readonly clockMs: number[];
}

/** Database milliseconds of the hot scrape, against the exporter as Debian ships it. */
export function measureHot(ground: Ground): Promise<Finding> {
  return ground.server.withDatabase(async (database) => {
    const { costs, rightsMs } = await measureCosts(ground, database, { tables: FEW_TABLES, kind: 'default' });
    const [hot, , exporter] = costs;
    const ours = (hot?.databaseMs ?? []).map((one) => one + rightsMs / HOT_PER_RIGHTS);
    const title = `cost of a hot scrape, ${FEW_TABLES} tables`;
    return toFinding(title, { costs, rightsMs }, [
      compare('hot scrape ÷ default scrape of the exporter', ours, exporter?.databaseMs, 1 / 20),
    ]);
  });
}

/** All that is read of 2,000 tables, by how often it is read, against the exporter with its queries for tables. */
export function measureManyTables(ground: Ground): Promise<Finding> {
  return ground.server.withDatabase(async (database) => {
    const { costs, rightsMs } = await measureCosts(ground, database, {
      tables: MANY_TABLES,
      kind: 'queries.yaml',
    });
    const [hot, full, exporter] = costs;
    const warmShare = (round: number) =>
      Math.max(0, (full?.databaseMs[round] ?? NaN) - (hot?.databaseMs[round] ?? NaN)) / HOT_PER_WARM;
    const ours = (hot?.databaseMs ?? []).map(
      (one, round) => one + warmShare(round) + rightsMs / HOT_PER_RIGHTS,
    );
    const title = `cost of watching ${MANY_TABLES} tables`;
    const finding = toFinding(title, { costs, rightsMs }, [
      compare('each 10 s, amortised ÷ scrape with queries.yaml', ours, exporter?.databaseMs, 1 / 5),
    ]);
    const amortised = `hot + warm / ${HOT_PER_WARM} + rights / ${HOT_PER_RIGHTS}: ${formatSample(toSample(ours), 2)} ms of the database each 10 s`;
    return { ...finding, notes: [...finding.notes, amortised] };
  });
}

interface Wanted {
  readonly tables: number;
  readonly kind: 'default' | 'queries.yaml';
}

async function measureCosts({ server, rounds, signal }: Ground, database: WatchedDatabase, wanted: Wanted) {
  await makeTables(database.db, wanted.tables);
  const { fleet, cluster } = database;
  const start = (warmEveryMs: number) => {
    const round = createRound({
      ...{ fleet, cluster, warmEveryMs, archiveEveryMs: Infinity, measureArchive: undefined },
      publish: () => Promise.resolve(),
    });
    return () => round(() => signal.aborted);
  };
  const cost = (name: string, role: string, scrape: Cost['scrape']): Cost => ({
    ...{ name, role, scrape, databaseMs: [], clockMs: [] },
  });
  await using exporter = findExporter() === null ? null : await startExporter(server, database, wanted.kind);
  const costs = [
    cost('ours, hot', WATCHER, start(Infinity)),
    cost('ours, hot and warm', WATCHER, start(0)),
    ...(exporter === null ? [] : [cost(exporter.name, EXPORTER, exporter.scrape)]),
  ];
  for (const one of costs) await one.scrape(); // the first one also asks what it may see, and fills caches
  for (let round = 1; round <= rounds; round++) {
    for (const one of round % 2 === 1 ? costs : costs.toReversed()) {
      signal.throwIfAborted();
      const before = await databaseMsOf(server.admin, one.role);
      const clock: number[] = [];
      for (let scrape = 0; scrape < SCRAPES; scrape++) clock.push(await timed(one.scrape));
      one.databaseMs.push(((await databaseMsOf(server.admin, one.role)) - before) / SCRAPES);
      one.clockMs.push(mean(clock));
      tell(`round ${round}, ${one.name}: ${one.databaseMs.at(-1)?.toFixed(2)} ms of the database`);
    }
  }
  return { costs, rightsMs: await rightsMsOf(database.db) };
}

/** Planned and executed, of all statements of a role. */
async function databaseMsOf(admin: Database, role: string): Promise<number> {
  const [row] = await admin.rows<{ ms: number }>(sql`/* bench.databaseMs */
    SELECT coalesce(sum(total_exec_time + total_plan_time), 0)::float8 AS ms
    FROM pg_stat_statements(false) WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = ${role})`);
  return row?.ms ?? 0;
}

/** Of one question what the role may see. */
async function rightsMsOf(db: Database): Promise<number> {
  const [row] = await db.rows<{ ms: number }>(sql`/* bench.rightsMs */
    SELECT coalesce(sum(total_exec_time + total_plan_time) / sum(calls), 0)::float8 AS ms
    FROM pg_stat_statements WHERE query LIKE '/* health.readRights */%' AND calls > 0
      AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return row?.ms ?? 0;
}

/** With a key, an index, a TOAST table and statistics each. */
async function makeTables(db: Database, count: number): Promise<void> {
  for (let first = 1; first <= count; first += TABLES_AT_ONCE) {
    const last = Math.min(count, first + TABLES_AT_ONCE - 1);
    await db.rows(
      raw(`/* bench.makeTables */ DO $$ BEGIN
        FOR n IN ${first}..${last} LOOP
          EXECUTE format('CREATE TABLE orders_%s (id bigint PRIMARY KEY, customer_id bigint, note text, at timestamptz)', n);
          EXECUTE format('INSERT INTO orders_%s SELECT i, i %% 7, ''note '' || i, now() FROM generate_series(1, 50) AS i', n);
          EXECUTE format('CREATE INDEX ON orders_%s (customer_id)', n);
        END LOOP;
      END $$`),
    );
  }
  await db.rows(raw('/* bench.analyze */ ANALYZE'));
}

function compare(
  what: string,
  ours: readonly number[],
  theirs: readonly number[] | undefined,
  target: number,
): Verdict {
  const about = { what, target: `≤ 1/${1 / target}` };
  if (theirs === undefined) return { ...about, figure: 'no peer', value: NaN, isMet: null };
  const ratio = ratiosOf(ours, theirs);
  const figure = `1/${(1 / ratio.median).toFixed(1)} (1/${(1 / ratio.lowest).toFixed(1)}–1/${(1 / ratio.highest).toFixed(1)})`;
  return { ...about, figure, value: ratio.median, isMet: ratio.median <= target };
}

function toFinding(
  title: string,
  { costs, rightsMs }: { readonly costs: readonly Cost[]; readonly rightsMs: number },
  verdicts: readonly Verdict[],
): Finding {
  const rows = costs.map(({ name, databaseMs, clockMs }) => [
    name,
    formatSample(toSample(databaseMs), 2),
    formatSample(toSample(clockMs), 1),
  ]);
  return {
    ...{ title, verdicts },
    notes: [
      formatTable([['ms of one', 'of the database', 'by the clock'], ...rows]),
      `rights, asked once a minute: ${rightsMs.toFixed(2)} ms`,
      ...(costs.length === 3 ? [] : [EXPORTER_MISSING]),
    ],
    json: { rightsMs, costs: costs.map(({ scrape: _, ...rest }) => rest) },
  };
}
