import type { Alert } from './alerts.ts';

type Subject = Pick<Alert, 'id' | 'metric' | 'instance' | 'firedValue'>;

/** An alert that explains others. */
interface Cause {
  isOne(alert: Subject): boolean;
  /** In the same cluster. */
  explains(cause: Subject, other: Subject): boolean;
}

const ofMetric = (metric: string, ...explained: readonly string[]): Cause => ({
  isOne: (alert) => alert.metric === metric,
  explains: (cause, other) =>
    explained.includes(other.metric) && (cause.instance === null || isAbout(cause, other)),
});
const isAbout = (cause: Subject, other: Subject) =>
  other.instance === null || other.instance === cause.instance;

const ofServer = (isSo: (alert: Subject) => boolean): Cause => ({
  isOne: (alert) => alert.instance !== null && isSo(alert),
  explains: (cause, other) =>
    other.instance === cause.instance || ['wal_held_by_slots', 'inactive_slots'].includes(other.metric),
});

/** What sessions and tables suffer from that wait for a transaction. */
const WAITING = ['blocked_sessions', 'longest_lock_wait', 'connections', 'pool_utilisation', 'dead_rows'];

/**
 * The strongest first. What stands further down never explains what stands above, so there are no circles, and an
 * alert hangs under the strongest that explains it, so there is one level.
 */
const CAUSES: readonly Cause[] = [
  // Without a primary nothing of the cluster is right.
  { isOne: ({ metric }) => metric === 'primary', explains: () => true },
  // A server that is down, or does not answer, has no figures: what is said of it is all the same trouble.
  ofServer(({ metric }) => metric === 'instance_up' || metric === 'service_up'),
  ofServer(({ metric, firedValue }) => metric === 'replication_lag' && firedValue === null),
  ofMetric('disk_used', 'archive_age', 'archive_backlog', 'loss_window', 'failed_operations', 'backup_age'),
  ofMetric('archive_age', 'archive_backlog', 'loss_window'),
  ofMetric('archive_backlog', 'loss_window'),
  ofMetric('failed_operations', 'failed_schedules', 'backup_age'),
  ofMetric('failed_schedules', 'backup_age'),
  ofMetric('idle_in_transaction', 'longest_transaction', ...WAITING),
  ofMetric('longest_transaction', ...WAITING),
  ofMetric('longest_lock_wait', 'blocked_sessions', 'connections', 'pool_utilisation'),
  ofMetric('blocked_sessions', 'connections', 'pool_utilisation'),
  ofMetric('connections', 'pool_utilisation'),
];

/** The alert among `others`, of the same cluster and open, that explains `alert`; null when none does. */
export function findCause<Found extends Subject>(alert: Subject, others: readonly Found[]): Found | null {
  for (const cause of CAUSES) {
    if (cause.isOne(alert)) return null;
    const found = others.find((one) => cause.isOne(one) && cause.explains(one, alert));
    if (found !== undefined) return found;
  }
  return null;
}
