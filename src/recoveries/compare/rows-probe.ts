import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, raw, sql, type Statement } from '../../postgres/sql.ts';
import type { Column, ForeignKey, TablePair } from './tables.ts';

/** One row: its key as texts, and a hash over its columns. */
export interface HashedRow {
  readonly key: readonly string[];
  readonly hash: string;
}

/** Rows of one organization in one table. */
export interface RowSource {
  readonly pair: TablePair;
  readonly organizationId: string;
}

const BATCH_ROWS = 2_000;
const LONGEST_STATEMENT_MS = 6 * 3_600_000; // sorting the rows of a large organization

/**
 * Both databases have to write a value in the same way, and a policy must be an error, not a filter. One snapshot for
 * all tables; a silent client is one that waits for the other database.
 */
export async function beginReading(tx: Transaction): Promise<void> {
  await tx.rows(sql`/* recoveries.beginSnapshot */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
  await tx.rows(sql`/* recoveries.prepareSession */
    SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
      set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true),
      set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true),
      set_config('statement_timeout', ${String(LONGEST_STATEMENT_MS)}, true),
      set_config('idle_in_transaction_session_timeout', '0', true)
  `);
}

/** In the order of the key's texts, byte by byte. Bounded memory: the server sorts, we fetch. */
export async function* streamHashes(
  tx: Transaction,
  { pair, organizationId }: RowSource,
): AsyncGenerator<readonly HashedRow[]> {
  const where = tenantOf(pair, organizationId);
  yield* streamCursor<HashedRow>(
    tx,
    sql`SELECT ${keyOf(pair)} AS key, ${hashOf(pair)} AS hash
    FROM ${tableOf(pair)} AS t WHERE ${where} ORDER BY ${orderOf(pair)}`,
  );
}

/** All rows as they were, as texts in the order of `columns`. */
export async function* streamRows(
  tx: Transaction,
  { pair, organizationId }: RowSource,
  columns: readonly Column[],
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  const where = tenantOf(pair, organizationId);
  const statement = sql`SELECT ${textsOf(columns)} AS row FROM ${tableOf(pair)} AS t WHERE ${where}`;
  for await (const batch of streamCursor<{ row: readonly (string | null)[] }>(tx, statement))
    yield batch.map((one) => one.row);
}

/** All rows as they were, in the order of the key. */
export function selectRows({ pair, organizationId }: RowSource, columns: readonly Column[]): Statement {
  const values = list(columns.map((one) => identifier('t', one.name)));
  const order = pair.key.length === 0 ? raw('') : sql`ORDER BY ${orderOf(pair)}`;
  return sql`SELECT ${values} FROM ${tableOf(pair)} AS t WHERE ${tenantOf(pair, organizationId)} ${order}`;
}

async function* streamCursor<Row>(tx: Transaction, query: Statement): AsyncGenerator<readonly Row[]> {
  await tx.rows(sql`/* recoveries.openCursor */ DECLARE sunday_rows NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const batch = await tx.rows<Row>(
      sql`/* recoveries.fetch */ FETCH ${raw(String(BATCH_ROWS))} FROM sunday_rows`,
    );
    if (batch.length > 0) yield batch;
    if (batch.length < BATCH_ROWS) break;
  }
  await tx.rows(sql`/* recoveries.closeCursor */ CLOSE sunday_rows`);
}

/** Rows with these keys: their key, hash and columns as texts. What is not there is left out. */
export async function fetchRows(
  db: Queryable,
  { pair, organizationId }: RowSource,
  keys: readonly (readonly string[])[],
): Promise<readonly (HashedRow & { readonly row: readonly (string | null)[] })[]> {
  return db.rows(sql`/* recoveries.fetchRows */
    SELECT ${keyOf(pair)} AS key, ${hashOf(pair)} AS hash, ${textsOf(pair.columns)} AS row
    FROM ${tableOf(pair)} AS t JOIN ${wanted(pair, keys)} WHERE ${tenantOf(pair, organizationId)}
  `);
}

/** The same without the rows themselves, of a table of reference. */
export async function fetchHashes(
  db: Queryable,
  pair: TablePair,
  keys: readonly (readonly string[])[],
): Promise<readonly HashedRow[]> {
  return db.rows(sql`/* recoveries.fetchHashes */
    SELECT ${keyOf(pair)} AS key, ${hashOf(pair)} AS hash FROM ${tableOf(pair)} AS t JOIN ${wanted(pair, keys)}
  `);
}

/** What rows of the organization refer to in a table of reference, each row once. */
export async function* streamReferenced(
  tx: Transaction,
  pair: TablePair,
  { organizationId, children }: { readonly organizationId: string; readonly children: readonly Referring[] },
): AsyncGenerator<readonly HashedRow[]> {
  const queries = children.map(({ child, columns }) => {
    const own = list(columns.map((name) => identifier(name)));
    return sql`SELECT ${own} FROM ${tableOf(child)} AS t WHERE ${tenantOf(child, organizationId)}`;
  });
  const [first, ...others] = queries;
  if (first === undefined) return;
  const referring = others.reduce((all, one) => sql`${all} UNION ${one}`, first);
  const key = list(pair.key.map((one) => identifier('t', one.name)));
  yield* streamCursor<HashedRow>(
    tx,
    sql`SELECT ${keyOf(pair)} AS key, ${hashOf(pair)} AS hash
    FROM ${tableOf(pair)} AS t WHERE (${key}) IN (${referring}) ORDER BY ${orderOf(pair)}`,
  );
}

export interface Referring extends Pick<ForeignKey, 'columns'> {
  readonly child: TablePair;
}

/** How many rows there are, and one number over all of them: their order does not matter. */
export interface RowsDigest {
  readonly rows: number;
  readonly hash: string;
}

/** For a table without a key. Columns that both databases have; null where not even the organization's column is left. */
export async function digestRows(
  db: Queryable,
  { pair, organizationId }: RowSource,
): Promise<RowsDigest | null> {
  if (!pair.columns.some(({ name }) => name === pair.tenantColumn)) return null;
  const [row] = await db.rows<RowsDigest>(sql`/* recoveries.digestRows */
    SELECT count(*)::float8 AS rows,
      coalesce(sum(hashtextextended(ROW(${list(pair.columns.map((one) => identifier('t', one.name)))})::text, 0)::numeric), 0)::text AS hash
    FROM ${tableOf(pair)} AS t WHERE ${tenantOf(pair, organizationId)}
  `);
  return row ?? null;
}

/** How many rows of the organization a table had. */
export async function countRows(db: Queryable, { pair, organizationId }: RowSource): Promise<number> {
  const [row] = await db.rows<{ rows: number }>(sql`/* recoveries.countRows */
    SELECT count(*)::float8 AS rows FROM ${tableOf(pair)} AS t WHERE ${tenantOf(pair, organizationId)}
  `);
  return row?.rows ?? 0;
}

/** True when the organization itself is there. */
export async function hasOrganization(db: Queryable, organizationId: string): Promise<boolean> {
  const found = await db.rows(sql`/* recoveries.hasOrganization */
    SELECT FROM public.organizations WHERE id::text = ${organizationId}
  `);
  return found.length > 0;
}

export function tableOf({ name }: Pick<TablePair, 'name'>): Statement {
  return identifier('public', name);
}

/** Condition on `t`: rows of the organization. */
export function tenantOf({ tenantColumn }: TablePair, organizationId: string): Statement {
  return sql`${identifier('t', tenantColumn ?? '')} = ${organizationId}::uuid`;
}

/** Hash over the columns that both databases have, of `t`. */
export function hashOf({ columns }: TablePair): Statement {
  return sql`md5(ROW(${list(columns.map((one) => identifier('t', one.name)))})::text)`;
}

export function list(parts: readonly Statement[]): Statement {
  const [first, ...others] = parts;
  return others.reduce((all, one) => sql`${all}, ${one}`, first ?? raw(''));
}

function keyOf({ key }: TablePair): Statement {
  return textsOf(key);
}

function textsOf(columns: readonly Column[]): Statement {
  return sql`ARRAY[${list(columns.map((one) => sql`${identifier('t', one.name)}::text`))}]`;
}

function orderOf({ key }: TablePair): Statement {
  return list(key.map((one) => sql`${identifier('t', one.name)}::text COLLATE "C"`));
}

/** `unnest(…) AS wanted (…) ON …`: typed, so that the index of the key serves. */
function wanted({ key }: TablePair, keys: readonly (readonly string[])[]): Statement {
  const arrays = key.map(
    (one, index) => sql`${keys.map((values) => values[index])}::text[]::${raw(`${one.type}[]`)}`,
  );
  const names = list(key.map((_, index) => identifier(`k${index}`)));
  const [first, ...others] = key.map(
    (one, index) => sql`${identifier('t', one.name)} = ${identifier('wanted', `k${index}`)}`,
  );
  const condition = others.reduce((all, one) => sql`${all} AND ${one}`, first ?? raw('false'));
  return sql`unnest(${list(arrays)}) AS wanted (${names}) ON ${condition}`;
}
