import { withDeadline } from '../../fleet/deadline.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { INSTANCE_PROBE_MS, type InstanceState, probeCluster } from '../../fleet/probe.ts';
import { writeName } from '../../postgres/names.ts';
import { findOwner } from './owners.ts';
import type { AskedInstance, Replication, ReplicationInstance } from './replication.ts';
import { lookAtReplication, type ReplicationLook } from './replication-probe.ts';
import { listStreams } from './streams.ts';

/**
 * Who sends what to whom in a cluster, as all its instances say now. They are asked at once; one that does not answer
 * is said to be so, and the others' answers are given.
 *
 * @throws {ClusterNotFoundError}
 */
export async function readReplication(fleet: Fleet, name: string): Promise<Replication> {
  const states = await probeCluster(fleet, fleet.get(name));
  const asked = await Promise.all(states.map((state) => ask(fleet, state)));
  const primaries = asked.filter(({ role }) => role === 'PRIMARY');
  const primary = primaries.length === 1 ? primaries[0] : undefined;
  const streams = listStreams(asked);
  const slots = asked.flatMap(({ name: instance, look }) =>
    (look?.slots ?? []).map((slot) => ({ ...slot, instance, ...findOwner(slot, instance, asked, streams) })),
  );
  return {
    ...{ cluster: name, primary: primary?.name ?? null, endLsn: primary?.look?.endLsn ?? null },
    instances: asked.map(({ look: _look, ...one }): ReplicationInstance => one),
    streams,
    slots: slots.toSorted((a, b) => Number((b.retainedBytes ?? 0n) - (a.retainedBytes ?? 0n))),
    subscriptions: asked.flatMap(({ name: instance, look }) =>
      (look?.subscriptions ?? []).map((one) => ({ ...one, instance })),
    ),
    checkedAt: new Date(),
  };
}

/** One that did not say what it is would not say more, so it is not asked again. */
async function ask(fleet: Fleet, { instance, role, state, reason }: InstanceState): Promise<AskedInstance> {
  const known = { name: instance.name, role, state, look: null, reason, hint: null };
  if (role === 'UNKNOWN') return known;
  try {
    const server = fleet.monitor(instance);
    const look = await withDeadline(lookAtReplication(server), INSTANCE_PROBE_MS, server.name);
    return { ...known, look, ...explainSight(look) };
  } catch (error) {
    return { ...known, reason: error instanceof Error ? error.message : String(error) };
  }
}

function explainSight({ seesAll, user }: ReplicationLook): Pick<AskedInstance, 'reason' | 'hint'> {
  if (seesAll) return { reason: null, hint: null };
  return {
    reason: `${user} may not see what is sent and received`,
    hint: `GRANT pg_monitor TO ${writeName(user)};`,
  };
}
