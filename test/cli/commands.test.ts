import { expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { runCli, startCli } from './run-cli.ts';
import { fakeEvent, fakeOperation, SHORT_ID, startFakeApi, type FakeApi } from './fake-api.ts';

const conflict = {
  __typename: 'OperationConflictError',
  code: 'OPERATION_CONFLICT',
  message: 'busy',
  hint: 'Follow the running operation, or cancel it first.',
  path: null,
  retryable: true,
};

function environmentOf(api: FakeApi) {
  return { SUNDAY_URL: api.url, SUNDAY_TOKEN: 'sun_test' };
}

/** An API with one cluster, on which every backup ends as `end` says. */
function startBackupApi(end: Readonly<Record<string, unknown>>) {
  return startFakeApi({
    fields: {
      clusters: [{ __typename: 'Cluster', name: 'main', isShard: false }],
      startBackup: { __typename: 'StartBackupSuccess', operation: fakeOperation() },
      operation: fakeOperation({ finishedAt: '2026-11-22T08:00:13.400Z', ...end }),
    },
    streams: {
      async *operationEvents() {
        yield fakeEvent('1', 'RUNNING', {
          fractionDone: 0.25,
          bytesDone: '250000000',
          bytesTotal: '1000000000',
        });
        yield fakeEvent('2', String(end['state']), { phase: 'record backup', message: 'done' });
      },
    },
  });
}

test.each([
  [['backps'], 'unknown command'],
  [['status', '--bogus'], "unknown option '--bogus'"],
  [['backups', 'start', '--type', 'half'], 'Allowed choices are full, differential, incremental'],
  [['demo', 'load', '--items', '1e6'], 'It takes a whole number from 1 to'],
  [['backups', 'restore', 'latest'], 'say where to'],
  [['backups', 'restore', 'latest', '--destination', '/a', '--in-place'], 'has no other directory'],
  [['status', '--token', 'sun_secret'], 'a token does not belong on a command line'],
])('refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stdout, stderr } = await runCli(args);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('sun_secret');
});

test('says how to start the control plane when the connection is refused, with exit code 6', async () => {
  const { exitCode, stderr } = await runCli(['status'], {
    SUNDAY_URL: `http://127.0.0.1:${await freePort()}/graphql`,
  });
  expect(exitCode).toBe(6);
  expect(stderr).toContain('hint:  Start it with `npm start`');
});

test('gives scripts one JSON document on stdout, for errors too', async () => {
  const { exitCode, stdout, stderr } = await runCli(['status', '--json'], {
    SUNDAY_URL: `http://127.0.0.1:${await freePort()}/graphql`,
  });
  expect(exitCode).toBe(6);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'API_UNAVAILABLE', retryable: true } });
  expect(stderr).toBe('');
});

test('takes the only cluster, follows the backup and shows what came of it', async () => {
  await using api = await startBackupApi({
    state: 'SUCCEEDED',
    result: { label: '20261122-064811F', repositoryBytes: '469578096' },
  });
  const { exitCode, stdout, stderr } = await runCli(
    ['backups', 'start', '--reason', 'test'],
    environmentOf(api),
  );
  expect(exitCode).toBe(0);
  expect(stderr).toBe('08:00:02  copy files   25 %  250 MB of 1.0 GB\n08:00:02  record backup\n');
  expect(stdout).toBe(
    '✓ backups.start of main succeeded in 12 s\n\nlabel       20261122-064811F\nrepository  470 MB\n',
  );
  expect(api.requests[1]?.variables['input']).toMatchObject({
    cluster: 'main',
    type: 'FULL',
    reason: 'test',
  });
});

test('ends with the exit code of the error of an operation that failed', async () => {
  const error = { code: 'REPOSITORY_FULL', message: 'no space left', hint: 'Make room.', retryable: true };
  await using api = await startBackupApi({ state: 'FAILED', error });
  const forPeople = await runCli(['backups', 'start'], environmentOf(api));
  expect(forPeople.exitCode).toBe(6);
  expect(forPeople.stderr).toContain(
    'error: backups.start of main failed after 12 s: no space left (REPOSITORY_FULL)',
  );
  expect(forPeople.stderr).toContain(`sunday operations retry ${SHORT_ID}`);
  const forScripts = await runCli(['backups', 'start', '--json'], environmentOf(api));
  expect(forScripts.exitCode).toBe(6);
  expect(JSON.parse(forScripts.stdout)).toMatchObject({ operation: { state: 'FAILED' }, error });
});

test('ends with exit code 8 when the operation was cancelled', async () => {
  await using api = await startBackupApi({ state: 'CANCELLED' });
  const { exitCode, stdout } = await runCli(['backups', 'start'], environmentOf(api));
  expect(exitCode).toBe(8);
  expect(stdout).toBe('backups.start of main was cancelled after 12 s\n');
});

test('prints the id and ends when it shall not wait', async () => {
  await using api = await startBackupApi({ state: 'SUCCEEDED' });
  const { exitCode, stdout } = await runCli(['backups', 'start', '--no-wait'], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${SHORT_ID}\n`);
});

test('ends with exit code 5 and the hint of a conflict', async () => {
  await using api = await startFakeApi({ fields: { startBackup: conflict } });
  const { exitCode, stderr } = await runCli(['backups', 'start', '--cluster', 'main'], environmentOf(api));
  expect(exitCode).toBe(5);
  expect(stderr).toBe(
    'error: busy (OPERATION_CONFLICT)\nhint:  Follow the running operation, or cancel it first.\n',
  );
});

const clusterNamed = (isShard: boolean) => (name: string) => ({ __typename: 'Cluster', name, isShard });

test('asks which cluster when there are two', async () => {
  const clusters = ['main', 'other'].map(clusterNamed(false));
  await using api = await startFakeApi({ fields: { clusters } });
  const { exitCode, stderr } = await runCli(['health'], environmentOf(api));
  expect(exitCode).toBe(2);
  expect(stderr).toContain('hint:  Known clusters: main, other.');
});

test('means the one that is no shard', async () => {
  const clusters = [...['shard-1', 'shard-2'].map(clusterNamed(true)), clusterNamed(false)('main')];
  await using api = await startFakeApi({ fields: { clusters } });
  await runCli(['locks'], environmentOf(api));
  expect(api.requests[1]?.variables).toEqual({ cluster: 'main' });
});

test('does not find a cluster that is not configured', async () => {
  await using api = await startFakeApi({ fields: { cluster: null } });
  const { exitCode } = await runCli(['clusters', 'show', 'mian'], environmentOf(api));
  expect(exitCode).toBe(3);
});

test('resolves the label `latest` to the newest complete backup', async () => {
  const backup = (label: string, state: string) => ({
    __typename: 'Backup',
    ...{ label, state, type: 'FULL', databaseBytes: '1', repositoryBytes: '1', verifiedAt: null },
    ...{
      alias: label,
      verification: null,
      hold: null,
      keptBecause: [],
      expiresAt: null,
      repository: 'repo1',
    },
    startedAt: '2026-11-22T06:48:11.000Z',
    finishedAt: `2026-11-${label.slice(6, 8)}T07:00:00.000Z`,
  });
  const backups = [
    backup('20261123-064811F', 'INVALID'),
    backup('20261121-064811F', 'COMPLETE'),
    backup('20261122-064811F', 'COMPLETE'),
  ];
  const pageInfo = { hasNextPage: false, endCursor: null };
  await using api = await startFakeApi({
    fields: {
      cluster: {
        __typename: 'Cluster',
        backups: { pageInfo, edges: backups.map((node) => ({ cursor: node.label, node })) },
      },
      verifyBackup: { __typename: 'VerifyBackupSuccess', operation: fakeOperation() },
    },
  });
  const args = ['backups', 'verify', 'latest', '--cluster', 'main', '--no-wait'];
  expect((await runCli(args, environmentOf(api))).exitCode).toBe(0);
  expect(api.requests.at(-1)?.variables['input']).toMatchObject({ label: '20261122-064811F' });
});

test('leaves the operation to itself on SIGINT without a terminal and says how to come back', async () => {
  const shown = Promise.withResolvers<void>();
  await using api = await startFakeApi({
    fields: { operation: fakeOperation({ state: 'RUNNING' }) },
    streams: {
      async *operationEvents() {
        shown.resolve();
        yield fakeEvent('1', 'RUNNING');
        await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      },
    },
  });
  const cli = startCli(['operations', 'watch', SHORT_ID], environmentOf(api));
  await shown.promise;
  process.kill(cli.pid, 'SIGINT');
  const { exitCode, stderr } = await cli.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain(`Watch it again: sunday operations watch ${SHORT_ID}`);
});
