import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { untilAvailable } from '../../src/postgres/retry.ts';
import { initialiseServer } from '../../src/postgres/server.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { run, type RunningProcess, startProcess } from '../../src/process.ts';
import { runPrefix } from '../support/abandoned.ts';
import { freePort } from '../support/ports.ts';
import { createDirectory } from './directory.ts';

const PASSWORD = 'test-only';
const DISK = '8m';

/** Whether we may mount something in a namespace of our own; in many containers nobody but root may. */
const mayMount = await run('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).then(
  () => true,
  () => false,
);

// The server runs where a file system of 8 MB is mounted; nobody else sees it. As the user that it was before, since
// PostgreSQL refuses to be root, even one of a namespace.
const INSIDE = `mount -t tmpfs -o size=${DISK},mode=700 tmpfs "$1" && shift && exec unshare --user --map-user=1000 --map-group=1000 "$@"`;

let root: string;
let server: RunningProcess | undefined;
let db: Database;
beforeAll(async () => {
  // The name by which a later run finds and stops what this one leaves behind when it is killed.
  root = mkdtempSync(runPrefix());
  if (!mayMount) return;
  const binaries = (await findPostgresBinaries())[0]?.directory ?? '';
  const port = await freePort();
  const dataDirectory = join(root, 'data');
  const disk = join(root, 'disk');
  mkdirSync(disk);
  await initialiseServer({
    ...{
      binaries,
      dataDirectory,
      port,
      socketDirectory: root,
      logFile: join(root, 'log'),
      password: PASSWORD,
    },
  });
  const postgres = [join(binaries, 'postgres'), '-D', dataDirectory, '-p', String(port), '-k', root];
  server = startProcess('unshare', ['-Urm', 'sh', '-c', INSIDE, 'sh', disk, ...postgres]);
  db = openDatabase({
    ...{ host: root, port, database: 'postgres', user: 'postgres', password: PASSWORD },
    applicationName: 'sunday-test',
  });
  await untilAvailable(() => db.rows(sql`SELECT 1`));
  await db.rows(raw(`CREATE TABLESPACE small LOCATION '${disk}'`));
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
  rmSync(root, { recursive: true, force: true });
});

test('a migration that fills the disk leaves nothing of itself, and goes through when there is room', async ({
  skip,
}) => {
  skip(!mayMount, 'nobody but root may mount a file system here');
  using directory = createDirectory({
    '001_a.sql':
      'CREATE TABLE a (id int) TABLESPACE small;\nINSERT INTO a SELECT generate_series(1, 150000);',
  });
  await db.rows(sql`CREATE TABLE ballast (id int) TABLESPACE small`);
  await db.rows(sql`INSERT INTO ballast SELECT generate_series(1, 100000)`);
  await expect(applyPending(db, directory.path, { appliedBy: 'ann' })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    failure: { sqlState: '53100', line: 2, isUndone: true },
  });
  expect(await db.rows(sql`SELECT to_regclass('a') AS a`)).toEqual([{ a: null }]);
  expect(await readLedger(db)).toEqual([]);
  await db.rows(sql`DROP TABLE ballast`);
  await applyPending(db, directory.path, { appliedBy: 'ann' });
  expect(await db.rows(sql`SELECT count(*)::int AS rows FROM a`)).toEqual([{ rows: 150_000 }]);
});
