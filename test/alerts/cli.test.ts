import { expect, test } from 'vitest';
import { type FakeApi, startFakeApi } from '../cli/fake-api.ts';
import { runCli } from '../cli/run-cli.ts';

const environmentOf = (api: FakeApi) => ({ SUNDAY_URL: api.url, SUNDAY_TOKEN: 'sun_test' });
const UUID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

const alert = {
  ...{ __typename: 'Alert', id: Buffer.from(`Alert:${UUID}`).toString('base64url'), severity: 'CRITICAL' },
  ...{ state: 'FIRING', clusterName: 'main', instance: 'main-1', metric: 'connections', unit: 'percent' },
  ...{ summary: 'connections in use of main-1: 97 %', value: 97, threshold: 95, acknowledgedBy: null },
  since: '2026-11-22T12:00:00.000Z',
};
const page = (nodes: readonly object[]) => ({ edges: nodes.map((node) => ({ cursor: 'c', node })) });
const event = (cursor: string, change: string) => ({
  ...{ __typename: 'AlertEvent', cursor, change, by: null, alert, at: '2026-11-22T12:00:00.000Z' },
  ...{ clusterName: 'main', instance: null, metric: 'connections', severity: 'CRITICAL', state: 'FIRING' },
  ...{ summary: 'connections in use', value: 97, unit: 'percent' },
});

test('lists what is open, and ends with 7 for monitors', async () => {
  await using api = await startFakeApi({ fields: { alerts: page([alert]) } });
  const { exitCode, stdout } = await runCli(['alerts', 'list', '--check'], environmentOf(api));
  expect(exitCode).toBe(7);
  expect(stdout).toContain(UUID);
  expect(api.requests[0]?.variables).toEqual({
    filter: { states: ['FIRING', 'ACKNOWLEDGED', 'SILENCED'] },
    first: 50,
  });
});

test('watches over connections that break, from the last cursor on', async () => {
  const cursors: unknown[] = [];
  await using api = await startFakeApi({
    streams: {
      alertEvents: async function* (args: { after: string | null }) {
        cursors.push(args.after);
        yield {
          alertEvents: event(args.after === null ? 'one' : 'two', args.after === null ? 'FIRED' : 'RESOLVED'),
        };
        if (args.after === null) api.breakConnections();
        await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      },
    },
  });
  const words = ['alerts', 'watch', '--events', '2', '--json'];
  const { exitCode, stdout } = await runCli(words, environmentOf(api));
  expect(exitCode).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { change: string }).change)).toEqual(['FIRED', 'RESOLVED']);
  expect(cursors).toEqual([null, 'one']);
});

test('silences for as long as it is told', async () => {
  const silence = {
    ...{ id: UUID, clusterName: 'main', rule: null, metric: null, instance: null },
    severity: null,
  };
  const made = { ...silence, endsAt: '2026-11-22T14:00:00.000Z', reason: null, createdBy: 'ann' };
  const silenceAlerts = { __typename: 'SilenceAlertsSuccess', silence: made, alerts: [] };
  await using api = await startFakeApi({ fields: { silenceAlerts } });
  const { exitCode } = await runCli(
    ['alerts', 'silence', '--cluster', 'main', '--for', '2h'],
    environmentOf(api),
  );
  expect(exitCode).toBe(0);
  expect(api.requests[0]?.variables).toEqual({ input: { cluster: 'main', minutes: 120 } });
  const wrong = await runCli(['alerts', 'silence', '--for', '1y'], environmentOf(api));
  expect(wrong.exitCode).toBe(2);
});

test('changes a rule from its flags', async () => {
  const rule = {
    ...{ name: 'connections', clusterName: null, metric: 'connections', comparison: 'ABOVE', threshold: 70 },
    ...{
      recoveryThreshold: 60,
      severity: null,
      forSeconds: 30,
      resolveAfterSeconds: 120,
      reminderSeconds: null,
    },
    ...{ escalateAfterSeconds: null, isEnabled: true, isDefault: false },
  };
  await using api = await startFakeApi({
    fields: { upsertAlertRule: { __typename: 'UpsertAlertRuleSuccess', rule } },
  });
  const flags = ['--set', 'connections', '--above', '70', '--recovery', '60'];
  const { exitCode, stdout } = await runCli(['alerts', 'rules', ...flags], environmentOf(api));
  expect(exitCode).toBe(0);
  expect(stdout).toContain('above 70');
  expect(api.requests[0]?.variables).toEqual({
    input: { name: 'connections', threshold: 70, comparison: 'ABOVE', recoveryThreshold: 60 },
  });
});
