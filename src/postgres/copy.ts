import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { identifier, type Statement, withLiterals } from './sql.ts';

export type CopyValue = string | number | boolean | Date | null;

export interface CopyTarget {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Overrides the pool's limit on one query. */
  readonly timeoutMs: number;
}

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** One row in PostgreSQL's text format of COPY, with its line break. */
export function toCopyLine(values: readonly CopyValue[]): string {
  return `${values.map(toCopyText).join('\t')}\n`;
}

/**
 * Sends rows made by `toCopyLine` with COPY, the fastest way in. Gives the number of rows.
 *
 * @throws what the server reports; nothing of this call stays then, and an open transaction has to be rolled back.
 */
export async function copyRows(
  client: ClientBase,
  target: CopyTarget,
  lines: Iterable<string>,
): Promise<number> {
  const columns = target.columns.map((column) => identifier(column).text).join(', ');
  const stream = copyFrom(
    `/* postgres.copyRows */ COPY ${identifier(target.schema, target.table).text} (${columns}) FROM STDIN`,
  );
  const copying = client.query(Object.assign(stream, { query_timeout: target.timeoutMs }));
  await pipeline(Readable.from(inChunks(lines)), copying);
  return copying.rowCount;
}

function toCopyText(value: CopyValue): string {
  if (value === null) return '\\N';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : String(value);
  return NEEDS_ESCAPE.test(text) ? text.replace(/[\\\t\n\r]/g, (one) => ESCAPES[one] ?? one) : text;
}

const CHUNK_CHARACTERS = 64 * 1024;

/** A message for each row would cost more than the row. */
function* inChunks(lines: Iterable<string>): Generator<Buffer> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield Buffer.from(chunk, 'utf8');
      chunk = '';
    }
  }
  if (chunk !== '') yield Buffer.from(chunk, 'utf8');
}

/**
 * Sends what a query gives through `sinks` as CSV with a header. Gives the number of rows.
 *
 * @throws what the server reports, or one of `sinks`.
 */
export async function copyToCsv(
  client: ClientBase,
  { query, timeoutMs }: { readonly query: Statement; readonly timeoutMs: number },
  sinks: readonly [...NodeJS.ReadWriteStream[], NodeJS.WritableStream],
): Promise<number> {
  const stream = copyTo(
    `/* postgres.copyToCsv */ COPY (${withLiterals(query).text}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')`,
  );
  const copying = client.query(Object.assign(stream, { query_timeout: timeoutMs }));
  await pipeline([copying, ...sinks]);
  return copying.rowCount;
}
