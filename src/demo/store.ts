import { copyRows } from '../postgres/copy.ts';
import type { Queryable, Transaction } from '../postgres/pool.ts';
import { identifier, sql } from '../postgres/sql.ts';
import { DEMO_PARTITIONED_TABLES, DEMO_TABLE_NAMES, DEMO_TABLES, type DemoTable } from './rows.ts';

/** For one batch of one table, checks of foreign keys included. */
const COPY_TIMEOUT_MS = 120_000;
const CLIENT_TIMEOUT_MARGIN_MS = 5_000;
/** The server ends our transaction when we are silent for so long: a frozen worker must not keep its locks. */
const IDLE_TIMEOUT_MS = 30_000;

/** Names of the tables that the demo needs and the database lacks. */
export async function listMissingTables(db: Queryable): Promise<readonly string[]> {
  const wanted = [...DEMO_TABLE_NAMES.map((table) => `public.${table}`), 'sunday_ledger.fence'];
  const rows = await db.rows<{ name: string }>(sql`/* demo.listMissingTables */
    SELECT name FROM unnest(${wanted}::text[]) AS name WHERE to_regclass(name) IS NULL ORDER BY name
  `);
  return rows.map((one) => one.name);
}

/** Names of the partitions that the months (UTC) from `from` to `to` need and the database lacks. */
export async function listMissingPartitions(db: Queryable, from: Date, to: Date): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* demo.listMissingPartitions */
    SELECT parent || '_' || to_char(start, 'YYYYMM') AS name
    FROM unnest(${DEMO_PARTITIONED_TABLES}::text[]) AS parent
    CROSS JOIN generate_series(
      date_trunc('month', ${from}::timestamptz AT TIME ZONE 'UTC'), ${to}::timestamptz AT TIME ZONE 'UTC', '1 month'
    ) AS start
    WHERE to_regclass('public.' || parent || '_' || to_char(start, 'YYYYMM')) IS NULL
    ORDER BY 1
  `);
  return rows.map((one) => one.name);
}

/** Midnight (UTC) of the database's day. */
export async function readToday(db: Queryable): Promise<Date> {
  const [row] = await db.rows<{ today: Date }>(sql`/* demo.readToday */
    SELECT date_trunc('day', now(), 'UTC') AS today
  `);
  return row?.today ?? new Date(0);
}

/** True when there is an organization that no demo made. */
export async function hasForeignOrganization(db: Queryable): Promise<boolean> {
  const rows = await db.rows(sql`/* demo.hasForeignOrganization */
    SELECT FROM public.organizations WHERE NOT settings ? 'demo' LIMIT 1
  `);
  return rows.length > 0;
}

export async function hasOrganization(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.rows(sql`/* demo.hasOrganization */
    SELECT FROM public.organizations WHERE id = ${id}
  `);
  return rows.length > 0;
}

/**
 * No audit: the trail is the load's own row, a copy of each row of the demo would double it.
 *
 * Its users are written here even on a shard, which else takes them from the home of the shared tables only: the
 * operation brings them there afterwards.
 *
 * No scans of whole tables: a session keeps its plans for foreign keys, and one that it made while a table was empty
 * and known to be (vacuumed, or analyzed after a load that was taken back) would read all rows for each new one; 30,000
 * items took seven times as long.
 */
export async function prepareTransaction(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* demo.prepareTransaction */
    SELECT set_config('statement_timeout', ${String(COPY_TIMEOUT_MS)}, true)
      , set_config('app.audit', 'off', true)
      , set_config('app.shared_tables', 'local', true)
      , set_config('enable_seqscan', 'off', true)
      , set_config('idle_in_transaction_session_timeout', ${String(IDLE_TIMEOUT_MS)}, true)
  `);
  await tx.rows(sql`/* demo.discardPlans */ DISCARD PLANS`);
}

export async function copyBatch(
  tx: Transaction,
  table: DemoTable,
  lines: readonly string[],
): Promise<number> {
  const timeoutMs = COPY_TIMEOUT_MS + CLIENT_TIMEOUT_MARGIN_MS;
  return copyRows(tx.client, { schema: 'public', table, columns: DEMO_TABLES[table], timeoutMs }, lines);
}

export type RowCounts = Readonly<Record<string, number>>;

/** Remembers, in the load's own transaction, which operation made it. */
export async function recordLoad(
  tx: Transaction,
  load: { readonly seed: number; readonly operationId: string; readonly rows: RowCounts },
): Promise<void> {
  await tx.rows(sql`/* demo.createLoads */
    CREATE TABLE IF NOT EXISTS sunday_ledger.demo_load (
      seed integer PRIMARY KEY,
      operation_id text NOT NULL,
      rows jsonb NOT NULL,
      loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
  `);
  await tx.rows(sql`/* demo.recordLoad */
    INSERT INTO sunday_ledger.demo_load (seed, operation_id, rows)
    VALUES (${load.seed}, ${load.operationId}, ${JSON.stringify(load.rows)})
    ON CONFLICT (seed) DO UPDATE
    SET operation_id = EXCLUDED.operation_id, rows = EXCLUDED.rows, loaded_at = clock_timestamp()
  `);
}

/** What an operation has loaded; null when it has not, or when its rows are gone again. */
export async function findLoad(db: Queryable, operationId: string): Promise<RowCounts | null> {
  const [found] = await db.rows<{ exists: boolean }>(sql`/* demo.hasLoads */
    SELECT to_regclass('sunday_ledger.demo_load') IS NOT NULL AS exists
  `);
  if (found?.exists !== true) return null;
  const [row] = await db.rows<{ rows: RowCounts }>(sql`/* demo.findLoad */
    SELECT rows FROM sunday_ledger.demo_load WHERE operation_id = ${operationId}
  `);
  return row?.rows ?? null;
}

/** Statistics for the planner: autovacuum would get to it, but not before the first query. */
export async function analyze(db: Queryable, table: DemoTable): Promise<void> {
  await db.rows(sql`/* demo.analyze */ ANALYZE ${identifier('public', table)}`);
}
