import { isServerError } from '../postgres/errors.ts';
import type { Database, Queryable, Transaction } from '../postgres/pool.ts';
import { identifier, sql } from '../postgres/sql.ts';
import type { KeyType, PartitionPolicy } from './partition.ts';

/** A partitioned table as the catalog has it. */
export interface LiveTable {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly keyColumn: string;
  readonly keyType: KeyType;
  readonly policy: PartitionPolicy | null;
}

/** A partition, or a table beside that bears the name of one. */
export interface LiveLeaf {
  readonly id: number;
  readonly tableId: number;
  readonly name: string;
  readonly state: 'ATTACHED' | 'DETACH_PENDING' | 'DETACHED';
  readonly from: Date | null;
  readonly to: Date | null;
  readonly isDefault: boolean;
  /** As of the last VACUUM or ANALYZE: the true size would wait for whoever locks it. */
  readonly bytes: bigint;
  readonly rowEstimate: bigint | null;
  /** Rows inserted, updated and deleted since the statistics began. */
  readonly writes: bigint;
  readonly indexesValid: boolean;
  readonly replicaIdentity: string;
}

const LOOK_LOCK_TIMEOUT_MS = 200;
const COUNT_LIMIT = 1_000_000;

/** Bounds are read as text: every session here looks at them in UTC, whatever its role is set to. */
export async function inUtc<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.rows(sql`/* partitions.setUtc */
      SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true)
        , set_config('lock_timeout', ${`${LOOK_LOCK_TIMEOUT_MS}ms`}, true), set_config('jit', 'off', true)
    `);
    return work(tx);
  });
}

/** Tables that are partitioned by ranges of one column of time, by name. */
export async function readTables(db: Queryable): Promise<readonly LiveTable[]> {
  const [found] = await db.rows<{ readonly hasPolicies: boolean }>(
    sql`/* partitions.findPolicies */ SELECT to_regclass('ops.partition_policies') IS NOT NULL AS "hasPolicies"`,
  );
  const policies = found?.hasPolicies ? await readPolicies(db) : new Map<string, PartitionPolicy>();
  const rows = await db.rows<Omit<LiveTable, 'policy'>>(sql`/* partitions.readTables */
    SELECT partrelid::int8::float8 AS id, nspname AS schema, relname AS name, attname AS "keyColumn"
      , CASE atttypid WHEN 'timestamptz'::regtype THEN 'timestamptz' WHEN 'date'::regtype THEN 'date' ELSE 'timestamp' END
        AS "keyType"
    FROM pg_partitioned_table
    JOIN pg_class ON pg_class.oid = partrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
      AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
    WHERE partstrat = 'r' AND partnatts = 1 AND NOT relispartition
      -- One that is being made of a plain table is nobody's yet: src/partitions/convert.
      AND nspname <> 'sunday_new'
    ORDER BY nspname, relname
  `);
  // A policy names a table of the schema public, as migration 004 has it.
  return rows.map((one) => ({
    ...one,
    policy: one.schema === 'public' ? (policies.get(one.name) ?? null) : null,
  }));
}

async function readPolicies(db: Queryable): Promise<ReadonlyMap<string, PartitionPolicy>> {
  const rows = await db.rows<PartitionPolicy & { readonly name: string }>(sql`/* partitions.readPolicies */
    SELECT table_name AS name, retention_months AS "retentionMonths", premake_months AS "premakeMonths"
    FROM ops.partition_policies
  `);
  return new Map(rows.map(({ name, ...policy }) => [name, policy]));
}

/** Names of policies whose table is not there. */
export async function readLostPolicies(
  db: Queryable,
  tables: readonly LiveTable[],
): Promise<readonly string[]> {
  const [found] = await db.rows<{ readonly hasPolicies: boolean }>(
    sql`/* partitions.findPolicies */ SELECT to_regclass('ops.partition_policies') IS NOT NULL AS "hasPolicies"`,
  );
  if (!found?.hasPolicies) return [];
  const known = new Set(tables.filter(({ schema }) => schema === 'public').map(({ name }) => name));
  return [...(await readPolicies(db)).keys()].filter((name) => !known.has(name));
}

/** All partitions of all such tables, oldest first; needs a session in UTC. */
export async function readLeaves(tx: Transaction): Promise<readonly LiveLeaf[]> {
  return tx.rows<LiveLeaf>(sql`/* partitions.readLeaves */
    WITH leaves AS (
      SELECT inhrelid AS oid, inhparent AS parent
        , CASE WHEN inhdetachpending THEN 'DETACH_PENDING' ELSE 'ATTACHED' END AS state
      FROM pg_inherits JOIN pg_partitioned_table ON partrelid = inhparent
      WHERE partstrat = 'r' AND partnatts = 1
      UNION ALL
      SELECT beside.oid, root.oid, 'DETACHED'
      FROM pg_partitioned_table
      JOIN pg_class AS root ON root.oid = partrelid AND NOT root.relispartition
      JOIN pg_class AS beside ON beside.relnamespace = root.relnamespace AND beside.relkind = 'r'
        AND NOT beside.relispartition AND starts_with(beside.relname, root.relname || '_')
        AND substr(beside.relname, length(root.relname) + 2) ~ '^\\d{4}(q\\d|\\d{2}(\\d{2}w?)?)?$'
      WHERE partstrat = 'r' AND partnatts = 1
    )
    SELECT leaf.oid::int8::float8 AS id, leaves.parent::int8::float8 AS "tableId", leaf.relname AS name, leaves.state
      , CASE WHEN from_text <> 'infinity' THEN from_text::timestamptz END AS "from"
      , CASE WHEN to_text <> 'infinity' THEN to_text::timestamptz END AS "to"
      , coalesce(bound = 'DEFAULT', false) AS "isDefault"
      , 8192 * (SELECT coalesce(sum(one.relpages), 0) FROM pg_class AS one
          WHERE one.oid IN (leaf.oid, leaf.reltoastrelid)
            OR one.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = leaf.oid))::int8 AS bytes
      , CASE WHEN leaf.reltuples >= 0 THEN leaf.reltuples::int8 ELSE nullif(pg_stat_get_live_tuples(leaf.oid), 0) END
        AS "rowEstimate"
      , pg_stat_get_tuples_inserted(leaf.oid) + pg_stat_get_tuples_updated(leaf.oid) + pg_stat_get_tuples_deleted(leaf.oid)
        AS writes
      , NOT EXISTS (SELECT FROM pg_index WHERE indrelid = leaf.oid AND NOT indisvalid)
        AND (leaves.state = 'DETACHED' OR NOT EXISTS (
          SELECT FROM pg_index AS source
          WHERE source.indrelid = leaves.parent AND NOT EXISTS (
            SELECT FROM pg_inherits JOIN pg_index AS own ON own.indexrelid = inhrelid
            WHERE inhparent = source.indexrelid AND own.indrelid = leaf.oid
          )
        )) AS "indexesValid"
      , CASE leaf.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' ELSE coalesce(
          (SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = leaf.oid AND indisreplident), 'NOTHING') END
        AS "replicaIdentity"
    FROM leaves
    JOIN pg_class AS leaf ON leaf.oid = leaves.oid
    CROSS JOIN LATERAL (SELECT pg_get_expr(leaf.relpartbound, leaf.oid) AS bound) AS bounds
    CROSS JOIN LATERAL (
      SELECT coalesce(substring(bound FROM 'FROM \\(''([^'']+)''\\)'), 'infinity') AS from_text
        , coalesce(substring(bound FROM 'TO \\(''([^'']+)''\\)'), 'infinity') AS to_text
    ) AS texts
    ORDER BY leaves.parent, 7, 5 NULLS FIRST, leaf.relname
  `);
}

/** What stands where a partition of a table may be: the table's own, and tables beside that bear such a name. */
export type LeafPlace = Pick<LiveLeaf, 'name' | 'state' | 'from' | 'to' | 'isDefault'>;

/** Of one table, without looking at what they hold; needs a session in UTC. */
export async function readPlaces(
  tx: Transaction,
  { id, schema, name }: Pick<LiveTable, 'id' | 'schema' | 'name'>,
): Promise<readonly LeafPlace[]> {
  return tx.rows<LeafPlace>(sql`/* partitions.readPlaces */
    SELECT relname AS name, CASE WHEN inhdetachpending THEN 'DETACH_PENDING' ELSE 'ATTACHED' END AS state
      , substring(bound FROM 'FROM \\(''([^'']+)''\\)')::timestamptz AS "from"
      , substring(bound FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS "to", bound = 'DEFAULT' AS "isDefault"
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    CROSS JOIN LATERAL (SELECT coalesce(pg_get_expr(relpartbound, pg_class.oid), '') AS bound) AS bounds
    WHERE inhparent = ${id}::oid
    UNION ALL
    SELECT relname, 'DETACHED', NULL, NULL, false
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relkind = 'r' AND NOT relispartition AND starts_with(relname, ${name} || '_')
  `);
}

/** True sizes with indexes and TOAST, by relation; null while somebody locks one of them against readers. */
export async function readSizes(
  db: Database,
  ids: readonly number[],
): Promise<ReadonlyMap<number, bigint> | null> {
  try {
    return await inUtc(db, async (tx) => {
      const rows = await tx.rows<{
        readonly id: number;
        readonly bytes: bigint | null;
      }>(sql`/* partitions.readSizes */
        SELECT id::float8 AS id, pg_total_relation_size(id::oid) AS bytes FROM unnest(${ids}::int8[]) AS id
      `);
      return new Map(rows.flatMap(({ id, bytes }) => (bytes === null ? [] : [[id, bytes] as const])));
    });
  } catch (error) {
    if (isServerError(error, '55P03')) return null;
    throw error;
  }
}

/** Rows, counted; at most 1,000,001. */
export async function countRows(db: Queryable, schema: string, table: string): Promise<bigint> {
  const [row] = await db.rows<{ readonly count: bigint }>(sql`/* partitions.countRows */
    SELECT count(*) AS count FROM (SELECT FROM ONLY ${identifier(schema, table)} LIMIT ${COUNT_LIMIT + 1}) AS one
  `);
  return row?.count ?? 0n;
}

/** First moments of the months of which the default partition holds rows, and how many. */
export async function readDefaultMonths(
  tx: Transaction,
  { schema, partition, keyColumn, unit }: DefaultQuestion,
): Promise<readonly { readonly from: Date; readonly rows: bigint }[]> {
  return tx.rows(sql`/* partitions.readDefaultMonths */
    SELECT date_trunc(${unit}, ${identifier(keyColumn)}::timestamptz) AS "from", count(*) AS rows
    FROM ONLY ${identifier(schema, partition)} GROUP BY 1 ORDER BY 1 LIMIT 1000
  `);
}

export interface DefaultQuestion {
  readonly schema: string;
  readonly partition: string;
  readonly keyColumn: string;
  /** Of date_trunc. */
  readonly unit: string;
}
