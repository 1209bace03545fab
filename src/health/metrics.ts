import type { Cluster } from '../fleet/fleet.ts';
import type { InstanceState } from '../fleet/probe.ts';
import { worstOf } from '../limits.ts';
import { grantMonitor, measured, percent, unknown, withState, type Figure } from './measure.ts';
import type { HealthFigures, InstanceFigures } from './probe.ts';
import { MIN_BLOCK_ACCESSES, type MetricName } from './thresholds.ts';

/** What any instance can run out of. An instance that is down has its say elsewhere. */
export function judgeInstance(
  { instance, state }: Pick<InstanceState, 'instance' | 'state'>,
  figures: InstanceFigures | { readonly failure: string } | undefined,
): readonly Figure[] {
  if (state !== 'UP' || figures === undefined) return [];
  if ('failure' in figures) {
    const explanation = { reason: figures.failure, hint: null };
    return [
      unknown('connections', instance.name, explanation),
      unknown('longest_transaction', instance.name, explanation),
    ];
  }
  const { connections, maxConnections } = figures;
  return [
    {
      ...measured('connections', instance.name, percent(connections, maxConnections)),
      reason: `${connections} of ${maxConnections}`,
    },
    judgeTransactions(instance.name, figures),
  ];
}

function judgeTransactions(instance: string, figures: InstanceFigures): Figure {
  if (!figures.canReadAllStats) {
    return unknown('longest_transaction', instance, {
      reason: `${figures.user} may not see the transactions of other roles`,
      hint: grantMonitor(figures.user),
    });
  }
  return measured('longest_transaction', instance, figures.longestTransactionSeconds ?? 0);
}

/** Cache and size of the product's database, on the primary. */
export function judgeStatistics(instance: string | null, figures: HealthFigures): readonly Figure[] {
  const accesses = figures.blocksHit + figures.blocksRead;
  const cache =
    accesses < MIN_BLOCK_ACCESSES
      ? unknown('cache_hit_ratio', instance, {
          reason: `only ${accesses} blocks were used since the statistics began; ${MIN_BLOCK_ACCESSES} are needed`,
          hint: 'It becomes known by itself while the database is used.',
        })
      : measured('cache_hit_ratio', instance, percent(Number(figures.blocksHit), Number(accesses)));
  return [cache, measured('database_size', instance, Number(figures.databaseBytes))];
}

/** Seconds of writes that would be lost with the primary's disk. */
export function judgeArchive(cluster: Cluster, instance: string | null, figures: InstanceFigures): Figure {
  if (!figures.isArchiving) {
    return withState(unknown('archive_age', instance, NOT_ARCHIVING), {
      ...NOT_ARCHIVING,
      state: cluster.stanza === null ? 'WARNING' : 'CRITICAL',
    });
  }
  if (!figures.canListArchive) {
    return unknown('archive_age', instance, {
      reason: `${figures.user} may not see what waits for the archive`,
      hint: grantMonitor(figures.user),
    });
  }
  const seconds = archiveAge(figures);
  const metric =
    seconds === null
      ? unknown('archive_age', instance, { reason: 'nothing has been archived yet', hint: null })
      : { ...measured('archive_age', instance, seconds), reason: describeArchive(figures) };
  return figures.failedSegment === null
    ? metric
    : withState(metric, {
        state: worstOf([metric.state, 'WARNING']),
        reason: `the last attempt to archive ${figures.failedSegment} failed`,
        hint: "Read the primary's log for the error of archive_command; PostgreSQL keeps trying.",
      });
}

const NOT_ARCHIVING = {
  reason: 'archive_mode is off: this cluster cannot be restored to a point in time',
  hint: 'Set archive_mode = on and an archive_command, then restart the primary.',
} as const;

/**
 * Upper bound of the age of the oldest write that is not in the archive; null when nothing tells.
 * With archive_timeout a write leaves within it, so an idle primary has nothing older than that to lose,
 * however long ago its last segment was archived (PostgreSQL manual, 26.3.1).
 */
function archiveAge(figures: InstanceFigures): number | null {
  const { archiveTimeoutSeconds, lastArchivedSecondsAgo, oldestWaitingSeconds } = figures;
  if (archiveTimeoutSeconds === 0) return lastArchivedSecondsAgo ?? oldestWaitingSeconds;
  if (lastArchivedSecondsAgo === null && oldestWaitingSeconds === null) return null;
  const bound = (oldestWaitingSeconds ?? 0) + archiveTimeoutSeconds;
  return Math.min(bound, lastArchivedSecondsAgo ?? bound);
}

function describeArchive({ lastArchivedSegment, lastArchivedSecondsAgo }: InstanceFigures): string {
  return lastArchivedSegment === null
    ? 'nothing has been archived yet'
    : `${lastArchivedSegment} was archived ${Math.round(lastArchivedSecondsAgo ?? 0)} s ago`;
}

const OF_PRIMARY: readonly MetricName[] = ['cache_hit_ratio', 'database_size', 'archive_age'];

/** What only the primary can tell, when it doesn't. */
export function unknownOfPrimary(instance: string | null, reason: string): readonly Figure[] {
  return OF_PRIMARY.map((name) => unknown(name, instance, { reason, hint: null }));
}
