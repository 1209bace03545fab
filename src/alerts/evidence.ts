import { withDeadline } from '../fleet/deadline.ts';
import type { Fleet, Instance } from '../fleet/fleet.ts';
import { probeCluster } from '../fleet/probe.ts';
import type { Database } from '../postgres/pool.ts';
import type { Alert, AlertEvidence } from './alerts.ts';
import { readClients, readEvidence } from './evidence-probe.ts';
import { setEvidence } from './store.ts';
import { askWitnesses, type Witnesses } from './witnesses.ts';

const DEADLINE_MS = 3_000; // a server in trouble may hang; the alert itself has been told already
/** Plans of the dearest statements, on a server that is slow. */
const WITNESS_DEADLINE_MS = 15_000;

/** About these a look at the sessions says nothing. */
const NOT_OF_SESSIONS = ['primary', 'backup_age', 'schema_drift', 'failed_operations', 'failed_schedules'];
const OF_CONNECTIONS = ['connections', 'pool_utilisation'];

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
  return OF_CONNECTIONS.includes(metric) ? { ...evidence, clients: await readClients(db) } : evidence;
}

/** @throws {Error} when no instance says that it is the primary. */
async function findPrimary(fleet: Fleet, cluster: string): Promise<Instance> {
  const states = await probeCluster(fleet, fleet.get(cluster));
  const primary = states.find(({ role }) => role === 'PRIMARY');
  if (primary === undefined) throw new Error('no instance says that it is the primary');
  return primary.instance;
}
