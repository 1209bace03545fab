import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readPassword } from '../../src/config.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { type OwnFleet, startOwnFleet } from '../support/own-fleet.ts';

let fleet: OwnFleet;
let plane: ControlPlane;

// A fleet of its own: what is wrong on it is what this test does.
beforeAll(async () => {
  fleet = await startOwnFleet();
  plane = await createControlPlane(fleet);
  await plane.start();
}, 180_000);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
}, 60_000);

/** As the product's own programs connect. */
function openAsProduct() {
  const [cluster] = fleet.config.clusters;
  const [server] = cluster?.instances ?? [];
  if (cluster === undefined || server === undefined) throw new Error('the fleet has no cluster');
  const password = readPassword(cluster.operator);
  return openDatabase({
    ...{ host: server.host, port: server.port, user: cluster.operator.user, database: plane.productDatabase },
    ...(password === undefined ? {} : { password }),
    applicationName: 'orders',
  });
}

interface Item {
  readonly cursor: string;
  readonly change: string;
  readonly state: string;
  readonly summary: string;
  readonly by: string | null;
  readonly alert: { readonly id: string };
}

const EVENTS = `subscription ($after: String) { alertEvents(filter: { metrics: ["longest_transaction"] }, after: $after) {
  cursor ... on AlertEvent { change state summary by alert { id } } } }`;

const RULE = `mutation ($input: UpsertAlertRuleInput!) { upsertAlertRule(input: $input) {
  __typename ... on UserError { code message } } }`;

const ALERT = `query ($id: ID!) { alert(id: $id) {
  state value firedValue cause runbook evidence { reason blockers { pid blocks waitsFor } }
  suggestedActions { title mutation isAvailable input } } }`;

interface Found {
  readonly alert: {
    readonly state: string;
    readonly value: number;
    readonly firedValue: number;
    readonly cause: string;
    readonly evidence: {
      readonly blockers: readonly { pid: number; blocks: number[]; waitsFor: number | null }[];
    } | null;
    readonly suggestedActions: readonly { mutation: string; isAvailable: boolean; input: { id: string } }[];
  };
}

test('a subscriber sees a blocker as an alert, takes it in hand, ends it by the mutation that helps, and sees it over', async () => {
  const input = {
    ...{ name: 'longest_transaction', cluster: 'main', threshold: 2, recoveryThreshold: 1 },
    ...{ severity: 'CRITICAL', forSeconds: 0, resolveAfterSeconds: 0 },
  };
  await plane.graphql(RULE, { input });
  const items: Item[] = [];
  const pids: number[] = [];
  const watching = plane.subscribe<Item>(EVENTS, { after: null }, 3, (item) => items.push(item));
  const db = openAsProduct();
  const released = Promise.withResolvers<void>();
  // It forgets to commit.
  const forgotten = db.transaction(async (tx) => {
    const [row] = await tx.rows<{ pid: number }>(sql`/* story.forget */ SELECT pg_backend_pid() AS pid`);
    pids.push(row?.pid ?? 0);
    await released.promise;
  });
  const killed = expect(forgotten).rejects.toThrow();
  await vi.waitFor(() => expect(items.map(({ change }) => change)).toEqual(['FIRED']), { timeout: 90_000 });
  const id = items[0]?.alert.id ?? '';
  expect(items[0]).toMatchObject({ state: 'FIRING', by: null });

  const env = { SUNDAY_HOME: plane.home };
  const acked = await runCli(['alerts', 'ack', id, '--reason', 'looking', '--on-behalf-of', 'ann'], env);
  expect(acked.exitCode).toBe(0);
  const { alert } = await vi.waitFor(async () => {
    const found = await plane.graphql<Found>(ALERT, { id });
    expect(found.alert.evidence).not.toBe(null);
    return found;
  }, 10_000);
  expect(alert.state).toBe('ACKNOWLEDGED');
  const [action] = alert.suggestedActions;
  expect(action).toMatchObject({ mutation: 'terminateSession', isAvailable: true });
  expect(action?.input.id).toContain(`/${pids[0]}/`);

  const ended = await plane.graphql<{ terminateSession: { __typename: string } }>(
    `mutation ($input: TerminateSessionInput!) { terminateSession(input: $input) { __typename } }`,
    { input: action?.input },
  );
  expect(ended.terminateSession.__typename).toBe('TerminateSessionSuccess');
  released.resolve();
  await killed;
  await watching;
  expect(items.map(({ change, state, by }) => [change, state, by])).toEqual([
    ['FIRED', 'FIRING', null],
    ['ACKNOWLEDGED', 'ACKNOWLEDGED', 'ann'],
    ['RESOLVED', 'RESOLVED', null],
  ]);
  const shown = await runCli(['alerts', 'show', id], env);
  expect(shown.stdout).toContain('ann: looking');
  await db.close();
}, 180_000);
