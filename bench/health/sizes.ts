import { findCatalogTables } from '../../src/performance/advice/catalog-probe.ts';
import { estimateIndexBytes } from '../../src/performance/advice/size.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { formatTable } from '../report.ts';
import type { Finding, Ground } from './finding.ts';

const MOST_ERROR = 0.15;
const ROWS = 400_000;

/** Keys that are all different, that repeat a little or a lot, narrow and wide, one and several, with and without NULL. */
const COLUMNS = `n AS id, n % 400 AS board_id, n % 40000 AS owner_id, (ARRAY['open', 'working', 'stuck', 'done'])[1 + n % 4] AS state
  , 'P' || n || '@example.org' AS email, md5(n::text)::uuid AS public_id, date '2026-01-01' + (n % 365)::int AS due_on
  , timestamptz '2026-01-01' + n * interval '37 seconds' AS created_at, n % 2 = 0 AS is_open
  , 'a title of words ' || n % 5000 AS title, (n % 1000)::numeric(12, 2) AS price, (n % 100)::int AS position`;

const INDEXES: readonly { readonly keys: readonly string[]; readonly include?: readonly string[] }[] = [
  { keys: ['id'] },
  { keys: ['board_id'] },
  { keys: ['owner_id'] },
  { keys: ['state'] },
  { keys: ['email'] },
  { keys: ['public_id'] },
  { keys: ['due_on'] },
  { keys: ['created_at'] },
  { keys: ['is_open'] },
  { keys: ['title'] },
  { keys: ['price'] },
  { keys: ['board_id', 'state'] },
  { keys: ['board_id', 'created_at'] },
  { keys: ['owner_id', 'due_on'] },
  { keys: ['state', 'position'] },
  { keys: ['board_id'], include: ['title'] },
];

interface Sized {
  readonly index: string;
  readonly estimatedBytes: number;
  readonly realBytes: number;
  /** Null: HypoPG is not installed. */
  readonly hypopgBytes: number | null;
}

/** What advice says that an index will take, against the index, and against what HypoPG says. */
export function measureSizes({ server, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async ({ db }) => {
    await db.rows(
      raw(
        `/* bench.fill */ CREATE TABLE orders AS SELECT ${COLUMNS} FROM generate_series(1, ${ROWS}::bigint) AS n`,
      ),
    );
    await db.rows(raw('/* bench.analyze */ VACUUM ANALYZE orders'));
    const hasHypopg = await db.rows(raw('/* bench.hypopg */ CREATE EXTENSION hypopg')).then(
      () => true,
      () => false,
    );
    const [table] = await findCatalogTables(db, [{ schema: null, name: 'orders' }]);
    if (table === undefined) throw new Error('the table is not there');
    const sized: Sized[] = [];
    for (const { keys, include = [] } of INDEXES) {
      signal.throwIfAborted();
      const find = (names: readonly string[]) => table.columns.filter(({ name }) => names.includes(name));
      const definition = `ON orders (${keys.join(', ')})${include.length === 0 ? '' : ` INCLUDE (${include.join(', ')})`}`;
      sized.push({
        index: definition.replace('ON orders ', ''),
        estimatedBytes: estimateIndexBytes({ rows: table.rows, keys: find(keys), include: find(include) }),
        realBytes: await build(db, definition),
        hypopgBytes: hasHypopg ? await suppose(db, definition) : null,
      });
    }
    return toFinding(sized);
  });
}

/** Bytes of the real one; it is gone afterwards. */
async function build(db: Database, definition: string): Promise<number> {
  await db.rows(raw(`/* bench.createIndex */ CREATE INDEX bench_index ${definition}`));
  const [row] = await db.rows<{ bytes: number }>(
    sql`/* bench.indexSize */ SELECT pg_relation_size('bench_index')::float8 AS bytes`,
  );
  await db.rows(raw('/* bench.dropIndex */ DROP INDEX bench_index'));
  return row?.bytes ?? NaN;
}

async function suppose(db: Database, definition: string): Promise<number> {
  return db.session(async (session) => {
    const [row] = await session.rows<{ bytes: number }>(sql`/* bench.suppose */
      SELECT hypopg_relation_size(indexrelid)::float8 AS bytes FROM hypopg_create_index(${`CREATE INDEX ${definition}`})`);
    await session.rows(raw('/* bench.forget */ SELECT hypopg_reset()'));
    return row?.bytes ?? NaN;
  });
}

const errorOf = ({ estimatedBytes, realBytes }: Sized) => estimatedBytes / realBytes - 1;

function toFinding(sized: readonly Sized[]): Finding {
  const worst = Math.max(...sized.map((one) => Math.abs(errorOf(one))));
  const mb = (bytes: number | null) => (bytes === null ? '' : (bytes / 1_048_576).toFixed(2));
  const rows = sized.map((one) => [
    ...[one.index, mb(one.estimatedBytes), mb(one.realBytes), `${(100 * errorOf(one)).toFixed(1)} %`],
    ...[mb(one.hypopgBytes), one.hypopgBytes === null ? '' : (one.hypopgBytes / one.realBytes).toFixed(2)],
  ]);
  return {
    title: 'size of an index before it is there',
    verdicts: [
      {
        ...{ what: `worst of ${sized.length} indexes`, value: worst, target: `≤ ${100 * MOST_ERROR} %` },
        ...{ figure: `${(100 * worst).toFixed(1)} %`, isMet: worst <= MOST_ERROR },
      },
    ],
    notes: [
      formatTable([['index', 'estimated, MB', 'real, MB', 'error', 'HypoPG, MB', 'HypoPG ÷ real'], ...rows]),
    ],
    json: { sized },
  };
}
