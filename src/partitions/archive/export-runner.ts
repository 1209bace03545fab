import type { Session, Transaction } from '../../postgres/pool.ts';
import { copyIn, copyOut } from '../../postgres/copy-stream.ts';
import { identifier, sql } from '../../postgres/sql.ts';
import { rowsInHours } from '../long-runner.ts';
import type { Statement } from '../../postgres/sql.ts';

/** What a table holds, in a way that does not depend on the order of its rows. */
export interface Content {
  readonly rowCount: string;
  readonly rowHash: string;
  readonly minKey: string | null;
  readonly maxKey: string | null;
}

export interface ColumnShape {
  readonly name: string;
  readonly type: string;
}

const COPY_TIMEOUT_MS = 12 * 3_600_000;

/** The same text of the same value everywhere, and an error rather than rows that a policy hides. */
export async function settleSession(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* partitions.settleSession */
    SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true)
      , set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '3', true)
      , set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true)
  `);
}

/** All that follows in the transaction sees one and the same state. */
export async function freeze(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* partitions.freeze */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
}

/** Nobody may write to the table, or read it, until the transaction ends. */
export async function lockLeaf(tx: Transaction, schema: string, name: string): Promise<void> {
  await tx.rows(
    sql`/* partitions.lockLeaf */ LOCK TABLE ONLY ${identifier(schema, name)} IN ACCESS EXCLUSIVE MODE`,
  );
}

/** Columns that hold values of their own, in their order; generated ones are computed again. */
export async function readColumns(
  tx: Transaction,
  schema: string,
  name: string,
): Promise<readonly ColumnShape[]> {
  return tx.rows<ColumnShape>(sql`/* partitions.readColumns */
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = ${identifier(schema, name).text}::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
  `);
}

/** Reads the whole table once. */
export async function measureContent(
  tx: Transaction,
  { schema, name, keyColumn, columns }: Exported,
): Promise<Content> {
  const key = identifier(keyColumn);
  const [row] = await rowsInHours<Content>(
    tx,
    sql`/* partitions.measureContent */
    SELECT count(*)::text AS "rowCount"
      , coalesce(sum(hashtextextended(row(${toList(columns)})::text, 0)::numeric), 0)::text AS "rowHash"
      , min(${key})::text AS "minKey", max(${key})::text AS "maxKey"
    FROM ONLY ${identifier(schema, name)}
  `,
  );
  if (row === undefined) throw new Error('an aggregate gives one row');
  return row;
}

export interface Exported {
  readonly schema: string;
  readonly name: string;
  readonly keyColumn: string;
  readonly columns: readonly ColumnShape[];
}

/** Rows as CSV with a header into `stages`; gives their number. */
export function exportRows(
  tx: Transaction,
  { schema, name, columns }: Exported,
  stages: Parameters<typeof copyOut>[2],
  signal: AbortSignal,
): Promise<number> {
  const statement = sql`/* partitions.exportRows */
    COPY (SELECT ${toList(columns)} FROM ONLY ${identifier(schema, name)}) TO STDOUT (FORMAT csv, HEADER)`;
  return copyOut(tx.client, statement, stages, { timeoutMs: COPY_TIMEOUT_MS, signal });
}

/** Rows of such a CSV from `stages` into the table; gives their number. */
export function importRows(
  tx: Transaction,
  { schema, name, columns }: Pick<Exported, 'schema' | 'name' | 'columns'>,
  stages: Parameters<typeof copyIn>[2],
  signal: AbortSignal,
): Promise<number> {
  const statement = sql`/* partitions.importRows */
    COPY ${identifier(schema, name)} (${toList(columns)}) FROM STDIN (FORMAT csv, HEADER)`;
  return copyIn(tx.client, statement, stages, { timeoutMs: COPY_TIMEOUT_MS, signal });
}

/** Statements that make such a table: columns with types, then constraints, then the other indexes. */
export async function readDdl(
  tx: Transaction,
  { schema, name, columns }: Exported,
): Promise<readonly string[]> {
  const table = identifier(schema, name).text;
  const rows = await tx.rows<{ readonly statement: string }>(sql`/* partitions.readDdl */
    SELECT statement FROM (
      SELECT 1 AS part, conname AS name
        , format('ALTER TABLE %s ADD CONSTRAINT %I %s', ${table}::text, conname, pg_get_constraintdef(oid)) AS statement
      FROM pg_constraint WHERE conrelid = ${table}::regclass AND contype <> 't'
      UNION ALL
      SELECT 2, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      FROM pg_index WHERE indrelid = ${table}::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ) AS parts ORDER BY part, name
  `);
  return [createTable(table, columns).text, ...rows.map(({ statement }) => statement)];
}

/** A plain table of these columns, without anything else. */
export async function createPlainTable(
  tx: Transaction,
  { schema, name, columns }: Pick<Exported, 'schema' | 'name' | 'columns'>,
): Promise<void> {
  const { text } = createTable(identifier(schema, name).text, columns);
  await tx.rows({ text: `/* partitions.createPlainTable */ ${text}`, values: [] });
}

/** Types are PostgreSQL's own words for them (format_type); in a manifest they are checked before they come here. */
function createTable(table: string, columns: readonly ColumnShape[]): Statement {
  const list = columns.map(({ name, type }) => `${identifier(name).text} ${type}`).join(', ');
  return { text: `CREATE TABLE ${table} (${list})`, values: [] };
}

/** Empty as it is, like the table that it is to be attached to. */
export async function createLike(
  tx: Transaction,
  schema: string,
  table: string,
  name: string,
): Promise<void> {
  await tx.rows(sql`/* partitions.createLike */
    CREATE TABLE ${identifier(schema, name)} (LIKE ${identifier(schema, table)} INCLUDING ALL EXCLUDING IDENTITY)
  `);
}

/** Also locks the tables that its foreign keys point at, for the moment in which it goes. */
export async function dropTable(db: Session | Transaction, schema: string, name: string): Promise<void> {
  await db.rows(sql`/* partitions.dropTable */ DROP TABLE ${identifier(schema, name)}`);
}

export async function serverVersion(tx: Transaction): Promise<string> {
  const [row] = await tx.rows<{ readonly version: string }>(
    sql`/* partitions.serverVersion */ SELECT current_setting('server_version') AS version`,
  );
  return row?.version ?? '';
}

function toList(columns: readonly ColumnShape[]): Statement {
  return { text: columns.map(({ name }) => identifier(name).text).join(', '), values: [] };
}
