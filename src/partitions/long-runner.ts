import type { Transaction } from '../postgres/pool.ts';
import type { Statement } from '../postgres/sql.ts';

/** Reading a month of a busy table, or all of one. */
const LONG_MS = 12 * 3_600_000;

/** Rows of a statement that may take hours: the pool gives up on an answer after seconds, whatever the server allows. */
export async function rowsInHours<Row>(
  { client }: Transaction,
  { text, values }: Statement,
): Promise<readonly Row[]> {
  const result = await client.query(Object.assign({ text, values: [...values] }, { query_timeout: LONG_MS }));
  return result.rows as readonly Row[];
}
