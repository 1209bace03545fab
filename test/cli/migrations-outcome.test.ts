import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeEvent, fakeOperation, startFakeApi } from './fake-api.ts';
import { environmentOf, gravePlan } from './fake-plans.ts';
import { formatReport } from '../../src/cli/migrations/validate.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';
import { runCli } from './run-cli.ts';

const main = { __typename: 'Cluster', name: 'main', isShard: false };

const drift = {
  __typename: 'SchemaDrift',
  state: 'DRIFTED',
  reason: null,
  version: '004',
  expectedFingerprint: 'e'.repeat(64),
  foundFingerprint: 'f'.repeat(64),
  takenAt: '2026-11-22T08:00:00.000Z',
  differences: [
    { kind: 'COLUMN', object: 'public.items.hotfix', change: 'ADDED', expected: null, found: 'text' },
    { kind: 'FUNCTION', object: 'public.f()', change: 'CHANGED', expected: 'a\nb\nc', found: 'a\nx\nc' },
  ],
};

test('shows drift like a diff and ends with exit code 5, so that scripts notice', async () => {
  await using api = await startFakeApi({ fields: { clusters: [main], schemaDrift: drift } });
  const { exitCode, stdout } = await runCli(['migrations', 'drift'], environmentOf(api));
  expect(exitCode).toBe(5);
  expect(stdout.split('\n').slice(0, 10)).toEqual([
    'DRIFTED: 2 objects are different',
    '',
    'ADDED    COLUMN  public.items.hotfix',
    '  + text',
    '',
    'CHANGED  FUNCTION  public.f()',
    '  …',
    '  - b',
    '  + x',
    '  …',
  ]);
});

test.each(['NONE', 'UNKNOWN'])('ends with exit code 0 when drift is %s', async (state) => {
  const schemaDrift = { ...drift, state, reason: 'nothing was kept', differences: [] };
  await using api = await startFakeApi({ fields: { clusters: [main], schemaDrift } });
  const { exitCode, stdout } = await runCli(['migrations', 'drift'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${state}: `);
});

test('accepts no other schema than the one that was looked at', async () => {
  await using api = await startFakeApi({ fields: { clusters: [main], schemaDrift: drift } });
  const args = ['migrations', 'accept-drift', '--reason', 'stays', '--fingerprint', '0123456789ab'];
  const { exitCode, stderr } = await runCli(args, environmentOf(api));
  expect(exitCode).toBe(5);
  expect(stderr).toContain('(REPAIR_REFUSED)');
  expect(api.requests.some(({ variables }) => 'input' in variables)).toBe(false);
});

test('shows the report of a validation that fails, and ends with its exit code', async () => {
  const [difference] = drift.differences;
  const migrationValidation = {
    from: 'EMPTY',
    backup: null,
    isValid: false,
    cloneDifferences: [],
    migrations: [
      {
        ...{ version: '005', name: 'notes', verdict: 'NOT_RESTORED', upMs: 12, downMs: 3, secondUpMs: null },
        work: null,
        ...{ problem: 'down leaves 1 object behind', differenceCount: 1, differences: [difference] },
      },
    ],
  };
  const error = { code: 'MIGRATION_NOT_REVERSIBLE', message: 'bad', hint: 'Mend it.', retryable: false };
  await using api = await startFakeApi({
    fields: {
      clusters: [main],
      validateMigrations: { __typename: 'ValidateMigrationsSuccess', operation: fakeOperation() },
      operation: fakeOperation({ state: 'FAILED', error, finishedAt: '2026-11-22T08:00:09.000Z' }),
      migrationValidation,
    },
    streams: {
      async *operationEvents() {
        yield fakeEvent('1', 'FAILED');
      },
    },
  });
  const { exitCode, stdout, stderr } = await runCli(['migrations', 'validate'], environmentOf(api));
  expect(exitCode).toBe(7);
  expect(stdout.split('\n').slice(0, 8)).toEqual([
    'MIGRATION     UP  DOWN  UP AGAIN  VERDICT',
    '005_notes  12 ms  3 ms         –  NOT_RESTORED',
    '',
    'tried on an empty database',
    '',
    '✗ 005_notes: down leaves 1 object behind',
    '',
    'ADDED    COLUMN  public.items.hotfix',
  ]);
  expect(stderr).toContain('hint:  Mend it.');
});

test('says who is in the way while it waits, also where there is no bar', async () => {
  const message = '003_x (1 of 1): statement 7 of 9, line 40 waits for users; in its way: process 4711 (app)';
  await using api = await startFakeApi({
    fields: {
      clusters: [main],
      applyMigrations: { __typename: 'ApplyMigrationsSuccess', operation: fakeOperation() },
      operation: fakeOperation({ state: 'SUCCEEDED', result: { applied: [] } }),
    },
    streams: {
      async *operationEvents() {
        const at = { phase: 'apply 003_x', fractionDone: 0.5 };
        yield fakeEvent('1', 'RUNNING', { ...at, message: 'statement 7' });
        yield fakeEvent('2', 'RUNNING', { ...at, message });
        await new Promise((resolve) => setTimeout(resolve, 700));
        yield fakeEvent('3', 'SUCCEEDED', { ...at, fractionDone: 1, message: 'applied' });
      },
    },
  });
  const { exitCode, stdout, stderr } = await runCli(['migrations', 'apply'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`          ${message}\n`);
  expect(stdout).toContain('There was nothing to do.');
});

test('creates the next pair without a server', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-create-'));
  try {
    const args = ['migrations', 'create', 'add user preferences', '--directory', directory];
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(0);
    const up = join(directory, '001_add_user_preferences.sql');
    expect(stdout).toContain(`up    ${up}\n`);
    expect(existsSync(up) && existsSync(up.replace('.sql', '.down.sql'))).toBe(true);
    const again = await runCli([...args, '--json']);
    expect(again.exitCode).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('shows a plan id for each cluster of a rollout that needs one', async () => {
  const rolloutMigrations = { __typename: 'RolloutMigrationsSuccess', operation: null, plans: [gravePlan] };
  await using api = await startFakeApi({ fields: { rolloutMigrations } });
  const { stdout } = await runCli(
    ['migrations', 'rollout', '--clusters', 'main', '--dry-run'],
    environmentOf(api),
  );
  expect(stdout.split('\n').slice(0, 4)).toEqual([
    'CLUSTER  MIGRATIONS  VERDICT    TIME     PLAN',
    'main     005         DANGEROUS  at once  6f790cf1e262',
    '',
    '✗ main: would destroy about 200,000 rows of public.items',
  ]);
  expect(api.requests[0]?.variables['input']).toMatchObject({ clusters: ['main'], dryRun: true });
});

test('shows what a trial on a backup cost, and which tables it locked and wrote anew', () => {
  const work = (part: object) => ({ rewritten: [], locks: [], ...part });
  const tried = {
    ...{ verdict: 'REVERSIBLE' as const, upMs: 5_000, downMs: 3, secondUpMs: 4_900 },
    ...{ problem: null, differenceCount: 0, differences: [] },
  };
  const items = { table: 'public.items', sizeBytes: '45000000' };
  const text = formatReport(
    {
      ...{ from: 'BACKUP', isValid: true, cloneDifferences: [] },
      backup: {
        ...{ label: '20261122-080000F', at: null, databaseBytes: '2100000000' },
        ...{ restoreMs: 12_000, recoveryMs: 3_000 },
      },
      migrations: [
        {
          ...{ version: '005', name: 'wider', ...tried },
          work: work({ rewritten: [items], locks: [{ ...items, mode: 'ACCESS EXCLUSIVE' }] }),
        },
        { ...{ version: '006', name: 'index', ...tried }, work: work({ locks: null }) },
      ],
    },
    { paint: (_colour, words) => words, output: { columns: 120 } } as Terminal,
  );
  expect(text.split('\n').slice(4)).toEqual([
    'tried on backup 20261122-080000F, 2.1 GB, restored in 12 s, open after 3 s more',
    '',
    '005_wider',
    '  wrote anew: public.items (45 MB)',
    '  locked until its end: public.items (ACCESS EXCLUSIVE, 45 MB)',
    '',
    '006_index',
    '  wrote anew: nothing',
    '  locked: table by table, without a transaction; the plan has each statement',
  ]);
});
