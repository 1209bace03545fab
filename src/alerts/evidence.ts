import { withDeadline } from '../fleet/deadline.ts';
import type { Fleet, Instance } from '../fleet/fleet.ts';
import { probeCluster } from '../fleet/probe.ts';
import type { Database } from '../postgres/pool.ts';
import type { Alert, AlertEvidence } from './alerts.ts';
import { readEvidence } from './evidence-probe.ts';
import { setEvidence } from './store.ts';

const DEADLINE_MS = 3_000; // a server in trouble may hang; the alert itself has been told already

/** About these a look at the sessions says nothing. */
const NOT_OF_SESSIONS = [
  'primary',
  'instance_up',
  'backup_age',
  'schema_drift',
  'failed_operations',
  'failed_schedules',
];

export interface EvidenceDependencies {
  readonly db: Database;
  readonly fleet: Fleet;
}

/** True for an alert that has fired a moment ago and of whose sessions nobody has looked yet. */
export function wantsEvidence({ evidence, metric, parentId, firedAt }: Alert, now: Date): boolean {
  const isYoung = now.getTime() - firedAt.getTime() < 120_000; // later it would show something else
  return evidence === null && parentId === null && isYoung && !NOT_OF_SESSIONS.includes(metric);
}

/** Looks at the server and keeps what it sees with the alert. A server that does not answer is evidence, too. */
export async function gatherEvidence({ db, fleet }: EvidenceDependencies, alert: Alert): Promise<void> {
  let evidence: AlertEvidence;
  try {
    evidence = await withDeadline(look(fleet, alert), DEADLINE_MS, alert.instance ?? alert.cluster);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    evidence = { gatheredAt: new Date().toISOString(), statements: [], blockers: [], reason };
  }
  await setEvidence(db, alert.id, evidence);
}

/** Of a metric of the cluster the primary is asked. */
async function look(fleet: Fleet, { cluster, instance: name }: Alert): Promise<AlertEvidence> {
  const { instances } = fleet.get(cluster);
  const named = instances.find((one) => one.name === name);
  const instance = named ?? (await findPrimary(fleet, cluster));
  return readEvidence(fleet.monitor(instance), { cluster, instance: instance.name });
}

/** @throws {Error} when no instance says that it is the primary. */
async function findPrimary(fleet: Fleet, cluster: string): Promise<Instance> {
  const states = await probeCluster(fleet, fleet.get(cluster));
  const primary = states.find(({ role }) => role === 'PRIMARY');
  if (primary === undefined) throw new Error('no instance says that it is the primary');
  return primary.instance;
}
