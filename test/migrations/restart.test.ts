import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { initialiseServer, type ServerOptions, startServer, stopServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runPrefix } from '../support/abandoned.ts';
import { freePort } from '../support/ports.ts';
import { createDirectory } from './directory.ts';

const PASSWORD = 'test-only';

let server: ServerOptions;
let root: string;
let db: Database;
beforeAll(async () => {
  // The name by which a later run finds and stops what this one leaves behind when it is killed.
  root = mkdtempSync(runPrefix());
  const port = await freePort();
  server = {
    binaries: (await findPostgresBinaries())[0]?.directory ?? '',
    dataDirectory: join(root, 'data'),
    port,
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  await initialiseServer({ ...server, password: PASSWORD });
  await startServer(server);
  db = openDatabase({
    host: root,
    port,
    database: 'postgres',
    user: 'postgres',
    password: PASSWORD,
    applicationName: 'sunday-test',
  });
});
afterAll(async () => {
  await db.close();
  await stopServer(server, 'immediate');
  rmSync(root, { recursive: true, force: true });
});

const ONE = { '001_a.sql': 'CREATE TABLE effects (id int);\nSELECT pg_sleep(1);' };
const NONE = '-- transaction: none\nINSERT INTO effects VALUES (2);\nSELECT pg_sleep(1);';

test.each([
  { what: 'in a transaction', mode: 'fast', files: ONE, version: '001', ids: [] },
  {
    what: 'without a transaction',
    mode: 'immediate',
    files: { ...ONE, '002_b.sql': NONE },
    version: '002',
    ids: [2],
  },
] as const)(
  'goes on after the server was restarted in the middle of a file $what',
  async (the) => {
    using directory = createDirectory(the.files);
    const interrupted = applyPending(db, directory.path, {
      appliedBy: 'ann',
      onProgress(at) {
        if (at.phase === 'STATEMENT' && at.statement.number === 2) void stopServer(server, the.mode);
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await stopServer(server, the.mode);
    await startServer(server);
    await applyPending(db, directory.path, { appliedBy: 'ann' });
    expect((await readLedger(db)).at(-1)).toMatchObject({ version: the.version });
    const rows = await db.rows<{ id: number }>(sql`SELECT id FROM effects ORDER BY 1`);
    expect(rows.map((one) => one.id)).toEqual(the.ids);
  },
  60_000,
);
