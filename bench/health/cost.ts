import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { countLocks } from '../../src/health/collect/hot-probe.ts';
import { readRights } from '../../src/health/collect/rights-probe.ts';
import { createRound } from '../../src/health/collect/round.ts';
import { formatSample, formatTable, ratiosOf, tell, toSample } from '../report.ts';
import { backendMsOf } from './backends.ts';
import { type Exporter, EXPORTER_MISSING, findExporter, startExporter } from './exporter.ts';
import { type Finding, type Ground, mean, timed, type Verdict } from './finding.ts';
import { EXPORTER, WATCHER, type WatchedDatabase } from './server.ts';

const SCRAPES = 20;
const FEW_TABLES = 10;
const MANY_TABLES = 2_000;
const TABLES_AT_ONCE = 100;
/** Hot is every 10 s, warm every 5 min; what we may see and how many locks there are is asked once a minute. */
const HOT_PER_WARM = 30;
const HOT_PER_MINUTE = 6;

/** What one way to look costs: one value for each round, the mean of its scrapes. */
interface Cost {
  readonly name: string;
  readonly role: string;
  readonly scrape: () => Promise<unknown>;
  readonly databaseMs: number[];
  /** Processor time of the role's server processes, with what pg_stat_statements leaves out: parsing, rewriting, sending. */
  readonly backendMs: number[];
  readonly clockMs: number[];
}

/** Database milliseconds of the hot scrape, against the exporter as Debian ships it. */
export function measureHot(ground: Ground): Promise<Finding> {
  return ground.server.withDatabase(async (database) => {
    const found = await measureCosts(ground, database, { tables: FEW_TABLES, kinds: ['default'] });
    const [hot, minute, , exporter] = found.costs;
    const withShare = (of: 'databaseMs' | 'backendMs') =>
      (hot?.[of] ?? []).map((one, round) => one + (minute?.[of][round] ?? NaN) / HOT_PER_MINUTE);
    const title = `cost of a hot scrape, ${FEW_TABLES} tables`;
    const finding = toFinding(title, found, [
      compare(
        'hot scrape ÷ default scrape of the exporter',
        withShare('databaseMs'),
        exporter?.databaseMs,
        1 / 20,
      ),
    ]);
    const ratio = ratiosOf(withShare('backendMs'), exporter?.backendMs ?? []);
    const processors = `the same by processor time of the server processes: 1/${(1 / ratio.median).toFixed(1)}`;
    return { ...finding, notes: [...finding.notes, processors] };
  });
}

/** All that is read of 2,000 tables, by how often it is read, against the exporter with its queries for tables. */
export function measureManyTables(ground: Ground): Promise<Finding> {
  return ground.server.withDatabase(async (database) => {
    const found = await measureCosts(ground, database, {
      ...{ tables: MANY_TABLES, kinds: ['queries.yaml', 'default'] },
    });
    const [hot, minute, full, exporter, plain] = found.costs;
    const warmShare = (round: number) =>
      Math.max(0, (full?.databaseMs[round] ?? NaN) - (hot?.databaseMs[round] ?? NaN)) / HOT_PER_WARM;
    const ours = (hot?.databaseMs ?? []).map(
      (one, round) => one + warmShare(round) + (minute?.databaseMs[round] ?? NaN) / HOT_PER_MINUTE,
    );
    const title = `cost of watching ${MANY_TABLES} tables`;
    const finding = toFinding(title, found, [
      compare('each 10 s, amortised ÷ scrape with queries.yaml', ours, exporter?.databaseMs, 1 / 5),
      compare('hot scrape alone ÷ default scrape', hot?.databaseMs ?? [], plain?.databaseMs, 1 / 20),
    ]);
    const amortised = `hot + warm / ${HOT_PER_WARM} + once a minute / ${HOT_PER_MINUTE}: ${formatSample(toSample(ours), 2)} ms of the database each 10 s`;
    return { ...finding, notes: [...finding.notes, amortised] };
  });
}

interface Found {
  readonly costs: readonly Cost[];
  readonly origins: readonly Origin[];
}

interface Wanted {
  readonly tables: number;
  readonly kinds: readonly ('default' | 'queries.yaml')[];
}

async function measureCosts({ server, rounds, signal }: Ground, database: WatchedDatabase, wanted: Wanted) {
  await makeTables(database.db, wanted.tables);
  await server.admin.rows(raw('/* bench.reset */ SELECT pg_stat_statements_reset()'));
  const { fleet, cluster, instance } = database;
  const collector = fleet.collector(instance);
  const start = (warmEveryMs: number) => {
    const round = createRound({
      ...{ fleet, cluster, warmEveryMs, archiveEveryMs: Infinity, measureArchive: undefined },
      publish: () => Promise.resolve(),
    });
    return () => round(() => signal.aborted);
  };
  const cost = (name: string, role: string, scrape: Cost['scrape']): Cost => ({
    ...{ name, role, scrape, databaseMs: [], backendMs: [], clockMs: [] },
  });
  await using running = new AsyncDisposableStack();
  const exporters: Exporter[] = [];
  for (const kind of findExporter() === null ? [] : wanted.kinds)
    exporters.push(running.use(await startExporter(server, database, kind)));
  const costs = [
    cost('ours, hot', WATCHER, start(Infinity)),
    cost('ours, asked once a minute', WATCHER, async () => [
      await readRights(collector),
      await countLocks(collector),
    ]),
    cost('ours, hot and warm', WATCHER, start(0)),
    ...exporters.map((one) => cost(one.name, EXPORTER, one.scrape)),
  ];
  for (const one of costs) await one.scrape(); // the first one also asks what it may see, and fills caches
  for (let round = 1; round <= rounds; round++) {
    for (const one of round % 2 === 1 ? costs : costs.toReversed()) {
      signal.throwIfAborted();
      const before = await databaseMsOf(server.admin, one.role);
      const busyBefore = await backendMsOf(server.admin, one.role);
      const clock: number[] = [];
      for (let scrape = 0; scrape < SCRAPES; scrape++) clock.push(await timed(one.scrape));
      one.backendMs.push(((await backendMsOf(server.admin, one.role)) - busyBefore) / SCRAPES);
      one.databaseMs.push(((await databaseMsOf(server.admin, one.role)) - before) / SCRAPES);
      one.clockMs.push(mean(clock));
      tell(`round ${round}, ${one.name}: ${one.databaseMs.at(-1)?.toFixed(2)} ms of the database`);
    }
  }
  const origins = await readOrigins(server.admin);
  return { costs, origins };
}

/** Planned and executed, of all statements of a role. */
async function databaseMsOf(admin: Database, role: string): Promise<number> {
  const [row] = await admin.rows<{ ms: number }>(sql`/* bench.databaseMs */
    SELECT coalesce(sum(total_exec_time + total_plan_time), 0)::float8 AS ms
    FROM pg_stat_statements(false) WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = ${role})`);
  return row?.ms ?? 0;
}

/** Where the milliseconds come from: one statement of a role. */
interface Origin {
  readonly role: string;
  readonly statement: string;
  readonly calls: number;
  readonly planMs: number;
  readonly executeMs: number;
}

const ORIGINS_SHOWN = 8;

/** The dearest of each role, with their means. */
async function readOrigins(admin: Database): Promise<readonly Origin[]> {
  return admin.rows<Origin>(sql`/* bench.origins */
    SELECT role, statement, calls, "planMs", "executeMs"
    FROM (
      SELECT rolname AS role, calls::int, mean_plan_time AS "planMs", mean_exec_time AS "executeMs"
        , coalesce(substring(query FROM '^/[*] ([a-zA-Z.]+) [*]/'), left(regexp_replace(query, '[[:space:]]+', ' ', 'g'), 60)) AS statement
        , row_number() OVER (PARTITION BY rolname ORDER BY total_plan_time + total_exec_time DESC) AS place
      FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid
      WHERE rolname = ANY(${[WATCHER, EXPORTER]})
    ) AS ranked
    WHERE place <= ${ORIGINS_SHOWN}
    ORDER BY role, place`);
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

function toFinding(title: string, { costs, origins }: Found, verdicts: readonly Verdict[]): Finding {
  const rows = costs.map(({ name, databaseMs, backendMs, clockMs }) => [
    name,
    formatSample(toSample(databaseMs), 2),
    formatSample(toSample(backendMs), 2),
    formatSample(toSample(clockMs), 1),
  ]);
  return {
    ...{ title, verdicts },
    notes: [
      formatTable([['ms of one', 'of the database', 'processor time', 'by the clock'], ...rows]),
      formatTable([
        ['the dearest statements, mean ms', 'calls', 'planned', 'executed'],
        ...origins.map((one) => [
          `${one.role === WATCHER ? 'ours' : 'theirs'}: ${one.statement}`,
          ...[String(one.calls), one.planMs.toFixed(2), one.executeMs.toFixed(2)],
        ]),
      ]),
      `a sixth of what is asked once a minute (rights, locks) is counted with each hot scrape`,
      ...(costs.length > 3 ? [] : [EXPORTER_MISSING]),
    ],
    json: { origins, costs: costs.map(({ scrape: _, ...rest }) => rest) },
  };
}
