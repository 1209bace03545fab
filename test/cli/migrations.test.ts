import { expect, test } from 'vitest';
import { fakeOperation, SHORT_ID, startFakeApi } from './fake-api.ts';
import {
  environmentOf,
  fakeMigration,
  fakePlan,
  fakeStatement,
  gravePlan,
  graveStatement,
  PLAN_ID,
} from './fake-plans.ts';
import { runCli } from './run-cli.ts';

const main = { __typename: 'Cluster', name: 'main', isShard: false };

function refusal(code: string, typename: string) {
  return {
    __typename: typename,
    code,
    message: 'no',
    hint: 'the hint of the API',
    path: null,
    retryable: false,
  };
}

test('shows what failed below the table, with the statement and the words of the server', async () => {
  const migrations = [
    fakeMigration({
      state: 'APPLIED',
      appliedAt: '2026-11-22T08:00:00.000Z',
      appliedBy: 'ci',
      durationMs: 1400,
    }),
    fakeMigration({
      version: '002',
      name: 'indexes',
      state: 'FAILED',
      doneStatements: 3,
      statementCount: 87,
      lastAttempt: {
        direction: 'UP',
        outcome: 'FAILED',
        endedAt: '2026-11-22T08:01:00.000Z',
        statementNumber: 4,
        line: 17,
        statement: 'CREATE INDEX CONCURRENTLY\n  ON items (nme)',
        sqlState: '42703',
        message: 'column "nme" does not exist',
      },
    }),
  ];
  await using api = await startFakeApi({ fields: { clusters: [main], cluster: { ...main, migrations } } });
  const { exitCode, stdout } = await runCli(['migrations', 'status'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'VERSION  NAME         STATE                           APPLIED               BY   TOOK',
    '001      init_schema  APPLIED                         2026-11-22 08:00:00Z  ci  1.4 s',
    '002      indexes      FAILED 3 of 87 statements done  –                     –       –',
    '',
    '✗ 002_indexes failed at statement 4, line 17, 2026-11-22 08:01:00Z',
    '  column "nme" does not exist (SQLSTATE 42703)',
    '  CREATE INDEX CONCURRENTLY ON items (nme)',
    '',
  ]);
});

test('sums up what nobody has to look at, and shows the rest with its locks, sizes and findings', async () => {
  const statements = [...Array.from({ length: 24 }, () => fakeStatement()), graveStatement];
  const migrationPlan = fakePlan(statements, {
    verdict: 'DANGEROUS',
    dataLoss: ['about 200,000 rows of public.items'],
    blockers: [
      {
        pid: 4711,
        user: 'app',
        applicationName: 'worker',
        state: 'idle in transaction',
        query: 'SELECT 1',
        ageMs: 180_000,
        table: 'public.items',
        mode: 'ACCESS SHARE',
      },
    ],
  });
  await using api = await startFakeApi({ fields: { clusters: [main], migrationPlan } });
  const { stdout } = await runCli(['migrations', 'plan'], environmentOf(api));
  expect(stdout.split('\n')).toEqual([
    'Would apply 1 migration to main  DANGEROUS',
    '',
    '005_notes  DANGEROUS',
    '  25 statements, one transaction, at once',
    '  24 statements that touch no existing table: SAFE',
    '  line 12   DROP TABLE items',
    '            DANGEROUS  changes the catalog only, at once',
    '            locks ACCESS EXCLUSIVE on public.items (200,000 rows, 45 MB) to the end of the',
    '            transaction',
    '            destroys about 200,000 rows of public.items',
    '            ✗ gone (ban-drop-table)',
    '              → Rename it first.',
    '',
    'In the way now: one session',
    '  pid 4711    app (worker), idle in transaction for 3 min, holds ACCESS SHARE on public.items',
    '              SELECT 1',
    '',
    'Would destroy',
    '  ✗ about 200,000 rows of public.items',
    '',
    'verdict  DANGEROUS: it destroys data, or locks others out for long',
    'time     at once',
    `plan     ${PLAN_ID}`,
    'next     sunday migrations apply --cluster main --plan 6f790cf1e262',
    '',
  ]);
  const all = await runCli(['migrations', 'plan', '--all'], environmentOf(api));
  expect(all.stdout.match(/CREATE TABLE notes/g)).toHaveLength(24);
  const forScripts = await runCli(['migrations', 'plan', '--json'], environmentOf(api));
  expect(JSON.parse(forScripts.stdout)).toMatchObject({ cluster: 'main', plan: { id: PLAN_ID } });
});

test('keeps every line of a plan within 100 columns', async () => {
  const long = 'a long explanation of what is the matter '.repeat(8).trim();
  const findings = [{ rule: 'long', severity: 'WARNING', message: long, hint: long, line: 1 }];
  const text = `SELECT ${'column_name, '.repeat(60)}1`;
  const migrationPlan = fakePlan(
    [fakeStatement({ verdict: 'NEEDS_WINDOW', estimateBasis: long, text, findings })],
    {
      verdict: 'NEEDS_WINDOW',
      warnings: [long],
    },
  );
  await using api = await startFakeApi({ fields: { clusters: [main], migrationPlan } });
  const { stdout } = await runCli(['migrations', 'plan'], environmentOf(api));
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test('refuses what is dangerous without a terminal, and says which command names the plan', async () => {
  const applyMigrations = refusal('MIGRATION_PLAN_REQUIRED', 'MigrationPlanRequiredError');
  await using api = await startFakeApi({
    fields: { clusters: [main], applyMigrations, migrationPlan: gravePlan },
  });
  const { exitCode, stdout, stderr } = await runCli(['migrations', 'apply'], environmentOf(api));
  expect(exitCode).toBe(5);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'error: no (MIGRATION_PLAN_REQUIRED)\n' +
      'hint:  Look at it: sunday migrations plan --cluster main\n' +
      '       Then: sunday migrations apply --cluster main --plan 6f790cf1e262\n',
  );
  expect(api.requests.filter(({ variables }) => 'input' in variables)).toHaveLength(1);
});

test('sends the whole id for the beginning of it, and another one as it is', async () => {
  const rollbackMigrations = { __typename: 'RollbackMigrationsSuccess', operation: fakeOperation() };
  await using api = await startFakeApi({
    fields: { clusters: [main], migrationPlan: gravePlan, rollbackMigrations },
  });
  const args = ['migrations', 'rollback', '--target', '000', '--no-wait', '--plan'];
  const short = await runCli([...args, PLAN_ID.slice(0, 12)], environmentOf(api));
  expect(short).toMatchObject({ exitCode: 0, stdout: `${SHORT_ID}\n` });
  expect(api.requests.at(-1)?.variables['input']).toMatchObject({ target: '000', planId: PLAN_ID });
  await runCli([...args, '0123456789ab'], environmentOf(api));
  expect(api.requests.at(-1)?.variables['input']).toMatchObject({ planId: '0123456789ab' });
  const wrong = await runCli([...args, 'yes'], environmentOf(api));
  expect(wrong).toMatchObject({ exitCode: 2 });
});

test.each([
  [['plan', '--rollback'], '--rollback needs the version that stays'],
  [['rollback'], "required option '--target <version>' not specified"],
  [['schedule'], 'say when'],
  [['schedule', '--window', '0 1 * * SUN'], 'this goes together with --duration'],
  [['rollout', '--clusters', 'a,,b'], 'It takes names with commas'],
  [['accept-drift'], "required option '--reason <text>' not specified"],
  [['validate', '--from', 'elsewhere'], 'Allowed choices are target, empty, backup'],
])('refuses migrations %j with exit code 2', async (args, message) => {
  await using api = await startFakeApi({ fields: { clusters: [main] } });
  const { exitCode, stderr } = await runCli(['migrations', ...args], environmentOf(api));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
