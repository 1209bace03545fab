import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMigrationReader } from '../../src/migrations/files/files.ts';
import { rollbackMigrationsOperation } from '../../src/migrations/rollback-operation.ts';
import { createMigrations, type MigrationOperations } from '../../src/migrations/service.ts';
import { applyMigrationsOperation } from '../../src/migrations/apply-operation.ts';
import { readLedger } from '../../src/migrations/ledger/store.ts';
import type { Progress } from '../../src/operations/define.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory, type MigrationDirectory } from './directory.ts';
import { collectStarts, contextOf, fleetOf, REQUEST } from './fleet.ts';

let database: TestDatabase;
let directory: MigrationDirectory;
beforeEach(async () => {
  database = await createTestDatabase();
  directory = createDirectory({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '001_a.down.sql': 'DROP TABLE a;',
    '002_b.sql': '-- irreversible: so it is\nCREATE TABLE b (id int); SELECT 1;',
  });
});
afterEach(async () => {
  directory[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const wanted = {
  ...{ cluster: 'main', target: null, planId: null, allowDrift: false },
  ...{ appliedBy: 'ann', onBehalfOf: 'bea' },
};
const asked = { cluster: 'main', target: null, planId: null, allowDrift: false, dryRun: false };
const define = () =>
  applyMigrationsOperation({ fleet: fleetOf(database.db), readFiles: createMigrationReader(directory.path) });
const serve = () => {
  const operations = collectStarts();
  const fleet = fleetOf(database.db);
  const planner = { fleet, readFiles: createMigrationReader(directory.path) };
  // The other kinds have tests of their own, with the whole engine.
  const definitions = {
    apply: define(),
    rollBack: rollbackMigrationsOperation(planner),
  } as MigrationOperations;
  return {
    operations,
    migrations: createMigrations({ ...planner, db: database.db, operations, definitions }),
  };
};

describe('the operation', () => {
  test('runs one step for each migration and tells how far it is', async () => {
    const progress: Progress[] = [];
    const context = contextOf(new Map(), { progress: (one) => progress.push(one) });
    const result = await define().run(context, wanted);
    expect(context.ran).toEqual(['check migrations', 'apply 001_a', 'apply 002_b']);
    expect(result.applied.map((one) => one.version)).toEqual(['001', '002']);
    expect(progress).toEqual([
      { fractionDone: 0, message: 'applying 001_a (1 of 2)' },
      { fractionDone: 0, message: '001_a (1 of 2): statement 1 of 1, line 1' },
      { fractionDone: 0.5, message: 'applied 001_a (1 of 2)' },
      { fractionDone: 0.5, message: 'applying 002_b (2 of 2)' },
      { fractionDone: 0.5, message: '002_b (2 of 2): statement 1 of 2, line 2' },
      { fractionDone: 0.75, message: '002_b (2 of 2): statement 2 of 2, line 2' },
      { fractionDone: 1, message: 'applied 002_b (2 of 2)' },
    ]);
    expect(await readLedger(database.db)).toMatchObject([
      { version: '001', appliedBy: 'ann', onBehalfOf: 'bea', operationId: 'op-1' },
      { version: '002', appliedBy: 'ann', onBehalfOf: 'bea', operationId: 'op-1' },
    ]);
  });

  test('runs one step for many small ones that are committed together, and begins it again behind a crash', async () => {
    const tables = Array.from({ length: 8 }, (_, index) => `00${index + 2}`);
    for (const version of tables) {
      const name = version === '002' ? 'b' : 't';
      directory.write(`${version}_${name}.sql`, `CREATE TABLE t${version} (id int);`);
    }
    const memory = new Map<string, unknown>();
    const progress: Progress[] = [];
    const context = contextOf(memory, { progress: (one) => progress.push(one) });
    const result = await define().run(context, wanted);
    const name = 'apply 001_a to 009_t';
    expect(context.ran).toEqual(['check migrations', name]);
    expect(result.applied.map((one) => one.version)).toEqual(['001', ...tables]);
    expect(progress.at(-1)).toEqual({ fractionDone: 1, message: 'applied 009_t (9 of 9)' });
    const fractions = progress.map(({ fractionDone }) => fractionDone ?? 0);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    memory.delete(name);
    expect(await define().run(contextOf(memory), wanted)).toEqual(result);
    // An older release knew no groups, and its steps gave a number.
    const { groups: _, ...check } = memory.get('check migrations') as Record<string, unknown>;
    memory.set('check migrations', check).set('apply 001_a', 7);
    expect((await define().run(contextOf(memory), wanted)).applied[0]).toMatchObject({ durationMs: 7 });
  });

  test('ends the same when a step was done but its result was lost', async () => {
    const memory = new Map<string, unknown>();
    const first = await define().run(contextOf(memory), wanted);
    memory.delete('apply 002_b');
    const second = contextOf(memory);
    expect(await define().run(second, wanted)).toEqual(first);
    expect(second.ran).toEqual(['apply 002_b']);
  });

  test('refuses a file that was replaced after the plan', async () => {
    const memory = new Map<string, unknown>();
    await define().run(contextOf(memory), { ...wanted, target: '001' });
    memory.clear();
    const checked = contextOf(memory);
    await checked.step('check migrations', async () => ({
      migrations: [{ version: '002', name: 'b', checksum: 'other', statementCount: 2 }],
    }));
    await expect(define().run(checked, wanted)).rejects.toMatchObject({
      code: 'MIGRATION_DRIFTED',
      versions: ['002'],
    });
  });

  test('is fenced off by a newer holder', async () => {
    await define().run(contextOf(new Map(), { token: 9n }), { ...wanted, target: '001' });
    await expect(define().run(contextOf(new Map(), { token: 8n }), wanted)).rejects.toMatchObject({
      code: 'FENCED',
    });
    expect((await readLedger(database.db)).map((one) => one.version)).toEqual(['001']);
  });

  test('describes its plan', async () => {
    expect(await define().plan?.({ ...wanted, target: '001' })).toEqual({
      summary: 'apply 1 migration(s) to main: SAFE',
      steps: ['apply 001_a: 1 statement(s), SAFE'],
      warnings: [],
    });
  });
});

describe('the service', () => {
  test('lists migrations with their state, and what the ledger knows', async () => {
    await define().run(contextOf(new Map()), { ...wanted, target: '001' });
    const [list] = await serve().migrations.listByCluster(['main']);
    expect(list).toMatchObject([
      { cluster: 'main', version: '001', name: 'a', state: 'APPLIED', applied: { appliedBy: 'ann' } },
      { cluster: 'main', version: '002', name: 'b', state: 'PENDING', applied: null },
    ]);
  });

  test('shows drifted, missing and late migrations', async () => {
    await define().run(contextOf(new Map()), wanted);
    directory.write('000_late.sql', 'SELECT 1;');
    directory.write('001_a.sql', 'CREATE TABLE a (id bigint);');
    directory.remove('002_b.sql');
    directory.write('003_next.sql', 'SELECT 1;');
    const [list] = await serve().migrations.listByCluster(['main']);
    expect(list).toMatchObject([
      { version: '000', state: 'OUT_OF_ORDER' },
      { version: '001', state: 'DRIFTED' },
      { version: '002', state: 'MISSING' },
      { version: '003', state: 'PENDING' },
    ]);
  });

  test('gives an unknown cluster its error in its place', async () => {
    expect(await serve().migrations.listByCluster(['nowhere', 'main'])).toMatchObject([
      { code: 'CLUSTER_NOT_FOUND' },
      [{ version: '001' }, { version: '002' }],
    ]);
  });

  test('plans without starting anything on a dry run', async () => {
    const { migrations, operations } = serve();
    const outcome = await migrations.apply({ ...asked, target: '1', dryRun: true }, REQUEST);
    expect(outcome).toMatchObject({
      operation: null,
      plan: {
        cluster: 'main',
        target: '001',
        verdict: 'SAFE',
        migrations: [{ version: '001', analysis: { statements: [{ effect: 'METADATA' }] } }],
        warnings: [],
      },
    });
    expect(operations.started).toEqual([]);
    expect(await readLedger(database.db)).toEqual([]);
  });

  test('starts the operation in the name of the one who asked', async () => {
    const { migrations, operations } = serve();
    await migrations.apply({ ...asked, target: '2' }, REQUEST);
    expect(operations.started).toEqual([
      {
        kind: 'migrations.apply',
        input: { ...wanted, target: '2' },
      },
    ]);
  });

  test('warns when the database is ahead of the target', async () => {
    await define().run(contextOf(new Map()), wanted);
    expect(await serve().migrations.plan({ cluster: 'main', target: '001', direction: 'UP' })).toMatchObject({
      migrations: [],
      warnings: ['the database is ahead of 001; applying does not go back'],
    });
  });

  test.each([
    ['an unknown cluster', { cluster: 'nowhere', target: null }, 'CLUSTER_NOT_FOUND'],
    ['an unknown target', { cluster: 'main', target: '999' }, 'MIGRATION_NOT_FOUND'],
  ])('refuses %s before anything is started', async (_what, input, code) => {
    const { migrations, operations } = serve();
    await expect(migrations.apply({ ...asked, ...input }, REQUEST)).rejects.toMatchObject({ code });
    expect(operations.started).toEqual([]);
  });

  test('refuses a checksum that changed before anything is started', async () => {
    await define().run(contextOf(new Map()), { ...wanted, target: '001' });
    directory.write('001_a.sql', 'CREATE TABLE a (id bigint);');
    const { migrations, operations } = serve();
    await expect(migrations.apply(asked, REQUEST)).rejects.toMatchObject({
      code: 'MIGRATION_DRIFTED',
      versions: ['001'],
    });
    expect(operations.started).toEqual([]);
  });
});
