import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDrift, KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { readMigrationFiles } from '../../src/migrations/files/files.ts';
import { acceptDrift, repairMigration } from '../../src/migrations/drift/repair.ts';
import { listRepairs } from '../../src/migrations/drift/repair-store.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { raw } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';

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
const by = { repairedBy: 'ann', onBehalfOf: 'bea' };

test('stamps the checksum of a changed file anew, and keeps who did it, why and what stood there', async () => {
  const { db } = database;
  await apply('001');
  directory.write('001_a.sql', 'CREATE TABLE a (id int); -- a comment');
  await expect(apply()).rejects.toMatchObject({ code: 'MIGRATION_DRIFTED' });
  const [applied] = await readLedger(db);
  const [file] = await readMigrationFiles(directory.path);
  const expectedChecksum = applied?.checksum ?? '';
  const newChecksum = file?.checksum ?? '';
  const repair = { version: '001', expectedChecksum, newChecksum, reason: 'a comment', ...by };
  const repaired = await repairMigration(db, repair);
  expect(repaired).toMatchObject({
    version: '001',
    field: 'CHECKSUM',
    oldValue: expectedChecksum,
    newValue: newChecksum,
    reason: 'a comment',
    repairedBy: 'ann',
    onBehalfOf: 'bea',
  });
  expect(await listRepairs(db)).toEqual([repaired]);
  expect((await apply()).map((one) => one.version)).toEqual(['002']);
});

test('refuses to stamp over another checksum than the one that was looked at, and writes nothing', async () => {
  const { db } = database;
  await apply('001');
  const [before] = await readLedger(db);
  const repair = {
    version: '001',
    expectedChecksum: 'f'.repeat(64),
    newChecksum: 'a'.repeat(64),
    reason: 'x',
    ...by,
  };
  await expect(repairMigration(db, repair)).rejects.toMatchObject({ code: 'REPAIR_REFUSED' });
  expect(await readLedger(db)).toEqual([before]);
  expect(await listRepairs(db)).toEqual([]);
});

test.each(['', ' '.repeat(3), 'x'.repeat(1_001)])(
  'refuses a reason that is none or a book',
  async (reason) => {
    const repair = { version: '001', expectedChecksum: '', newChecksum: 'a'.repeat(64), reason, ...by };
    await expect(repairMigration(database.db, repair)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      argument: ['input', 'reason'],
    });
  },
);

test('takes the drift that was looked at for the expected state', async () => {
  const { db } = database;
  await apply('001');
  const [applied] = await readLedger(db);
  await db.rows(raw('CREATE INDEX hot ON a (id)'));
  const { foundFingerprint } = await checkDrift(db);
  const repaired = await acceptDrift(db, { foundFingerprint, reason: 'made in the incident', ...by });
  expect(repaired).toMatchObject({
    version: '001',
    field: 'FINGERPRINT',
    oldValue: applied?.fingerprint,
    newValue: foundFingerprint,
  });
  expect((await checkDrift(db)).state).toBe('NONE');
  await db.rows(raw('DROP INDEX hot'));
  expect((await checkDrift(db)).differences.map((one) => `${one.change} ${one.object}`)).toEqual([
    'REMOVED public.hot',
  ]);
});

test('refuses to accept a drift that is another one by now', async () => {
  const { db } = database;
  await apply('001');
  await db.rows(raw('CREATE INDEX hot ON a (id)'));
  const { foundFingerprint } = await checkDrift(db);
  await db.rows(raw('DROP TABLE a'));
  await expect(acceptDrift(db, { foundFingerprint, reason: 'x', ...by })).rejects.toMatchObject({
    code: 'REPAIR_REFUSED',
  });
  expect((await checkDrift(db)).state).toBe('DRIFTED');
});
