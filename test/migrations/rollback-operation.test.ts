import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { rollbackMigrationsOperation } from '../../src/migrations/rollback-operation.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { Progress } from '../../src/operations/define.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';
import { contextOf, fleetOf } from './fleet.ts';

let database: TestDatabase;
let directory: MigrationDirectory;
beforeEach(async () => {
  database = await createTestDatabase();
  directory = createDirectory({
    '001_a.down.sql': 'DROP TABLE a;',
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.down.sql': 'DROP TABLE b;',
    '002_b.sql': 'CREATE TABLE b (id int);',
  });
  await applyPending(database.db, directory.path, { appliedBy: 'ann' });
});
afterEach(async () => {
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const wanted = {
  cluster: 'main',
  target: '000',
  scope: 'ABOVE',
  allowDrift: false,
  planId: null,
  requestedBy: 'ann',
  onBehalfOf: 'bea',
} as const;
const define = () =>
  rollbackMigrationsOperation({
    fleet: fleetOf(database.db),
    readFiles: createMigrationReader(directory.path),
  });
const versions = async () => (await readLedger(database.db)).map((one) => one.version);

test('runs one step for each down script, newest first, and tells how far it is', async () => {
  const progress: Progress[] = [];
  const context = contextOf(new Map(), { progress: (one) => progress.push(one) });
  const result = await define().run(context, wanted);
  expect(context.ran).toEqual(['check migrations', 'roll back 002_b', 'roll back 001_a']);
  expect(result.rolledBack.map((one) => one.version)).toEqual(['002', '001']);
  expect(progress.map((one) => one.message)).toEqual([
    'rolling back 002_b (1 of 2)',
    '002_b (1 of 2): statement 1 of 1, line 1',
    'rolled back 002_b (1 of 2)',
    'rolling back 001_a (2 of 2)',
    '001_a (2 of 2): statement 1 of 1, line 1',
    'rolled back 001_a (2 of 2)',
  ]);
  expect(await versions()).toEqual([]);
});

test('ends the same when a step was done but its result was lost', async () => {
  const memory = new Map<string, unknown>();
  await define().run(contextOf(memory), wanted);
  memory.delete('roll back 001_a');
  const second = contextOf(memory);
  const result = await define().run(second, wanted);
  expect(second.ran).toEqual(['roll back 001_a']);
  expect(result.rolledBack.map((one) => one.version)).toEqual(['002', '001']);
});

test('refuses when what would be done is not what was agreed to', async () => {
  await expect(define().run(contextOf(new Map()), { ...wanted, planId: 'another' })).rejects.toMatchObject({
    code: 'MIGRATION_PLAN_CHANGED',
  });
  expect(await versions()).toEqual(['001', '002']);
});

test('refuses a down script that was replaced after the plan', async () => {
  const memory = new Map<string, unknown>();
  const dropped = contextOf(memory, {
    assertLease: () => {
      throw new Error('the lease is gone');
    },
  });
  await expect(define().run(dropped, wanted)).rejects.toThrow('the lease is gone');
  directory.write('002_b.down.sql', 'DROP TABLE b CASCADE;');
  await expect(define().run(contextOf(memory), wanted)).rejects.toMatchObject({
    code: 'MIGRATION_PLAN_CHANGED',
  });
  expect(await versions()).toEqual(['001', '002']);
});

test('goes on in a later attempt with what is left of the plan that was agreed to', async () => {
  await define().run(contextOf(new Map()), { ...wanted, target: '001' });
  const second = { ...contextOf(new Map()), attempt: 2 };
  const result = await define().run(second, { ...wanted, planId: 'that of the first attempt' });
  expect(result.rolledBack.map((one) => one.version)).toEqual(['001']);
  expect(await versions()).toEqual([]);
});

test('refuses a schema that somebody has changed by hand, unless that is allowed', async () => {
  await database.db.rows(sql`DROP SCHEMA sunday_ledger CASCADE`);
  await database.db.rows(sql`DROP TABLE a, b`);
  await applyPending(database.db, directory.path, { appliedBy: 'ann', ...KEEPS_CATALOG });
  await database.db.rows(sql`ALTER TABLE a ADD COLUMN hand int`);
  const refusal = { code: 'SCHEMA_DRIFTED', differenceCount: 1 };
  await expect(define().plan?.(wanted)).rejects.toMatchObject(refusal);
  await expect(define().run(contextOf(new Map()), wanted)).rejects.toMatchObject(refusal);
  expect(await versions()).toEqual(['001', '002']);
  await define().run(contextOf(new Map()), { ...wanted, allowDrift: true });
  expect(await versions()).toEqual([]);
});
