import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Statement } from './sql.ts';

export interface CopyOptions {
  /** Overrides the pool's limit on one query. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * `COPY … TO STDOUT` through `stages`, the last of which takes the bytes. Gives the number of rows.
 *
 * @throws what the server reports or a stage fails with; the connection may then not be used any more.
 */
export async function copyOut(
  client: ClientBase,
  statement: Statement,
  stages: readonly (Writable | NodeJS.ReadWriteStream)[],
  { timeoutMs, signal }: CopyOptions,
): Promise<number> {
  const rows = client.query(Object.assign(copyTo(statement.text), { query_timeout: timeoutMs }));
  try {
    await pipeline([rows, ...stages], { signal });
  } catch (error) {
    await abandon(client);
    throw error;
  }
  return rows.rowCount;
}

/** Rows that nobody takes any more would stand in front of the next answer: no other statement may use the connection. */
async function abandon(client: ClientBase): Promise<void> {
  const { connection } = client as unknown as { readonly connection: { readonly stream: Duplex } };
  connection.stream.destroy();
  await setImmediate(); // the pool hears of it, and opens another one
}

/**
 * `COPY … FROM STDIN` with what comes out of `stages`. Gives the number of rows.
 *
 * @throws what the server reports or a stage fails with; an open transaction has to be rolled back then.
 */
export async function copyIn(
  client: ClientBase,
  statement: Statement,
  stages: readonly (Readable | NodeJS.ReadWriteStream)[],
  { timeoutMs, signal }: CopyOptions,
): Promise<number> {
  const sink = client.query(Object.assign(copyFrom(statement.text), { query_timeout: timeoutMs }));
  await pipeline([...stages, sink] as unknown as [Readable, Writable], { signal });
  return sink.rowCount;
}
