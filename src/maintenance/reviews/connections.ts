import { finding, type Finding, type Found } from '../findings.ts';
import type { MaintenanceSources, OpenSession } from '../sources.ts';
import { judgeMetrics } from './metrics.ts';

const METRICS = [
  ...['connections', 'pool_utilisation', 'connections_waiting', 'blocked_sessions', 'longest_lock_wait'],
  ...['longest_transaction', 'idle_in_transaction', 'prepared_transactions', 'prepared_transaction_age'],
];
/** Long enough to hold back VACUUM and to surprise whoever wants a lock. */
const IDLE_SECONDS = 300;
const LONG_IDLE_SECONDS = 3_600;

/** Sessions, and what they do to one another. */
export async function checkConnections(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const [activity, blockers, metrics] = await Promise.all([
    sources.activity(cluster),
    sources.blockers(cluster),
    sources.health(cluster),
  ]);
  const hidden =
    activity.reason === null
      ? []
      : [
          finding('UNKNOWN', 'pg_stat_activity', activity.reason, {
            ...{ suggestedAction: 'Let our role see what other roles run.', statement: activity.hint },
          }),
        ];
  const judged = judgeMetrics(metrics, METRICS);
  return {
    findings: [
      ...judged.findings,
      ...hidden,
      ...judgeSessions(activity.sessions),
      ...blockers.map(({ pid, blockedCount }) => judgeBlocker(pid, blockedCount)),
    ],
    lookedAt: [
      `${activity.total} session(s) of ${activity.instance}`,
      `${blockers.length} session(s) that others wait for`,
      ...judged.lookedAt,
    ],
  };
}

/** Pure. */
export function judgeSessions(sessions: readonly OpenSession[]): readonly Finding[] {
  return sessions.flatMap(({ pid, userName, applicationName, state, stateSeconds }) => {
    const seconds = stateSeconds ?? 0;
    if (!state?.startsWith('idle in transaction') || seconds < IDLE_SECONDS) return [];
    return [
      finding(
        seconds < LONG_IDLE_SECONDS ? 'WARNING' : 'CRITICAL',
        `process ${pid}`,
        `${userName} (${applicationName || 'without a name'}) has done nothing in its transaction for ${Math.round(seconds)} s: it holds its locks and keeps VACUUM from removing rows`,
        {
          suggestedAction:
            'End it with terminateSession; set idle_in_transaction_session_timeout for its role.',
          statement: `SELECT pg_terminate_backend(${pid});`,
        },
      ),
    ];
  });
}

function judgeBlocker(pid: number, blockedCount: number): Finding {
  return finding('WARNING', `process ${pid}`, `${blockedCount} session(s) wait for it`, {
    suggestedAction: 'Look at it with lockTree, and end it with terminateSession when nobody needs it.',
    statement: pid === 0 ? null : `SELECT pg_terminate_backend(${pid});`,
  });
}
