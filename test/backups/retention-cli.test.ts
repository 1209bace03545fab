import { expect, test } from 'vitest';
import { startFakeApi } from '../cli/fake-api.ts';
import { runCli } from '../cli/run-cli.ts';

const environmentOf = ({ url }: { readonly url: string }) => ({ SUNDAY_URL: url, SUNDAY_TOKEN: 'test' });
const clusters = [{ __typename: 'Cluster', name: 'main' }];

const plan = {
  __typename: 'BackupExpiryPlan',
  policy: { keepFulls: 1, keepDays: null, recoveryDays: 0 },
  kept: [
    {
      label: '20261122-064811F',
      alias: 'full_20261122_064811',
      reasons: ['newest valid full set'],
      expiresAt: null,
    },
  ],
  expiring: [
    {
      label: '20261101-064811F',
      alias: 'full_20261101_064811',
      type: 'FULL',
      finishedAt: '2026-11-01T06:50:00.000Z',
      freedBytes: '5000000',
    },
  ],
  freedBytes: '5000000',
  windows: [
    {
      repositoryKey: 1,
      earliestBefore: '2026-11-01T06:50:00.000Z',
      earliestAfter: '2026-11-22T06:50:00.000Z',
      momentsLost: [],
    },
  ],
  warnings: [],
};

test('expire --dry-run shows what would go, what stays and why, and how the window shrinks', async () => {
  await using api = await startFakeApi({
    fields: { clusters, expireBackups: { __typename: 'ExpireBackupsSuccess', operation: null, plan } },
  });
  const { exitCode, stdout } = await runCli(
    ['backups', 'expire', '-c', 'main', '--repository', 'offsite', '--dry-run'],
    environmentOf(api),
  );
  expect(exitCode).toBe(0);
  expect(api.requests.at(-1)?.variables['input']).toMatchObject({
    ...{ cluster: 'main', repository: 'offsite', dryRun: true },
  });
  expect(stdout).toContain('1 backup(s) of main would go and free 5.0 MB:');
  expect(stdout).toMatch(/- 20261101-064811F\s+full_20261101_064811\s+5\.0 MB/);
  expect(stdout).toMatch(/ {2}20261122-064811F\s+full_20261122_064811\s+newest valid full set/);
  expect(stdout).toMatch(/any moment since 2026-11-22 .* could be recovered, now since 2026-11-01/);
});

test('retention shows the policy, and changes one number of it while the others stay', async () => {
  const backupRetention = {
    __typename: 'BackupRetention',
    ...{ keepFulls: 4, keepDays: 30, recoveryDays: 14, updatedBy: null, updatedAt: null },
  };
  const retention = { ...backupRetention, keepFulls: 8, keepDays: null, updatedBy: 'ann' };
  await using api = await startFakeApi({
    fields: {
      cluster: { __typename: 'Cluster', backupRetention },
      updateBackupRetention: { __typename: 'UpdateBackupRetentionSuccess', retention },
    },
  });
  const shown = await runCli(['backups', 'retention', '-c', 'main'], environmentOf(api));
  expect(shown.stdout).toMatch(/full backups +the newest 4 valid ones stay/);
  expect(shown.stdout).toMatch(/set by +nobody: this is the default/);
  const args = ['backups', 'retention', '-c', 'main', '--keep-fulls', '8', '--keep-days', 'none'];
  const set = await runCli(args, environmentOf(api));
  expect(set.stdout).toMatch(/age +no reason to stay/);
  expect(api.requests.at(-1)?.variables['input']).toEqual({
    ...{ cluster: 'main', keepFulls: 8, keepDays: null, recoveryDays: 14 },
  });
  const refused = await runCli([...args.slice(0, -1), '0'], environmentOf(api));
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('or none') as string]);
});

test('hold sends the reason and the end, and needs a reason', async () => {
  const backup = {
    __typename: 'Backup',
    label: '20261122-064811F',
    alias: 'full_20261122_064811',
    hold: { until: null, reason: 'case 17' },
  };
  await using api = await startFakeApi({
    fields: { holdBackup: { __typename: 'HoldBackupSuccess', backup } },
  });
  const hold = ['backups', 'hold', 'full_20261122_064811', '-c', 'main'];
  const refused = await runCli(hold, environmentOf(api));
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("required option '--reason <text>' not specified");
  const args = [...hold, '--reason', 'case 17', '--until', '2027-12-01T00:00:00Z'];
  const { exitCode, stdout } = await runCli(args, environmentOf(api));
  expect([exitCode, stdout]).toEqual([0, '✓ 20261122-064811F is held until it is released\n']);
  expect(api.requests.at(-1)?.variables['input']).toMatchObject({
    cluster: 'main',
    label: 'full_20261122_064811',
    reason: 'case 17',
    until: '2027-12-01T00:00:00Z',
  });
});

test('release says why the backup stays all the same', async () => {
  const backup = {
    __typename: 'Backup',
    label: '20261122-064811F',
    alias: 'full_20261122_064811',
    keptBecause: [{ text: 'newest valid full set' }],
  };
  await using api = await startFakeApi({
    fields: { releaseBackup: { __typename: 'ReleaseBackupSuccess', backup } },
  });
  const { stdout } = await runCli(['backups', 'release', backup.alias, '-c', 'main'], environmentOf(api));
  expect(stdout).toBe('✓ 20261122-064811F is not held; it stays: newest valid full set\n');
});

test('schedule shows the schedules of backups, and sets one', async () => {
  const schedule = {
    __typename: 'Schedule',
    ...{ name: 'main-full-backup', backupAction: 'FULL', target: 'main', state: 'ACTIVE' },
    ...{ cron: '0 2 * * SUN', timezone: 'UTC', nextRuns: [{ localTime: '2026-11-29 02:00:00 +00:00' }] },
  };
  await using api = await startFakeApi({
    fields: {
      backupSchedules: [schedule],
      upsertBackupSchedule: {
        __typename: 'UpsertBackupScheduleSuccess',
        ...{ schedule, nextRuns: schedule.nextRuns },
      },
    },
  });
  const shown = await runCli(['backups', 'schedule', '-c', 'main'], environmentOf(api));
  expect(shown.stdout).toMatch(/main-full-backup\s+full\s+ACTIVE\s+0 2 \* \* SUN UTC\s+2026-11-29 02:00:00/);
  const args = ['backups', 'schedule', 'full', '-c', 'main', '--cron', '0 2 * * SUN', '--no-verify'];
  const set = await runCli([...args, '--repository', 'offsite'], environmentOf(api));
  expect(set.stdout).toBe('✓ main-full-backup is set; it runs next at 2026-11-29 02:00:00 +00:00\n');
  expect(api.requests.at(-1)?.variables['input']).toEqual({
    ...{ cluster: 'main', action: 'FULL', cron: '0 2 * * SUN', verify: false, repository: 'offsite' },
  });
});

test('list shows aliases, what is invalid, and why each backup stays', async () => {
  const backup = (label: string, state: string, text: string) => ({
    __typename: 'Backup',
    ...{ label, state, type: 'FULL', databaseBytes: '1', repositoryBytes: '1', verifiedAt: null },
    ...{ alias: `full_${label.slice(0, 15).replace('-', '_')}`, verification: null, hold: null },
    ...{ keptBecause: [{ text }], expiresAt: null, repository: 'repo1', takenFrom: null, operation: null },
    ...{ startedAt: '2026-11-22T06:48:11.000Z', finishedAt: '2026-11-22T07:00:00.000Z' },
  });
  const nodes = [
    backup('20261122-064811F', 'COMPLETE', 'newest valid full set'),
    backup('20261121-064811F', 'INVALID', 'held until it is released: case 17'),
  ];
  const pageInfo = { hasNextPage: false, endCursor: null };
  const edges = nodes.map((node) => ({ cursor: node.label, node }));
  await using api = await startFakeApi({
    fields: { cluster: { __typename: 'Cluster', backups: { pageInfo, edges } } },
  });
  const { stdout } = await runCli(['backups', 'list', '-c', 'main', '--expired'], environmentOf(api));
  expect(stdout).toMatch(
    /20261122-064811F\s+full_20261122_064811\s+COMPLETE .* never\s+newest valid full set/,
  );
  expect(stdout).toMatch(/20261121-064811F .*INVALID .* held until it is released: case 17/);
  expect(api.requests.at(-1)?.variables).toMatchObject({ includeExpired: true });
});
