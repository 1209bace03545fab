import { listBloat } from '../../src/performance/tables/table-probe.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { formatSample, formatTable, ratiosOf, tell, toSample } from '../report.ts';
import { type Finding, type Ground, timed } from './finding.ts';

const MOST_POINTS = 5;
const MOST_TIME = 1 / 50;

/** Tables as they become: rows of different widths, and what was done to them before VACUUM. */
const TABLES: Readonly<
  Record<string, { readonly columns: string; readonly rows: number; readonly wear: string }>
> = {
  fresh: { columns: NARROW(), rows: 700_000, wear: '' },
  fifth_deleted: { columns: NARROW(), rows: 700_000, wear: 'DELETE FROM @ WHERE id % 5 = 0' },
  half_deleted: { columns: MIXED(), rows: 300_000, wear: 'DELETE FROM @ WHERE id % 2 = 0' },
  mostly_deleted: { columns: MIXED(), rows: 300_000, wear: 'DELETE FROM @ WHERE id % 10 > 0' },
  all_updated: { columns: MIXED(), rows: 300_000, wear: 'UPDATE @ SET state = state' },
  third_updated: { columns: WIDE(), rows: 60_000, wear: 'UPDATE @ SET state = state WHERE id % 3 = 0' },
  many_nulls: { columns: NULLS(), rows: 300_000, wear: 'DELETE FROM @ WHERE id % 4 = 0' },
};

function NARROW(): string {
  return 'n AS id, n % 977 AS board_id, (n % 100)::int AS position';
}
function MIXED(): string {
  return `n AS id, n % 977 AS board_id, (ARRAY['open', 'working', 'stuck', 'done'])[1 + n % 4] AS state
    , 'item ' || n AS title, md5(n::text) || repeat('x', (n % 60)::int) AS note, now() AS at`;
}
function WIDE(): string {
  return `n AS id, (ARRAY['open', 'done'])[1 + n % 2] AS state, repeat(md5(n::text), 8 + (n % 8)::int) AS body`;
}
function NULLS(): string {
  return `n AS id, CASE WHEN n % 3 = 0 THEN n END AS a, CASE WHEN n % 5 > 0 THEN md5(n::text) END AS b
    , NULL::bigint AS c, CASE WHEN n % 7 = 0 THEN now() END AS d, 'x' || n AS e`;
}

interface Compared {
  readonly table: string;
  readonly megabytes: number;
  /** In percent of the table. */
  readonly estimated: number;
  readonly exact: number;
}

/** Free space as it is estimated from the statistics, against pgstattuple, which reads every page. */
export function measureBloat({ server, rounds, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async ({ db, fleet, instance }) => {
    await makeTables(db, signal);
    const monitor = fleet.monitor(instance);
    const ours: number[] = [];
    const theirs: number[] = [];
    let compared: readonly Compared[] = [];
    await Promise.all([listBloat(monitor), readExact(db)]); // into the caches
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted();
      let estimates: Awaited<ReturnType<typeof listBloat>> = null;
      let exact: readonly Exact[] = [];
      const ways = [
        async () => void ours.push(await timed(async () => (estimates = await listBloat(monitor)))),
        async () => void theirs.push(await timed(async () => (exact = await readExact(db)))),
      ];
      for (const way of round % 2 === 1 ? ways : ways.toReversed()) await way();
      compared = join(estimates ?? [], exact);
      tell(`round ${round}: ${ours.at(-1)?.toFixed(1)} ms against ${theirs.at(-1)?.toFixed(0)} ms`);
    }
    return toFinding(compared, { ours, theirs });
  });
}

async function makeTables(db: Database, signal: AbortSignal): Promise<void> {
  await db.rows(raw('/* bench.createExtension */ CREATE EXTENSION pgstattuple'));
  for (const [name, { columns, rows, wear }] of Object.entries(TABLES)) {
    signal.throwIfAborted();
    const table = identifier(name);
    await db.rows(
      raw(
        `/* bench.fill */ CREATE TABLE ${table.text} AS SELECT ${columns} FROM generate_series(1, ${rows}::bigint) AS n`,
      ),
    );
    if (wear !== '') await db.rows(raw(`/* bench.wear */ ${wear.replace('@', table.text)}`));
    await db.rows(sql`/* bench.vacuum */ VACUUM (ANALYZE) ${table}`);
  }
}

interface Exact {
  readonly name: string;
  readonly bytes: number;
  readonly share: number;
}

/** Dead rows and free space, of the whole table. */
function readExact(db: Database): Promise<readonly Exact[]> {
  return db.rows<Exact>(sql`/* bench.exactBloat */
    SELECT relname AS name, table_len::float8 AS bytes, (dead_tuple_percent + free_percent)::float8 AS share
    FROM pg_class, LATERAL pgstattuple(pg_class.oid)
    WHERE relname = ANY(${Object.keys(TABLES)}) ORDER BY 1`);
}

function join(
  estimates: readonly { readonly name: string; readonly share: number }[],
  exact: readonly Exact[],
): readonly Compared[] {
  return exact.map(({ name, bytes, share }) => ({
    ...{ table: name, megabytes: bytes / 1_048_576, exact: share },
    estimated: 100 * (estimates.find((one) => one.name === name)?.share ?? NaN),
  }));
}

function toFinding(
  compared: readonly Compared[],
  { ours, theirs }: { readonly ours: readonly number[]; readonly theirs: readonly number[] },
): Finding {
  const worst = Math.max(...compared.map(({ estimated, exact }) => Math.abs(estimated - exact)));
  const ratio = ratiosOf(ours, theirs);
  const rows = compared.map(({ table, megabytes, estimated, exact }) => [
    table,
    megabytes.toFixed(0),
    estimated.toFixed(1),
    exact.toFixed(1),
    (estimated - exact).toFixed(1),
  ]);
  return {
    title: 'bloat without reading the tables',
    verdicts: [
      {
        ...{
          what: `worst of ${compared.length} tables, off by`,
          value: worst,
          target: `≤ ${MOST_POINTS} points`,
        },
        ...{ figure: `${worst.toFixed(1)} points`, isMet: worst <= MOST_POINTS },
      },
      {
        ...{ what: 'time of all ÷ pgstattuple', value: ratio.median, target: `≤ 1/${1 / MOST_TIME}` },
        ...{ figure: `1/${(1 / ratio.median).toFixed(0)}`, isMet: ratio.median <= MOST_TIME },
      },
    ],
    notes: [
      formatTable([['table', 'MB', 'estimated %', 'pgstattuple %', 'off by'], ...rows]),
      `ours ${formatSample(toSample(ours), 1)} ms, pgstattuple ${formatSample(toSample(theirs), 0)} ms`,
    ],
    json: { compared, oursMs: ours, theirsMs: theirs },
  };
}
