import { expect } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import type { OwnFleet } from '../support/own-fleet.ts';

const REFUSAL = '... on UserError { code }';
const PATIENCE = { timeout: 60_000, interval: 500 };

/** Every connection is too many above 0; 100 % of them are never used. Gives the alert time to come or to end. */
export async function alertAbove(plane: ControlPlane, threshold: number): Promise<void> {
  await plane.graphql(
    `mutation ($input: UpsertAlertRuleInput!) { upsertAlertRule(input: $input) { __typename ${REFUSAL} } }`,
    {
      input: {
        ...{ name: 'connections', cluster: 'shard-2', threshold, severity: 'CRITICAL' },
        ...{ forSeconds: 0, resolveAfterSeconds: 0 },
      },
    },
  );
  const isFiring = async () => {
    const { alerts } = await plane.graphql<{ alerts: { edges: unknown[] } }>(
      '{ alerts(filter: { clusters: ["shard-2"], severities: [CRITICAL], states: [FIRING] }) { edges { node { id } } } }',
    );
    return alerts.edges.length > 0;
  };
  await expect.poll(isFiring, PATIENCE).toBe(threshold === 0);
}

/** A follower that is away holds log of `shard-1` back, more than is allowed there. Gives what takes it back. */
export async function holdLogBack(
  plane: ControlPlane,
  { own, fleet }: { readonly own: OwnFleet; readonly fleet: Fleet },
): Promise<() => Promise<void>> {
  const shard = own.config.clusters.find(({ name }) => name === 'shard-1');
  const { host = '', port = 0 } = shard?.instances[0] ?? {};
  const source = openDatabase({
    ...(await fleet.moverLogin('shard-1')),
    ...{ host, port, database: shard?.database ?? '', applicationName: 'test' },
    ...{ maxConnections: 1, statementTimeoutMs: 30_000, lockTimeoutMs: 0 },
  });
  await source.rows(raw("SELECT pg_create_physical_replication_slot('away', true)"));
  await source.rows(raw("SELECT pg_logical_emit_message(true, 'noise', repeat('x', 200000))"));
  const limit = async (more: Record<string, unknown>) => {
    await plane.graphql(
      `mutation ($input: UpsertThresholdInput!) { upsertThreshold(input: $input) { __typename ${REFUSAL} } }`,
      { input: { metric: 'wal_held_by_slots', cluster: 'shard-1', ...more } },
    );
  };
  const stateOf = async () => {
    const { cluster } = await plane.graphql<{
      cluster: { health: { metrics: { name: string; state: string }[] } };
    }>('{ cluster(name: "shard-1") { health { metrics { name state } } } }'); // looked at each 10 s
    return cluster.health.metrics.find(({ name }) => name === 'wal_held_by_slots')?.state;
  };
  await limit({ target: 1, critical: 100_000 });
  await expect.poll(stateOf, PATIENCE).toBe('CRITICAL');
  return async () => {
    await limit({ restoreDefault: true });
    await source.rows(raw("SELECT pg_drop_replication_slot('away')"));
    await source.close();
    await expect.poll(stateOf, PATIENCE).toBe('OK');
  };
}

/** Follows one operation. */
export function followRebalance(plane: ControlPlane, id: string) {
  const find = async () => {
    const { operation } = await plane.graphql<{ operation: unknown }>(
      'query ($id: ID!) { operation(id: $id) { state attempts error { code message } children { id } } }',
      { id },
    );
    return operation;
  };
  const expectEnd = (expected: Record<string, unknown>) =>
    expect.poll(find, { timeout: 90_000, interval: 500 }).toMatchObject(expected);
  return {
    expectEnd,
    expectStop: (attempts: number, why: string) =>
      expectEnd({
        ...{ state: 'FAILED', attempts, children: [] },
        error: { code: 'REBALANCE_STOPPED', message: expect.stringContaining(why) as unknown },
      }),
    retry: () =>
      plane.graphql(`mutation ($id: ID!) { retryOperation(input: { id: $id }) { __typename ${REFUSAL} } }`, {
        id,
      }),
  };
}
