import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { validateMigrationsOperation } from '../../src/migrations/validation/validate-operation.ts';
import { findValidation } from '../../src/migrations/validation/validation-store.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { createDirectory } from './directory.ts';
import { contextOf, fleetOf } from './fleet.ts';

let target: TestDatabase;
let control: TestDatabase;
let runDirectory: string;
let operationId: string;
beforeEach(async () => {
  target = await createTestDatabase();
  control = await createControlDatabase();
  runDirectory = mkdtempSync(join(tmpdir(), 'sunday-run-'));
  operationId = randomUUID();
  await control.db.rows(sql`
    INSERT INTO operation (id, kind, cluster, target, lanes, state, requested_by, request_id, input)
    VALUES (${operationId}, 'migrations.validate', 'main', 'main', '{maintenance}', 'RUNNING', 'ann', 'r', '{}')
  `);
});
afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await control[Symbol.asyncDispose]();
  rmSync(runDirectory, { recursive: true });
});

async function define(directory: string) {
  return validateMigrationsOperation({
    fleet: { ...fleetOf(target.db), primaryLogin: async () => target.connection },
    db: control.db,
    readFiles: createMigrationReader(directory),
    postgresBinaries: (await findPostgresBinaries())[0]?.directory ?? '',
    runDirectory,
  });
}

test('fails by a down script that does not restore, and keeps the whole report', async () => {
  using directory = createDirectory({
    '001_a.sql': 'CREATE TABLE a (id int); CREATE TABLE b (id int);',
    '001_a.down.sql': 'DROP TABLE a;',
  });
  const operation = await define(directory.path);
  const context = { ...contextOf(new Map()), operationId };
  expect(await operation.plan?.({ cluster: 'main', from: null })).toMatchObject({
    summary: 'try 1 pending migration(s) on a clone of the schema of main',
    steps: ['up, down and up: 001_a'],
  });
  await expect(operation.run(context, { cluster: 'main', from: null })).rejects.toMatchObject({
    code: 'MIGRATION_NOT_REVERSIBLE',
    message: 'migration 001_a: its down script does not restore the catalog: ADDED TABLE public.b and 1 more',
  });
  expect(await findValidation(control.db, operationId)).toMatchObject({
    from: 'TARGET',
    isValid: false,
    migrations: [{ version: '001', verdict: 'NOT_RESTORED', differenceCount: 2 }],
  });
  expect(readdirSync(runDirectory)).toEqual([]);
});

const LOAD_TIMEOUT_MS = 120_000; // a whole schema up and down, on a machine that others use too

test(
  'finds that every migration of the product restores what was there before it',
  async () => {
    const operation = await define('migrations/sunday');
    const report = await operation.run(
      { ...contextOf(new Map()), operationId },
      { cluster: 'main', from: 'EMPTY' },
    );
    expect([...new Set(report.migrations.map((one) => one.verdict))]).toEqual(['REVERSIBLE']);
    expect(await findValidation(control.db, operationId)).toEqual(report);
  },
  LOAD_TIMEOUT_MS,
);

test(
  "clones the product's schema without a difference, and tries only what is pending on it",
  async () => {
    const operation = await define('migrations/sunday');
    await applyPending(target.db, 'migrations/sunday', { appliedBy: 'ann', target: '003' });
    const report = await operation.run(
      { ...contextOf(new Map()), operationId },
      { cluster: 'main', from: null },
    );
    expect(report).toMatchObject({ from: 'TARGET', isValid: true, cloneDifferences: [] });
    expect(report.migrations[0]?.version).toBe('004');
  },
  LOAD_TIMEOUT_MS,
);
