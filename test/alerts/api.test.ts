import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AlertService, createAlerts } from '../../src/alerts/service.ts';
import { createNotifications, type NotificationService } from '../../src/alerts/notifications/service.ts';
import { createRounds } from '../../src/alerts/rounds.ts';
import { runCli } from '../cli/run-cli.ts';
import { startApi, type TestApi } from '../server/api.ts';
import { METRICS, startAlerts, type TestAlerts, toSample } from './harness.ts';

let it: TestAlerts;
let api: TestApi;
let alerts: AlertService;
let notifications: NotificationService;

/** The database of the API is there only once it has started, so each call goes to what was made then. */
const late = <Service extends object>(find: () => Service) =>
  new Proxy({} as Service, { get: (_target, method) => find()[method as keyof Service] });

beforeAll(async () => {
  it = await startAlerts();
  api = await startApi({
    services: () => ({ alerts: late(() => alerts), notifications: late(() => notifications) }),
  });
  const { db, events } = api;
  alerts = createAlerts({ ...it.options, db, events, recordAudit: api.access.record });
  notifications = createNotifications({ db, recordAudit: api.access.record });
});
afterAll(async () => {
  await alerts.settle();
  await api[Symbol.asyncDispose]();
  await it[Symbol.asyncDispose]();
});

async function ask<Answer>(query: string, variables: object = {}, token?: string): Promise<Answer> {
  const { body } = await api.query(query, variables, token);
  expect(body.errors).toBe(undefined);
  return body.data as Answer;
}

const LIST = `query ($filter: AlertFilter) { alerts(first: 10, filter: $filter) { totalCount edges { node {
  id state severity clusterName summary runbook children { metric } suggestedActions { mutation }
  deliveries { edges { node { channel } } } } } } }`;
interface List {
  readonly alerts: {
    readonly totalCount: number;
    readonly edges: readonly { readonly node: { readonly id: string; readonly state: string } }[];
  };
}

test('lists, filters and acknowledges; who may only read may not', async () => {
  await alerts.evaluate('main', [toSample(99, it.clock.now)]);
  const found = await ask<List>(LIST, { filter: { clusters: ['main'], states: ['FIRING'] } });
  expect(found.alerts).toMatchObject({ totalCount: 1, edges: [{ node: { severity: 'CRITICAL' } }] });
  expect((await ask<List>(LIST, { filter: { clusters: ['other'] } })).alerts.edges).toEqual([]);
  const id = found.alerts.edges[0]?.node.id;
  const ACK = `mutation ($id: ID!) { acknowledgeAlert(input: { id: $id, onBehalfOf: "ann" }) { __typename
    ... on AcknowledgeAlertSuccess { alert { state acknowledgedBy } } ... on UserError { code } } }`;
  const { secret } = await api.createToken('VIEWER');
  expect(await ask(ACK, { id }, secret)).toMatchObject({ acknowledgeAlert: { code: 'FORBIDDEN' } });
  expect(await ask(ACK, { id })).toMatchObject({
    acknowledgeAlert: { alert: { state: 'ACKNOWLEDGED', acknowledgedBy: 'ann' } },
  });
  expect(await ask(`query ($id: ID!) { node(id: $id) { __typename } }`, { id })).toEqual({
    node: { __typename: 'Alert' },
  });
});

test('changes only what is said of a rule, and gives the one of the product back', async () => {
  const SET = `mutation ($input: UpsertAlertRuleInput!) { upsertAlertRule(input: $input) { __typename
    ... on UpsertAlertRuleSuccess { rule { threshold recoveryThreshold forSeconds comparison isDefault } }
    ... on UserError { code path } } }`;
  const first = { name: 'connections', threshold: 0, forSeconds: 7 };
  expect(await ask(SET, { input: first })).toMatchObject({
    upsertAlertRule: { rule: { threshold: 0, recoveryThreshold: null, forSeconds: 7, comparison: 'ABOVE' } },
  });
  const second = { name: 'connections', usesMetricLimits: true };
  expect(await ask(SET, { input: second })).toMatchObject({
    upsertAlertRule: { rule: { threshold: null, forSeconds: 7, isDefault: false } },
  });
  expect(await ask(SET, { input: { name: 'happiness' } })).toMatchObject({
    upsertAlertRule: { code: 'ALERT_RULE_INVALID', path: ['input', 'metric'] },
  });
  const reset = `mutation { deleteAlertRule(input: { name: "connections" }) { __typename
    ... on DeleteAlertRuleSuccess { rule { isDefault } } } }`;
  expect(await ask(reset)).toMatchObject({ deleteAlertRule: { rule: { isDefault: true } } });
  const { alertRules } = await ask<{ alertRules: { name: string }[] }>('{ alertRules { name } }');
  expect(alertRules.map(({ name }) => name)).toEqual(METRICS.map(({ name }) => name).sort());
});

test('refuses a silence of everything, and a cron expression that is none', async () => {
  const SILENCE = `mutation ($input: SilenceAlertsInput!) { silenceAlerts(input: $input) { __typename
    ... on UserError { code path } ... on SilenceAlertsSuccess { alerts { state } } } }`;
  expect(await ask(SILENCE, { input: { minutes: 5 } })).toMatchObject({
    silenceAlerts: { code: 'INVALID_INPUT', path: ['input', 'cluster'] },
  });
  expect(await ask(SILENCE, { input: { minutes: 5, cluster: 'main' } })).toMatchObject({
    silenceAlerts: { alerts: [{ state: 'SILENCED' }] },
  });
  const WINDOW = `mutation { upsertAlertMaintenanceWindow(input: { name: "w", cron: "often", durationMinutes: 5 }) {
    __typename ... on UserError { code path } } }`;
  expect(await ask(WINDOW)).toMatchObject({ upsertAlertMaintenanceWindow: { code: 'CRON_INVALID' } });
});

test('shows of a channel no more than its host', async () => {
  const SET = `mutation ($input: UpsertNotificationChannelInput!) { upsertNotificationChannel(input: $input) {
    __typename ... on UpsertNotificationChannelSuccess { channel { name address } } ... on UserError { code path } } }`;
  const url = 'https://hooks.example.com/services/secret';
  expect(await ask(SET, { input: { name: 'chat', kind: 'SLACK', url } })).toMatchObject({
    upsertNotificationChannel: { channel: { address: 'https://hooks.example.com' } },
  });
  const wrong = { name: 'chat', kind: 'SLACK', url, changes: ['GROUPED'] };
  expect(await ask(SET, { input: wrong })).toMatchObject({
    upsertNotificationChannel: { code: 'INVALID_INPUT' },
  });
  const { auditLog } = await ask<{ auditLog: { edges: { node: { input: unknown } }[] } }>(
    '{ auditLog(first: 10) { edges { node { action input } } } }',
  );
  expect(JSON.stringify(auditLog)).toContain('hooks.example.com');
});

const cli = (...words: string[]) =>
  runCli(['alerts', ...words], { SUNDAY_URL: api.url, SUNDAY_TOKEN: api.admin });

test('the command line makes, tries and removes a channel, and takes up its dead letters', async () => {
  const answers = [200, 500];
  const receiver = createServer((_request, response) => response.writeHead(answers.shift() ?? 200).end());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  try {
    const words = ['--to', url, '--severity', 'critical', '--change', 'fired', 'resolved'];
    const added = await cli('channels', 'add', 'webhook', 'pager', ...words, '--cluster', 'main');
    expect(added).toMatchObject({ stderr: '', exitCode: 0 });
    const listed = await cli('channels', 'list', '--json');
    const { channels } = JSON.parse(listed.stdout) as { channels: readonly { readonly name: string }[] };
    expect(channels.find(({ name }) => name === 'pager')).toMatchObject({
      ...{ kind: 'WEBHOOK', address: new URL(url).origin, clusterNames: ['main'], severities: ['CRITICAL'] },
      ...{ changes: ['FIRED', 'RESOLVED'], isEnabled: true },
    });
    const taken = await cli('channels', 'test', 'pager');
    expect([taken.exitCode, taken.stdout]).toEqual([0, expect.stringMatching('pager took it')]);
    expect((await cli('channels', 'test', 'pager')).exitCode).toBe(7);
    const dead = await cli('channels', 'deliveries', '--dead', '--channel', 'pager', '--json');
    const { deliveries } = JSON.parse(dead.stdout) as { deliveries: readonly { readonly id: string }[] };
    expect(deliveries).toMatchObject([{ state: 'DEAD', change: 'TEST', lastStatus: 500 }]);
    const id = deliveries[0]?.id ?? '';
    expect((await cli('channels', 'retry', id)).stdout).toMatch('waits for pager again');
    expect((await cli('channels', 'deliveries', '--dead', '--channel', 'pager')).stdout).toMatch(
      'There is none.',
    );
    expect((await cli('channels', 'retry', id)).stderr).toMatch('NOTIFICATION_DELIVERY_NOT_FOUND');
    expect((await cli('channels', 'remove', 'pager')).exitCode).toBe(0);
    expect((await cli('channels', 'remove', 'pager')).stderr).toMatch('NOTIFICATION_CHANNEL_NOT_FOUND');
  } finally {
    receiver.close();
  }
});

test('the command line makes, lists and removes maintenance windows', async () => {
  const words = [
    '--cron',
    '0 1 * * SUN',
    '--minutes',
    '90',
    '--timezone',
    'Europe/Berlin',
    '--metric',
    'primary',
  ];
  expect((await cli('windows', 'add', 'sundays', ...words)).stdout).toMatch('Europe/Berlin');
  const listed = await cli('windows', 'list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    windows: [{ name: 'sundays', durationMinutes: 90, metrics: ['primary'], clusterNames: null }],
  });
  expect((await cli('windows', 'add', 'sundays', '--cron', 'often', '--minutes', '5')).stderr).toMatch(
    'CRON_INVALID',
  );
  expect((await cli('windows', 'remove', 'sundays')).exitCode).toBe(0);
  expect((await cli('windows', 'list')).stdout).toMatch('There is no window.');
  expect((await cli('windows', 'remove', 'sundays')).stderr).toMatch('ALERT_WINDOW_NOT_FOUND');
});

test('each source of a cluster is asked by one worker at a time', async () => {
  const asked: string[] = [];
  const toRounds = (workerId: string) =>
    createRounds({
      ...{ db: it.db, alerts: it.alerts, workerId, onError: (error) => console.error(error) },
      clusters: () => ['main', 'other'],
      sources: [
        {
          name: 'test',
          everyMs: 60_000,
          measure: async (cluster) => {
            asked.push(cluster);
            return [];
          },
        },
      ],
    });
  const workers = [toRounds('one'), toRounds('two')];
  await Promise.all(workers.map((one) => one.start()));
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await Promise.all(workers.map((one) => one.stop()));
  expect(asked.sort()).toEqual(['main', 'other']);
});
