import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, raw, sql, type Statement } from '../../postgres/sql.ts';
import { SHARED_STREAM, SHARED_TABLES, type SharedTable } from './tables.ts';

const tableOf = (table: SharedTable): Statement => identifier('public', table);
const allTables = SHARED_TABLES.map(tableOf).reduce((left, right) => sql`${left}, ${right}`);

/** Count and hash of each table. The order of rows and of columns does not matter; nor does the session's time zone. */
export async function hashTables(db: Transaction): Promise<Readonly<Record<SharedTable, string>>> {
  await db.rows(sql`/* shards.hashSettings */
    SELECT set_config('TimeZone', 'UTC', true), set_config('statement_timeout', '30s', true)
  `);
  const hashes: [SharedTable, string][] = [];
  for (const table of SHARED_TABLES) {
    const [row] = await db.rows<{ hash: string }>(sql`/* shards.hashTable */
      SELECT count(*) || ':' || coalesce(sum(hashtextextended(to_jsonb(one)::text, 0)::numeric), 0) AS hash
      FROM ${tableOf(table)} AS one
    `);
    hashes.push([table, row?.hash ?? '']);
  }
  return Object.fromEntries(hashes) as Record<SharedTable, string>;
}

/** Rows as JSON, the next `limit` behind `after` by id. */
export function listRows(
  db: Queryable,
  table: SharedTable,
  after: string | null,
  limit: number,
): Promise<readonly { readonly id: string; readonly row: unknown }[]> {
  return db.rows(sql`/* shards.listSharedRows */
    SELECT id, to_jsonb(one) AS row FROM ${tableOf(table)} AS one
    WHERE ${after}::uuid IS NULL OR id > ${after}
    ORDER BY id LIMIT ${limit}
  `);
}

/** Adds those whose id is not there yet; gives the ids that are missing afterwards, because another key is taken. */
export async function addRows(
  db: Queryable,
  table: SharedTable,
  rows: readonly unknown[],
): Promise<readonly string[]> {
  await db.rows(sql`/* shards.addSharedRows */
    INSERT INTO ${tableOf(table)}
    SELECT * FROM jsonb_populate_recordset(NULL::${tableOf(table)}, ${JSON.stringify(rows)}::jsonb)
    ON CONFLICT DO NOTHING
  `);
  const missing = await db.rows<{ id: string }>(sql`/* shards.findMissingRows */
    SELECT given.id FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (id uuid)
    WHERE NOT EXISTS (SELECT FROM ${tableOf(table)} AS one WHERE one.id = given.id)
  `);
  return missing.map(({ id }) => id);
}

/** Makes rows what they are at the home. As a replica: nothing of it is audited or checked again. */
export async function replaceRows(
  tx: Transaction,
  table: SharedTable,
  rows: readonly unknown[],
): Promise<void> {
  await tx.rows(raw(`/* shards.asReplica */ SET LOCAL session_replication_role = replica`));
  const columns = await tx.rows<{ name: string }>(sql`/* shards.listColumns */
    SELECT attname::text AS name FROM pg_attribute
    WHERE attrelid = ${`public.${table}`}::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'
  `);
  const changes = columns
    .map(({ name }) => sql`${identifier(name)} = EXCLUDED.${identifier(name)}`)
    .reduce((left, right) => sql`${left}, ${right}`);
  await tx.rows(sql`/* shards.replaceRows */
    INSERT INTO ${tableOf(table)}
    SELECT * FROM jsonb_populate_recordset(NULL::${tableOf(table)}, ${JSON.stringify(rows)}::jsonb)
    ON CONFLICT (id) DO UPDATE SET ${changes}
  `);
}

/** Twice is safe. */
export async function ensurePublication(home: Queryable): Promise<void> {
  const found = await home.rows(sql`/* shards.findPublication */
    SELECT FROM pg_publication WHERE pubname = ${SHARED_STREAM}
  `);
  if (found.length > 0) return;
  await home.rows(sql`/* shards.createPublication */
    CREATE PUBLICATION ${identifier(SHARED_STREAM)} FOR TABLE ${allTables}
    WITH (publish = 'insert, update, delete')
  `);
}

/** Writers of the shared tables wait until `tx` ends; readers do not. */
export async function lockTables(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* shards.lockTables */ LOCK TABLE ${allTables} IN SHARE MODE`);
}

export async function createSlot(home: Queryable, name: string): Promise<void> {
  await home.rows(
    sql`/* shards.createSlot */ SELECT pg_create_logical_replication_slot(${name}, 'pgoutput')`,
  );
}

/** Twice is safe. A reader that is still attached is ended first. */
export async function dropSlot(home: Queryable, name: string): Promise<void> {
  await home.rows(sql`/* shards.endSlotReader */
    SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots
    WHERE slot_name = ${name} AND active_pid IS NOT NULL
  `);
  await home.rows(sql`/* shards.dropSlot */
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ${name}
  `);
}

/** What the home knows of a follower. */
export interface SlotView {
  readonly isActive: boolean;
  /** Log that it has not confirmed. */
  readonly behindBytes: bigint;
}

export async function findSlot(home: Queryable, name: string): Promise<SlotView | null> {
  const [row] = await home.rows<SlotView>(sql`/* shards.findSlot */
    SELECT active AS "isActive"
      , coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::bigint AS "behindBytes"
    FROM pg_replication_slots WHERE slot_name = ${name}
  `);
  return row ?? null;
}

/** For a session that reads at leisure what was there when it began. */
export const BEGIN_SNAPSHOT = raw(
  '/* shards.beginSnapshot */ BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
);
/** The snapshot is taken by the first statement, not by BEGIN. */
export const TAKE_SNAPSHOT = raw('/* shards.takeSnapshot */ SELECT 1');
export const COMMIT = raw('/* shards.commit */ COMMIT');
