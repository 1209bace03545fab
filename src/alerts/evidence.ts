import { withDeadline } from '../fleet/deadline.ts';
import type { Fleet, Instance } from '../fleet/fleet.ts';
import { probeCluster } from '../fleet/probe.ts';
import { type HorizonHolder, listHorizonHolders } from '../postgres/horizon.ts';
import type { Database } from '../postgres/pool.ts';
import type { Alert, AlertEvidence, DeadRowKeeper } from './alerts.ts';
import { readClients, readEvidence } from './evidence-probe.ts';
import { setEvidence } from './store.ts';
import { askWitnesses, OF_SPACE, type Witnesses } from './witnesses.ts';

const DEADLINE_MS = 3_000; // a server in trouble may hang; the alert itself has been told already
/** Plans of the dearest statements, on a server that is slow. */
const WITNESS_DEADLINE_MS = 15_000;

/** About these a look at the sessions says nothing. */
const NOT_OF_SESSIONS = ['primary', 'backup_age', 'schema_drift', 'failed_operations', 'failed_schedules'];
const OF_CONNECTIONS = ['connections', 'pool_utilisation'];
/** A session that has been there for less goes by itself before anybody has read of it. */
const LONG_VIEW_MS = 30_000;

export interface EvidenceDependencies {
  readonly db: Database;
  readonly fleet: Fleet;
  /** Left out: only the server itself is asked. */
  readonly witnesses?: Witnesses;
}

/** True for an alert that has fired a moment ago and of whose sessions nobody has looked yet. */
export function wantsEvidence({ evidence, metric, parentId, firedAt }: Alert, now: Date): boolean {
  const isYoung = now.getTime() - firedAt.getTime() < 120_000; // later it would show something else
  return evidence === null && parentId === null && isYoung && !NOT_OF_SESSIONS.includes(metric);
}

/** Looks at the server and keeps what it sees with the alert. A server that does not answer is evidence, too. */
export async function gatherEvidence(
  { db, fleet, witnesses = {} }: EvidenceDependencies,
  alert: Alert,
): Promise<void> {
  const { cluster, instance, metric, firedValue } = alert;
  const where = instance ?? cluster;
  const [seen, heard] = await Promise.all([
    withDeadline(look(fleet, alert), DEADLINE_MS, where).catch(toNothing),
    withDeadline(
      askWitnesses(witnesses, { cluster, instance, metric, firedValue }),
      WITNESS_DEADLINE_MS,
      where,
    ).catch(() => ({})),
  ]);
  await setEvidence(db, alert.id, { ...seen, ...heard });
}

function toNothing(error: unknown): AlertEvidence {
  const reason = error instanceof Error ? error.message : String(error);
  return { gatheredAt: new Date().toISOString(), statements: [], blockers: [], reason };
}

/** Of a metric of the cluster the primary is asked. */
async function look(fleet: Fleet, { cluster, instance: name, metric }: Alert): Promise<AlertEvidence> {
  const { instances } = fleet.get(cluster);
  const named = instances.find((one) => one.name === name);
  const instance = named ?? (await findPrimary(fleet, cluster));
  const db = fleet.monitor(instance);
  const evidence = await readEvidence(db, { cluster, instance: instance.name });
  if (OF_SPACE.includes(metric)) {
    const holders = await listHorizonHolders(db);
    return { ...evidence, keepers: toKeepers(holders, `${cluster}/${instance.name}`) };
  }
  return OF_CONNECTIONS.includes(metric) ? { ...evidence, clients: await readClients(db) } : evidence;
}

/** Of sessions those that stay: one that has just begun keeps nothing for long. Pure. */
function toKeepers(holders: readonly HorizonHolder[], place: string): readonly DeadRowKeeper[] {
  return holders
    .filter(({ kind, transactionAgeMs }) => kind !== 'SESSION' || (transactionAgeMs ?? 0) >= LONG_VIEW_MS)
    .map(({ sessionStartedMs, isReporting: _isReporting, xid: _xid, ...one }) => ({
      ...one,
      sessionId: sessionStartedMs === null ? null : `${place}/${one.name}/${sessionStartedMs}`,
    }));
}

/** @throws {Error} when no instance says that it is the primary. */
async function findPrimary(fleet: Fleet, cluster: string): Promise<Instance> {
  const states = await probeCluster(fleet, fleet.get(cluster));
  const primary = states.find(({ role }) => role === 'PRIMARY');
  if (primary === undefined) throw new Error('no instance says that it is the primary');
  return primary.instance;
}
