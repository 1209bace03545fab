import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations } from '../../src/backups/backups.ts';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { reviewCluster } from '../../src/migrations/planner.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { validateOnBackupOperation } from '../../src/migrations/validation/backup-operation.ts';
import { findValidation, listMeasuredTimes } from '../../src/migrations/validation/validation-store.ts';
import type { Queryable } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createRestoredBackups } from '../../src/wiring/restored-backups.ts';
import { createHarness, type Harness, perform } from '../backups/harness.ts';
import { createScratch, type Scratch, waitUntil } from '../backups/scratch.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

// A whole cluster is restored for each.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ITEMS = {
  '001_items.sql': 'CREATE TABLE items (id int PRIMARY KEY, size int NOT NULL);',
  '001_items.down.sql': 'DROP TABLE items;',
};
const WIDER = {
  '002_wider.sql': 'ALTER TABLE items ALTER COLUMN size TYPE bigint; CREATE TABLE notes (id int);',
  '002_wider.down.sql': 'DROP TABLE notes; ALTER TABLE items ALTER COLUMN size TYPE int;',
};
const INDEX = {
  '003_index.sql': '-- transaction: none\nCREATE INDEX CONCURRENTLY items_size ON items (size);',
  '003_index.down.sql': '-- transaction: none\nDROP INDEX CONCURRENTLY items_size;',
};

let scratch: Scratch;
let control: TestDatabase;
let label = '';
/** What the clones said of themselves, the newest last. */
const facts: unknown[] = [];

const leftovers = () => readdirSync(scratch.root).filter((name) => /sunday-trial|^restore-/.test(name));

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  using directory = createDirectory(ITEMS);
  await applyPending(await scratch.fleet.primary('main'), directory.path, { appliedBy: 'ann' });
  await scratch.admin.rows(sql`INSERT INTO items SELECT g, g FROM generate_series(1, 5000) AS g`);
  const paths = { postgresBinaries: scratch.server.binaries, runDirectory: scratch.root };
  const deps = { fleet: scratch.fleet, db: control.db, ...paths, protectedDirectories: [] };
  const { start } = createBackupOperations(deps);
  ({ label } = await perform(start, { cluster: 'main', type: 'FULL' }));
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

const DESCRIBE = sql`SELECT current_user AS user, pg_is_in_recovery() AS "isReadOnly"
  , current_setting('max_logical_replication_workers') AS "subscriptionWorkers"`;

function define(directory: string) {
  const { fleet, root, server } = scratch;
  const config = { ...scratch.config, postgresBinaries: server.binaries };
  const restored = createRestoredBackups({ config, db: control.db, fleet, protectedDirectories: [] });
  const open: typeof restored.open = (chosen, context, act) =>
    restored.open(chosen, context, async (clone, recoveryMs) => {
      facts.push(...(await (clone as Queryable).rows(DESCRIBE)));
      return act(clone, recoveryMs);
    });
  return validateOnBackupOperation({
    ...{
      fleet,
      db: control.db,
      restored: { ...restored, open },
      readFiles: createMigrationReader(directory),
    },
    ...{ postgresBinaries: server.binaries, runDirectory: root },
  });
}

async function createRun(harness: Harness = createHarness(randomUUID())): Promise<Harness> {
  await control.db.rows(sql`
    INSERT INTO operation (id, kind, cluster, target, lanes, state, requested_by, request_id, input)
    VALUES (${harness.operationId}, 'migrations.validateOnBackup', 'main', 'main', '{backup}', 'RUNNING', 'ann', 'r', '{}')
  `);
  return harness;
}

test('what is pending is tried on the rows of a backup: its times, its locks, and what it wrote anew', async () => {
  using directory = createDirectory({ ...ITEMS, ...WIDER, ...INDEX });
  const operation = define(directory.path);
  const input = { cluster: 'main', backup: 'latest' };
  expect(await operation.plan?.(input)).toMatchObject({
    summary: `try what is pending on backup ${label} of main, restored into a clone`,
    steps: [
      expect.stringContaining(`restore backup ${label}`) as string,
      'let it write',
      'up, down and up: 002_wider',
      'up, down and up: 003_index',
      'stop it, remove it and keep the report',
    ],
    warnings: [],
  });
  const harness = await createRun();
  const report = await perform(operation, input, harness);
  expect(report).toMatchObject({
    from: 'BACKUP',
    isValid: true,
    backup: { label, restoreMs: expect.any(Number) as number, recoveryMs: expect.any(Number) as number },
    cloneDifferences: [],
    migrations: [
      {
        ...{ version: '002', verdict: 'REVERSIBLE', upMs: expect.any(Number) as number },
        work: {
          rewritten: [{ table: 'public.items' }],
          locks: [{ table: 'public.items', mode: 'ACCESS EXCLUSIVE' }],
        },
      },
      { version: '003', verdict: 'REVERSIBLE', work: { rewritten: [], locks: null } },
    ],
  });
  expect(report.migrations[0]?.work?.rewritten[0]?.sizeBytes).toBeGreaterThan(100_000);
  expect(await findValidation(control.db, harness.operationId)).toEqual(report);
  expect(facts.at(-1)).toEqual({ user: 'sunday_operator', isReadOnly: false, subscriptionWorkers: '0' });
  expect(leftovers()).toEqual([]);
  const files = await createMigrationReader(directory.path)();
  expect(await listMeasuredTimes(control.db, 'main')).toMatchObject(
    files.slice(1).map(({ version, checksum }) => ({
      version,
      checksum,
      backup: label,
      operationId: harness.operationId,
    })),
  );
  const planner = {
    ...{ fleet: scratch.fleet, readFiles: createMigrationReader(directory.path) },
    listMeasuredTimes: (cluster: string) => listMeasuredTimes(control.db, cluster),
  };
  const plan = await reviewCluster(planner, { cluster: 'main', target: null, direction: 'UP' });
  expect(plan.migrations.map(({ measured }) => measured?.upMs)).toEqual(
    report.migrations.map(({ upMs }) => upMs),
  );
  const [live] = await scratch.admin.rows(sql`SELECT to_regclass('notes') AS notes`);
  expect(live).toEqual({ notes: null });
});

test('what works without rows and not with them is found, and the clone is gone', async () => {
  using directory = createDirectory({
    ...ITEMS,
    '002_small.sql': 'ALTER TABLE items ADD CONSTRAINT small CHECK (size < 5000);',
    '002_small.down.sql': 'ALTER TABLE items DROP CONSTRAINT small;',
  });
  const harness = await createRun();
  await expect(
    perform(define(directory.path), { cluster: 'main', backup: label }, harness),
  ).rejects.toMatchObject({ code: 'MIGRATION_NOT_REVERSIBLE' });
  expect(await findValidation(control.db, harness.operationId)).toMatchObject({
    isValid: false,
    migrations: [{ version: '002', verdict: 'UP_FAILED', upMs: null, work: null }],
  });
  expect(leftovers()).toEqual([]);
});

test('a worker that dies behind each step changes nothing, also behind a clone that was let write', async () => {
  using directory = createDirectory({ ...ITEMS, ...WIDER });
  const { context } = await createRun();
  const step: typeof context.step = async (name, work) => {
    await context.step(name, work);
    return context.step(name, work);
  };
  const report = await define(directory.path).run({ ...context, step }, { cluster: 'main', backup: label });
  expect(report.migrations).toMatchObject([{ version: '002', verdict: 'REVERSIBLE' }]);
  expect(leftovers()).toEqual([]);
});

test('a cancel in the middle of a migration leaves neither the clone nor a report', async () => {
  using directory = createDirectory({
    ...ITEMS,
    '002_slow.sql': 'SELECT pg_sleep(60);',
    '002_slow.down.sql': 'SELECT 1;',
  });
  const harness = await createRun();
  const running = perform(define(directory.path), { cluster: 'main', backup: label }, harness);
  void waitUntil(() => harness.progress.some(({ message }) => message === 'up 002_slow'), 40_000).then(() =>
    harness.abort.abort(new Error('cancelled')),
  );
  await expect(running).rejects.toThrow('cancelled');
  expect(await findValidation(control.db, harness.operationId)).toBeNull();
  expect(leftovers()).toEqual([]);
});

test('a backup that is not there, and a cluster without backups, are refused before anything is restored', async () => {
  using directory = createDirectory(ITEMS);
  const operation = define(directory.path);
  await expect(operation.plan?.({ cluster: 'main', backup: '20000101-000000F' })).rejects.toMatchObject({
    code: 'BACKUP_NOT_FOUND',
    argument: ['input', 'onBackup'],
  });
  await expect(operation.plan?.({ cluster: 'bare', backup: 'latest' })).rejects.toMatchObject({
    code: 'BACKUPS_NOT_CONFIGURED',
  });
});
