import type { Transaction } from '../../postgres/pool.ts';
import { identifier, raw, sql } from '../../postgres/sql.ts';
import type { Statement } from '../../postgres/sql.ts';
import { rowsInHours } from '../long-runner.ts';
import { type Conversion, list, matches, NEW_SCHEMA, numbered, wordsOf } from './conversion.ts';

const NOTES = (name: string): Statement => identifier(NEW_SCHEMA, name);

/** How far the copy is. */
export interface CopyProgress {
  readonly copied: bigint;
  /** The key of the row that was copied last, as text; null: none yet. */
  readonly last: readonly string[] | null;
  readonly isCopied: boolean;
  /** Whether keys of what is caught up are kept to be compared once more. */
  readonly isRecording: boolean;
}

export async function readProgress(tx: Transaction): Promise<CopyProgress> {
  const [row] = await tx.rows<CopyProgress>(sql`/* partitions.readProgress */
    SELECT copied, last, is_copied AS "isCopied", is_recording AS "isRecording" FROM ${NOTES('progress')}
  `);
  if (!row) throw new Error('the progress of a conversion has one row');
  return row;
}

/** The next rows in order of the key, and how far that is, in one transaction: after a crash it goes on from there. */
export async function copyBatch(
  tx: Transaction,
  conversion: Conversion,
  limit: number,
): Promise<CopyProgress> {
  const words = wordsOf(conversion);
  const { source, target, columns, scanKey, rowKey, typeOf } = words;
  const { last } = await readProgress(tx);
  const values = scanKey.map((one, index) => sql`${last?.[index] ?? null}::${raw(typeOf(one))}`);
  const after =
    last === null
      ? raw('')
      : sql`WHERE (${list(scanKey)}) > (${values.reduce((left, right) => sql`${left}, ${right}`)})`;
  const asTexts = raw(scanKey.map((one) => `${identifier(one).text}::text`).join(', '));
  const backwards = raw(scanKey.map((one) => `${identifier(one).text} DESC`).join(', '));
  const [batch] = await rowsInHours<{ readonly rows: number; readonly last: readonly string[] | null }>(
    tx,
    sql`/* partitions.copyBatch */
      WITH batch AS MATERIALIZED (
        SELECT ${list(columns)} FROM ONLY ${source} ${after} ORDER BY ${list(scanKey)} LIMIT ${limit}
      ), come AS (
        -- Those that are there came with changes, and are no older.
        INSERT INTO ${target} (${list(columns)}) OVERRIDING SYSTEM VALUE SELECT ${list(columns)} FROM batch
        ON CONFLICT (${list(rowKey)}) DO NOTHING
      )
      SELECT count(*)::int AS rows, (SELECT ARRAY[${asTexts}] FROM batch ORDER BY ${backwards} LIMIT 1) AS last FROM batch
    `,
  );
  await tx.rows(sql`/* partitions.keepProgress */
    UPDATE ${NOTES('progress')}
    SET copied = copied + ${batch?.rows ?? 0}, last = coalesce(${batch?.last ?? null}::text[], last)
      , is_copied = ${(batch?.rows ?? 0) < limit}
  `);
  return readProgress(tx);
}

export interface Applying {
  readonly limit: number;
  /** True: writers of these rows wait until it has ended. */
  readonly isLocking: boolean;
}

/**
 * Makes the rows of noted keys what they are in the plain table, and forgets the notes. Changes are never replayed: what
 * a row is now is read after the note, so whatever came later is either in it, or noted again. Gives how many were.
 */
export async function applyChanges(
  tx: Transaction,
  conversion: Conversion,
  { limit, isLocking }: Applying,
): Promise<number> {
  const { source, target, columns, rowKey } = wordsOf(conversion);
  const [batch] = await tx.rows<{ readonly ids: readonly string[] | null; readonly hasTruncate: boolean }>(
    sql`/* partitions.takeChanges */
      SELECT array_agg(id::text) AS ids, coalesce(bool_or(is_truncate), false) AS "hasTruncate"
      FROM (SELECT id, is_truncate FROM ${NOTES('changes')} ORDER BY id LIMIT ${limit}) AS batch
    `,
  );
  const ids = batch?.ids ?? [];
  if (ids.length === 0) return 0;
  await favourIndexes(tx);
  const keys = sql`(
    SELECT DISTINCT ${numbered(rowKey)} FROM ${NOTES('changes')} WHERE id = ANY (${ids}::int8[]) AND NOT is_truncate
  )`;
  if (isLocking)
    await tx.rows(sql`/* partitions.lockRows */
      SELECT FROM ONLY ${source} AS s JOIN ${keys} AS c ON ${matches(rowKey, 's', 'c')}
      ORDER BY ${list(rowKey, 's.')} FOR SHARE OF s
    `);
  // Rows that come after a TRUNCATE are noted after it.
  if (batch?.hasTruncate) await tx.rows(sql`/* partitions.truncateNew */ TRUNCATE ${target}`);
  await rowsInHours(
    tx,
    sql`/* partitions.dropChanged */
    DELETE FROM ${target} AS n USING ${keys} AS c WHERE ${matches(rowKey, 'n', 'c')}
  `,
  );
  await rowsInHours(
    tx,
    sql`/* partitions.copyChanged */
    INSERT INTO ${target} (${list(columns)}) OVERRIDING SYSTEM VALUE
    SELECT ${list(columns, 's.')} FROM ONLY ${source} AS s JOIN ${keys} AS c ON ${matches(rowKey, 's', 'c')}
  `,
  );
  const { isRecording } = await readProgress(tx);
  if (isRecording)
    await tx.rows(sql`/* partitions.recordTouched */
      INSERT INTO ${NOTES('touched')} SELECT * FROM ${keys} AS c ON CONFLICT DO NOTHING
    `);
  await tx.rows(
    sql`/* partitions.forgetChanges */ DELETE FROM ${NOTES('changes')} WHERE id = ANY (${ids}::int8[])`,
  );
  return ids.length;
}

/** A few keys against a large table: the planner knows nothing of tables that are always nearly empty. */
export async function favourIndexes(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* partitions.favourIndexes */
    SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']) AS name
  `);
}

/** Notes that are waiting; at most `limit` and one. */
export async function countChanges(tx: Transaction, limit: number): Promise<number> {
  const [row] = await tx.rows<{ readonly count: number }>(sql`/* partitions.countChanges */
    SELECT count(*)::int AS count FROM (SELECT FROM ${NOTES('changes')} LIMIT ${limit + 1}) AS one
  `);
  return row?.count ?? 0;
}

export async function countTouched(tx: Transaction): Promise<number> {
  const [row] = await tx.rows<{ readonly count: number }>(
    sql`/* partitions.countTouched */ SELECT count(*)::int AS count FROM ${NOTES('touched')}`,
  );
  return row?.count ?? 0;
}

/** From now on keys are kept. Committed before anything is compared, so that no change falls between. */
export async function beginRecording(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* partitions.beginRecording */ UPDATE ${NOTES('progress')} SET is_recording = true`);
}

/** What one side holds. */
export interface SideContent {
  readonly rows: string;
  readonly hash: string;
}

export interface Compared {
  readonly source: SideContent;
  readonly target: SideContent;
}

/**
 * Rows of both tables in one snapshot, less those of keys whose change is noted and not yet made. ALL: every other row.
 * TOUCHED: of the kept keys only.
 */
export async function compareTables(
  tx: Transaction,
  conversion: Conversion,
  which: 'ALL' | 'TOUCHED',
): Promise<Compared> {
  const { source, target, columns, rowKey } = wordsOf(conversion);
  if (which === 'TOUCHED') await favourIndexes(tx);
  const measure = async (table: Statement): Promise<SideContent> => {
    const touched =
      which === 'ALL' ? raw('') : sql`JOIN ${NOTES('touched')} AS t ON ${matches(rowKey, 'r', 't')}`;
    const [row] = await rowsInHours<SideContent>(
      tx,
      sql`/* partitions.compareTables */
      SELECT count(*)::text AS rows
        , coalesce(sum(hashtextextended(row(${list(columns, 'r.')})::text, 0)::numeric), 0)::text AS hash
      FROM ${table} AS r ${touched}
      WHERE NOT EXISTS (SELECT FROM ${NOTES('changes')} AS c WHERE ${matches(rowKey, 'r', 'c')})
    `,
    );
    if (!row) throw new Error('an aggregate gives one row');
    return row;
  };
  return { source: await measure(source), target: await measure(target) };
}

/** In the snapshot of a comparison: a table that was emptied differs until the new one is, too. */
export async function hasTruncate(tx: Transaction): Promise<boolean> {
  const [row] = await tx.rows<{ readonly exists: boolean }>(
    sql`/* partitions.hasTruncate */ SELECT EXISTS (SELECT FROM ${NOTES('changes')} WHERE is_truncate) AS exists`,
  );
  return row?.exists ?? false;
}

/** Keys that were compared and have no change waiting need no second look. In the snapshot of that comparison. */
export async function forgetTouched(tx: Transaction, conversion: Conversion): Promise<void> {
  const { rowKey } = wordsOf(conversion);
  const same = raw(rowKey.map((_, index) => `c.k${index + 1} = t.k${index + 1}`).join(' AND '));
  await tx.rows(sql`/* partitions.forgetTouched */
    DELETE FROM ${NOTES('touched')} AS t WHERE NOT EXISTS (SELECT FROM ${NOTES('changes')} AS c WHERE ${same})
  `);
}

/** All of it sees one state; rows of ours may be changed. */
export async function beginSnapshot(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* partitions.beginSnapshot */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
}

/** Of the new table and its leaves: without figures the first statements after the swap would be planned blindly. */
export async function analyzeNew(tx: Transaction, conversion: Conversion): Promise<void> {
  const { target } = wordsOf(conversion);
  await rowsInHours(tx, sql`/* partitions.analyzeNew */ ANALYZE ${target}`);
}
