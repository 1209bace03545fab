import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { Contender } from './contenders.ts';
import { writeMigrations } from './files.ts';
import type { TargetServer } from '../target-server.ts';

/** How others fared while a migration stood behind a long reader. */
export interface Stall {
  /** The longest that any of the clients waited for its SELECT. */
  readonly longestMs: number;
  /** Of the migration, from the call to its end. */
  readonly migrationMs: number;
  readonly selects: number;
}

export interface StallOptions {
  readonly contender: Contender;
  /** How long the reader stays in its transaction after the migration was started. */
  readonly readerMs: number;
  readonly signal: AbortSignal;
}

export const STALL_CLIENTS = 5;
const ROWS = 1_000;
/** Between two SELECTs of a client: they are there to be held up, not to keep the processors busy. */
const CLIENT_PAUSE_MS = 5;
const MIGRATION = {
  name: 'add_note',
  up: 'ALTER TABLE board ADD COLUMN note text',
  down: 'ALTER TABLE board DROP COLUMN note',
};

/** A reader keeps ACCESS SHARE in an idle transaction, a migration wants ACCESS EXCLUSIVE, and five clients SELECT. */
export async function measureStall(server: TargetServer, options: StallOptions): Promise<Stall> {
  const { contender, readerMs, signal } = options;
  const root = join(server.root, 'stall');
  mkdirSync(root, { recursive: true });
  const directory = writeMigrations(root, [MIGRATION])[contender.format];
  return server.withDatabase(async (connection) => {
    const db = openDatabase({
      ...connection,
      maxConnections: STALL_CLIENTS + 1,
      statementTimeoutMs: readerMs * 10,
      lockTimeoutMs: 0,
    });
    try {
      await makeBoard(db);
      const reader = await openReader(db);
      const clients = startClients(db, signal);
      const startedAt = performance.now();
      const migration = contender.up({ connection, directory, signal });
      // Its failure is thrown where it is awaited, when the reader has left.
      migration.catch(() => {});
      await sleep(readerMs, undefined, { signal }).finally(() => reader.close());
      await migration.finally(() => clients.stop());
      const migrationMs = performance.now() - startedAt;
      return { ...(await clients.result), migrationMs };
    } finally {
      await db.close();
    }
  });
}

async function makeBoard(db: Database): Promise<void> {
  await db.rows(
    sql`/* bench.makeBoard */ CREATE TABLE board AS SELECT n AS id FROM generate_series(1, ${ROWS}::int) AS n`,
  );
  await db.rows(sql`/* bench.indexBoard */ CREATE UNIQUE INDEX board_id ON board (id)`);
}

interface Reader {
  close(): Promise<void>;
}

async function openReader(db: Database): Promise<Reader> {
  const began = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const reading = db.transaction(async (tx) => {
    await tx.rows(sql`/* bench.readBoard */ SELECT count(*) FROM board`);
    began.resolve();
    await left.promise;
  });
  reading.catch(began.reject);
  await began.promise;
  return {
    close() {
      left.resolve();
      return reading;
    },
  };
}

function startClients(db: Database, signal: AbortSignal) {
  const stopped = new AbortController();
  let longestMs = 0;
  let selects = 0;
  const client = async (number: number): Promise<void> => {
    for (let id = number; !stopped.signal.aborted && !signal.aborted; id = (id % ROWS) + 1) {
      const askedAt = performance.now();
      await db.rows(sql`/* bench.selectBoard */ SELECT id FROM board WHERE id = ${id}`);
      longestMs = Math.max(longestMs, performance.now() - askedAt);
      selects += 1;
      await sleep(CLIENT_PAUSE_MS);
    }
  };
  const all = Promise.all(Array.from({ length: STALL_CLIENTS }, (_, index) => client(index + 1)));
  all.catch(() => {});
  return { stop: () => stopped.abort(), result: all.then(() => ({ longestMs, selects })) };
}
