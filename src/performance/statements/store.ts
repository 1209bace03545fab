import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { StatementCounters } from './intervals.ts';
import type { StatementLook } from './statement-probe.ts';

/** What the statements of an instance cost between two looks. */
export interface StatementInterval {
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly statements: readonly StatementCounters[];
  /** What those that were left out cost together. */
  readonly otherCalls: number;
  readonly otherMs: number;
}

interface At {
  readonly cluster: string;
  readonly instance: string;
}

/** The newest look, locked, so that of two workers one goes on; null when there is none, or another one has it. */
export async function lockLook(tx: Transaction, { cluster, instance }: At): Promise<StatementLook | null> {
  const [row] = await tx.rows<StatementLook>(sql`/* performance.lockLook */
    SELECT looked_at AS "lookedAt", reset_at AS "resetAt", counters
    FROM statement_look WHERE cluster = ${cluster} AND instance = ${instance}
    FOR UPDATE
  `);
  return row ?? null;
}

/** When it was looked at last. */
export async function findLookedAt(db: Queryable, { cluster, instance }: At): Promise<Date | null> {
  const [row] = await db.rows<{ at: Date }>(sql`/* performance.findLookedAt */
    SELECT looked_at AS at FROM statement_look WHERE cluster = ${cluster} AND instance = ${instance}
  `);
  return row?.at ?? null;
}

export async function saveLook(
  tx: Transaction,
  { cluster, instance }: At,
  look: StatementLook,
): Promise<void> {
  await tx.rows(sql`/* performance.saveLook */
    INSERT INTO statement_look (cluster, instance, looked_at, reset_at, counters)
    VALUES (${cluster}, ${instance}, ${look.lookedAt}, ${look.resetAt}, ${JSON.stringify(look.counters)})
    ON CONFLICT (cluster, instance) DO UPDATE
    SET looked_at = EXCLUDED.looked_at, reset_at = EXCLUDED.reset_at, counters = EXCLUDED.counters
  `);
}

/** Twice is safe. */
export async function saveInterval(
  tx: Transaction,
  { cluster, instance }: At,
  { beganAt, endedAt, statements, otherCalls, otherMs }: StatementInterval,
): Promise<void> {
  await tx.rows(sql`/* performance.saveInterval */
    INSERT INTO statement_interval (cluster, instance, began_at, ended_at, statements, other_calls, other_ms)
    VALUES (${cluster}, ${instance}, ${beganAt}, ${endedAt}, ${JSON.stringify(statements)}, ${otherCalls}, ${otherMs})
    ON CONFLICT DO NOTHING
  `);
}

/** Intervals that ended in the given time, oldest first. */
export function listIntervals(
  db: Queryable,
  { cluster, instance, from, to }: At & { readonly from: Date; readonly to: Date },
): Promise<readonly StatementInterval[]> {
  return db.rows<StatementInterval>(sql`/* performance.listIntervals */
    SELECT began_at AS "beganAt", ended_at AS "endedAt", statements
      , other_calls::float8 AS "otherCalls", other_ms AS "otherMs"
    FROM statement_interval
    WHERE cluster = ${cluster} AND instance = ${instance} AND ended_at > ${from} AND ended_at <= ${to}
    ORDER BY ended_at
  `);
}

export async function saveTexts(
  tx: Transaction,
  cluster: string,
  texts: readonly { readonly queryId: string; readonly query: string }[],
): Promise<void> {
  await tx.rows(sql`/* performance.saveTexts */
    INSERT INTO statement_text (cluster, query_id, query)
    SELECT ${cluster}, * FROM unnest(${texts.map((one) => one.queryId)}::bigint[], ${texts.map((one) => one.query)}::text[])
    ON CONFLICT (cluster, query_id) DO UPDATE SET seen_at = clock_timestamp()
  `);
}

/** Which of these have no text yet. */
export async function listWithoutText(
  db: Queryable,
  cluster: string,
  queryIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await db.rows<{ queryId: string }>(sql`/* performance.listWithoutText */
    SELECT id::text AS "queryId" FROM unnest(${queryIds}::bigint[]) AS id
    WHERE NOT EXISTS (SELECT FROM statement_text WHERE cluster = ${cluster} AND query_id = id)
  `);
  return rows.map(({ queryId }) => queryId);
}

export async function findTexts(
  db: Queryable,
  cluster: string,
  queryIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.rows<{ queryId: string; query: string }>(sql`/* performance.findTexts */
    SELECT query_id::text AS "queryId", query FROM statement_text
    WHERE cluster = ${cluster} AND query_id = ANY (${queryIds}::bigint[])
  `);
  return new Map(rows.map((one) => [one.queryId, one.query]));
}

/** Removes what is older, a bounded number of rows at a time. */
export async function removeBefore(db: Queryable, moment: Date): Promise<void> {
  await db.rows(sql`/* performance.removeIntervals */
    DELETE FROM statement_interval WHERE ctid IN (
      SELECT ctid FROM statement_interval WHERE ended_at < ${moment} LIMIT 1000
    )
  `);
  await db.rows(sql`/* performance.removeTexts */
    DELETE FROM statement_text WHERE ctid IN (SELECT ctid FROM statement_text WHERE seen_at < ${moment} LIMIT 1000)
  `);
}
