import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNewestSnapshot } from '../../src/catalog/store.ts';
import { assertNoDrift, checkDrift, KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { checkDriftOperation } from '../../src/migrations/drift/drift-operation.ts';
import { rollbackTo } from '../../src/migrations/run/rollback-runner.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';
import { contextOf, fleetOf } from './fleet.ts';

let database: TestDatabase;
let directory: MigrationDirectory;
beforeEach(async () => {
  database = await createTestDatabase();
  directory = createDirectory({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '001_a.down.sql': 'DROP TABLE a;',
    '002_b.sql': 'CREATE TABLE b (id int);',
    '002_b.down.sql': 'DROP TABLE b;',
  });
});
afterEach(async () => {
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const apply = (target: string | null = null) =>
  applyPending(database.db, directory.path, { appliedBy: 'ann', target, ...KEEPS_CATALOG });

test('is none right after a migration, whose fingerprint stands in the ledger and whose catalog is kept', async () => {
  const { db } = database;
  await apply();
  const [, second] = await readLedger(db);
  const drift = await checkDrift(db);
  expect(drift).toMatchObject({ state: 'NONE', version: '002', differences: [] });
  expect(drift.foundFingerprint).toBe(second?.fingerprint);
  expect((await readNewestSnapshot(db))?.fingerprint).toBe(second?.fingerprint);
});

test('is found object by object when somebody changes the schema by hand, and refuses', async () => {
  const { db } = database;
  await apply('001');
  await db.rows(raw('CREATE INDEX hot ON a (id); ALTER TABLE a ALTER id SET DEFAULT 5'));
  const drift = await checkDrift(db);
  expect(drift).toMatchObject({ state: 'DRIFTED', version: '001' });
  expect(drift.differences).toEqual([
    {
      kind: 'COLUMN',
      object: 'public.a.id',
      change: 'CHANGED',
      expected: 'integer',
      found: 'integer DEFAULT 5',
      isMaterial: true,
    },
    {
      kind: 'INDEX',
      object: 'public.hot',
      change: 'ADDED',
      expected: null,
      found: 'CREATE INDEX hot ON public.a USING btree (id)',
      isMaterial: true,
    },
  ]);
  await expect(assertNoDrift(db, 'main')).rejects.toMatchObject({
    code: 'SCHEMA_DRIFTED',
    differenceCount: 2,
    message:
      'the schema of main has changed since migration 001: CHANGED COLUMN public.a.id; ADDED INDEX public.hot',
  });
  await db.rows(raw('DROP INDEX hot; ALTER TABLE a ALTER id DROP DEFAULT'));
  await assertNoDrift(db, 'main');
});

test('is unknown, with the reason, before anything was kept', async () => {
  const { db } = database;
  expect(await checkDrift(db)).toMatchObject({
    state: 'UNKNOWN',
    reason: 'no migration is applied, so no state is expected',
  });
  await applyPending(db, directory.path, { appliedBy: 'ann', target: '001' });
  expect(await checkDrift(db)).toMatchObject({
    state: 'UNKNOWN',
    reason: 'no fingerprint was kept after migration 001',
  });
  await assertNoDrift(db, 'main');
});

test('keeps nothing of a migration that fails', async () => {
  const { db } = database;
  await apply('001');
  const before = await readNewestSnapshot(db);
  directory.write('002_b.sql', 'CREATE TABLE b (id int); SELECT 1 / 0;');
  await expect(apply()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  expect(await readNewestSnapshot(db)).toEqual(before);
  expect((await checkDrift(db)).state).toBe('NONE');
});

test('is none after a rollback whose down script restores, and found after one that does not', async () => {
  const { db } = database;
  await apply();
  await rollbackTo(db, directory.path, { appliedBy: 'ann', target: '001' });
  expect(await checkDrift(db)).toMatchObject({ state: 'NONE', version: '001' });
  await apply();
  directory.write('002_b.down.sql', 'DROP TABLE b; CREATE TABLE c (id int);');
  await rollbackTo(db, directory.path, { appliedBy: 'ann', target: '001' });
  expect((await checkDrift(db)).differences.map((one) => `${one.change} ${one.object}`)).toEqual([
    'ADDED public.c',
    'ADDED public.c.id',
  ]);
});

test('is told by an operation that succeeds with it', async () => {
  const { db } = database;
  await apply();
  await db.rows(raw('DROP TABLE b'));
  const messages: (string | undefined)[] = [];
  const operation = checkDriftOperation({ fleet: fleetOf(db) });
  const result = await operation.run(
    contextOf(new Map(), { progress: ({ message }) => messages.push(message) }),
    { cluster: 'main' },
  );
  expect(result).toMatchObject({ state: 'DRIFTED', differenceCount: 2 });
  expect(messages).toEqual(['main: 2 difference(s)']);
});
