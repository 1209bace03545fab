import { createHash } from 'node:crypto';
import { copyRows, toCopyLine } from '../../postgres/copy.ts';
import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, raw, sql, type Statement } from '../../postgres/sql.ts';
import { hashOf, type HashedRow, list, tableOf, tenantOf } from '../compare/rows-probe.ts';
import type { TablePair } from '../compare/tables.ts';

/** A row of then on its way back. */
export interface StagedRow extends HashedRow {
  readonly row: readonly (string | null)[];
  /** False: it is missing. True: it has other values now. */
  readonly isChanged: boolean;
}

const COPY_TIMEOUT_MS = 600_000;

/** Names can't meet: a table's own columns and ours stand in one. */
const HASH = 'sunday_hash';
const IS_CHANGED = 'sunday_is_changed';

/** Goes away with the transaction. Columns have the types of now: what does not fit is refused here. */
export async function createStage(tx: Transaction, pair: TablePair): Promise<void> {
  await tx.rows(sql`/* recoveries.createStage */
    CREATE TEMP TABLE ${identifier(stageName(pair))} ON COMMIT DROP AS
    SELECT ${columnsOf(pair)}, NULL::text AS ${identifier(HASH)}, NULL::boolean AS ${identifier(IS_CHANGED)}
    FROM ${tableOf(pair)} WITH NO DATA
  `);
}

export async function stageRows(tx: Transaction, pair: TablePair, rows: readonly StagedRow[]): Promise<void> {
  const columns = [HASH, IS_CHANGED, ...pair.columns.map((one) => one.name)];
  const target = { schema: 'pg_temp', table: stageName(pair), columns, timeoutMs: COPY_TIMEOUT_MS };
  await copyRows(
    tx.client,
    target,
    rows.map((one) => toCopyLine([one.hash, one.isChanged, ...one.row])),
  );
}

/**
 * All at once, also of tables that refer to each other: keys are checked when the statement ends, so a row may stand
 * before its parent. Gives how many went into each.
 */
export async function insertMissing(
  tx: Transaction,
  pairs: readonly TablePair[],
): Promise<readonly number[]> {
  const inserts = pairs.map((pair, index) => {
    const columns = columnsOf(pair);
    return sql`${identifier(`inserted_${index}`)} AS (
      INSERT INTO ${tableOf(pair)} (${columns}) OVERRIDING SYSTEM VALUE
      SELECT ${columns} FROM ${stageOf(pair)} WHERE NOT ${identifier(IS_CHANGED)}
      ON CONFLICT DO NOTHING
      RETURNING 1
    )`;
  });
  const counts = pairs.map((_, index) => sql`(SELECT count(*)::int FROM ${identifier(`inserted_${index}`)})`);
  const [row] = await tx.rows<{ counts: readonly number[] }>(sql`/* recoveries.insertMissing */
    WITH ${list(inserts)} SELECT ARRAY[${list(counts)}] AS counts
  `);
  return row?.counts ?? [];
}

/** Puts the values of then back. Gives how many rows. */
export async function overwriteChanged(
  tx: Transaction,
  pair: TablePair,
  organizationId: string,
): Promise<number> {
  const kept = new Set([...pair.key.map((one) => one.name), pair.tenantColumn]);
  const changing = pair.columns.filter((one) => !kept.has(one.name) && !one.isIdentity);
  if (changing.length === 0) return 0;
  const assignments = changing.map(({ name }) => sql`${identifier(name)} = ${identifier('staged', name)}`);
  const [row] = await tx.rows<{ count: number }>(sql`/* recoveries.overwriteChanged */
    WITH updated AS (
      UPDATE ${tableOf(pair)} AS t SET ${list(assignments)}
      FROM ${stageOf(pair)} AS staged
      WHERE staged.${identifier(IS_CHANGED)} AND ${sameKey(pair)} AND ${tenantOf(pair, organizationId)}
      RETURNING 1
    )
    SELECT count(*)::int AS count FROM updated
  `);
  return row?.count ?? 0;
}

/** How many of the staged rows are now in the table exactly as they were then. */
export async function countRestored(
  tx: Transaction,
  pair: TablePair,
  organizationId: string,
): Promise<number> {
  const [row] = await tx.rows<{ count: number }>(sql`/* recoveries.countRestored */
    SELECT count(*)::int AS count FROM ${tableOf(pair)} AS t
    JOIN ${stageOf(pair)} AS staged ON ${sameKey(pair)}
    WHERE ${tenantOf(pair, organizationId)} AND ${hashOf(pair)} = staged.${identifier(HASH)}
  `);
  return row?.count ?? 0;
}

const WHOLE_NUMBERS = /^(smallint|integer|bigint)$/;

/** A sequence that was set back meanwhile would give a number that a row has again: it is moved on, never back. */
export async function advanceSequences(tx: Transaction, pair: TablePair): Promise<void> {
  for (const { name } of pair.columns.filter((one) => WHOLE_NUMBERS.test(one.type))) {
    const [found] = await tx.rows<{ sequence: string | null }>(sql`/* recoveries.findSequence */
      SELECT pg_get_serial_sequence(${tableOf(pair).text}, ${name}) AS sequence
    `);
    if (found?.sequence == null) continue;
    const source = raw(found.sequence); // quoted by the server
    await tx.rows(sql`/* recoveries.advanceSequence */
      SELECT setval(${found.sequence}::regclass, highest) FROM ${source},
        (SELECT max(${identifier(name)}) AS highest FROM ${stageOf(pair)}) AS staged
      WHERE highest > last_value
    `);
  }
}

/** Foreign keys that may wait for the end do; locks of others are waited for a short time only. */
export async function beginMerging(tx: Transaction, lockTimeoutMs: number): Promise<void> {
  await tx.rows(sql`/* recoveries.deferConstraints */ SET CONSTRAINTS ALL DEFERRED`);
  await tx.rows(sql`/* recoveries.prepareMerge */
    SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)
  `);
}

/** Says in the product's own log what was done, where it has one; the audit trail has each row by its triggers. */
export async function noteInAccessLog(
  tx: Transaction,
  organizationId: string,
  detail: object,
): Promise<string | null> {
  const [log] = await tx.rows<{ exists: boolean }>(sql`/* recoveries.hasAccessLog */
    SELECT to_regclass('ops.access_log') IS NOT NULL AS exists
  `);
  if (log?.exists === true)
    await tx.rows(sql`/* recoveries.noteInAccessLog */
      INSERT INTO ops.access_log (organization_id, action, resource_type, resource_id, detail)
      VALUES (${organizationId}, 'organization.recover', 'organization', ${organizationId}, ${JSON.stringify(detail)})
    `);
  const [row] = await tx.rows<{ id: string | null }>(
    sql`/* recoveries.readTransaction */ SELECT pg_current_xact_id_if_assigned()::text AS id`,
  );
  return row?.id ?? null;
}

/** In the transaction that did it: whoever comes again finds out that it is done. */
export async function recordDone(tx: Transaction, operationId: string, report: object): Promise<void> {
  await tx.rows(sql`/* recoveries.createLedger */
    CREATE TABLE IF NOT EXISTS sunday_ledger.recovery (
      operation_id uuid PRIMARY KEY,
      report jsonb NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
  `);
  await tx.rows(sql`/* recoveries.recordDone */
    INSERT INTO sunday_ledger.recovery (operation_id, report) VALUES (${operationId}, ${JSON.stringify(report)})
  `);
}

/** What an operation has done in this database; null when it has not. */
export async function findDone<Report>(db: Queryable, operationId: string): Promise<Report | null> {
  const [ledger] = await db.rows<{ exists: boolean }>(sql`/* recoveries.hasLedger */
    SELECT to_regclass('sunday_ledger.recovery') IS NOT NULL AS exists
  `);
  if (ledger?.exists !== true) return null;
  const [row] = await db.rows<{ report: Report }>(sql`/* recoveries.findDone */
    SELECT report FROM sunday_ledger.recovery WHERE operation_id = ${operationId}
  `);
  return row?.report ?? null;
}

const LONGEST_NAME = 63; // bytes; PostgreSQL cuts what is longer, and then two names may be one

function stageName({ name }: TablePair): string {
  const whole = `sunday_stage_${name}`;
  if (Buffer.byteLength(whole) <= LONGEST_NAME) return whole;
  return `sunday_stage_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

function stageOf(pair: TablePair): Statement {
  return identifier('pg_temp', stageName(pair));
}

function columnsOf({ columns }: TablePair): Statement {
  return list(columns.map((one) => identifier(one.name)));
}

function sameKey({ key }: TablePair): Statement {
  const parts = key.map(({ name }) => sql`${identifier('t', name)} = ${identifier('staged', name)}`);
  const [first, ...others] = parts;
  return others.reduce((all, one) => sql`${all} AND ${one}`, first ?? raw('false'));
}
