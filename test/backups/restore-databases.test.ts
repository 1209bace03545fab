import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { perform } from './harness.ts';
import { createScratch, fillTables, type Scratch } from './scratch.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let scratch: Scratch;
let control: TestDatabase;
let operations: BackupOperations;
let label: string;
let fileOfOther: string;

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  await scratch.admin.rows(sql`CREATE DATABASE billing`);
  const [row] = await scratch.admin.rows<{ file: string }>(
    sql`SELECT 'base/' || oid || '/1259' AS file FROM pg_database WHERE datname = 'billing'`,
  );
  fileOfOther = row?.file ?? '';
  operations = createBackupOperations({
    ...{ fleet: scratch.fleet, db: control.db, postgresBinaries: scratch.server.binaries },
    ...{ runDirectory: scratch.root, protectedDirectories: [] },
  });
  ({ label } = await perform(operations.start, { cluster: 'main', type: 'FULL' }));
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

const wish = (name: string, databases: readonly string[]) => ({
  ...{ cluster: 'main', label, databases, destination: join(scratch.root, name) },
});
const isZeros = (file: string) => readFileSync(file).every((byte) => byte === 0);

test('restores and proves one database, and leaves zeros in place of the others', async () => {
  const wanted = wish('product', ['sunday']);
  const result = await perform(operations.restore, wanted);
  expect(result).toMatchObject({ proven: true, tablesChecked: 3, tablesFailed: 0 });
  expect(result.note).toContain('billing is not restored: files of zeros stand in');
  expect(isZeros(join(wanted.destination, fileOfOther))).toBe(true);
});

test('restores another database without comparing rows that are not there', async () => {
  const wanted = wish('other', ['billing']);
  const result = await perform(operations.restore, wanted);
  expect(result).toMatchObject({ proven: false, tablesChecked: 0 });
  expect(result.note).toContain('sunday is not restored');
  expect(isZeros(join(wanted.destination, fileOfOther))).toBe(false);
});

test('says in the plan which databases will be zeros', async () => {
  const plan = await operations.restore.plan?.(wish('planned', ['sunday']));
  expect(plan?.warnings.join('\n')).toContain('drop them (DROP DATABASE)');
});

test('refuses a database that the backup does not have, before anything is written', async () => {
  await expect(operations.restore.plan?.(wish('none', ['sundy']))).rejects.toMatchObject({
    code: 'BACKUP_DATABASE_NOT_FOUND',
    hint: expect.stringContaining('billing, ') as string,
  });
});
