import { grantMonitor, measured, percent, quiet, unknown, type Figure } from '../measure.ts';
import { MIN_BLOCK_ACCESSES, type MetricName } from '../thresholds.ts';
import { growthOf, secondsBetween, type HotLook } from './look.ts';

const FIRST_LOOK = 'a rate needs two looks, and this was the first one';
const WAS_RESET = 'the statistics were reset since the look before';

/** Who is connected and what they wait for. `connections` and `longest_transaction` are judged with the live check. */
export function judgeSessions(instance: string, { rights, hot, locks }: HotLook): readonly Figure[] {
  const pool = {
    ...measured('pool_utilisation', instance, percent(hot.connections, hot.maxConnections)),
    reason: 'no pooler is configured: connections against max_connections',
  };
  const waits = [
    measured('connections_waiting', instance, hot.blocked),
    {
      ...measured('blocked_sessions', instance, hot.blocked),
      reason: describeBlockers(hot.blockers),
    },
    measured('longest_lock_wait', instance, hot.longestWaitSeconds ?? 0),
    hot.locks === null
      ? { ...measured('locks', instance, locks), reason: 'counted within the last minute, as nobody waits' }
      : measured('locks', instance, hot.locks),
    measured('prepared_transactions', instance, hot.prepared),
    measured('prepared_transaction_age', instance, hot.oldestPreparedSeconds ?? 0),
  ];
  if (!rights.canReadAllStats)
    return [pool, ...HIDDEN.map((name) => hidden(name, instance, rights)), ...waits];
  return [
    pool,
    measured('connections_active', instance, hot.active),
    measured('connections_idle', instance, hot.idle),
    measured('connections_idle_in_transaction', instance, hot.idleInTransaction),
    measured('idle_in_transaction', instance, hot.longestIdleSeconds ?? 0),
    ...waits,
  ];
}

const HIDDEN: readonly MetricName[] = [
  'connections_active',
  'connections_idle',
  'connections_idle_in_transaction',
  'idle_in_transaction',
];

function hidden(name: MetricName, instance: string, { user }: HotLook['rights']): Figure {
  const reason = `${user} may not see what the sessions of other roles do`;
  return unknown(name, instance, { reason, hint: grantMonitor(user) });
}

function describeBlockers(blockers: readonly number[] | null): string | null {
  if (blockers === null || blockers.length === 0) return null;
  return `the longest waits for process ${blockers.map((pid) => (pid === 0 ? '0 (a prepared transaction)' : pid)).join(', ')}`;
}

/** What the database did between two looks. */
export function judgeRates(instance: string, before: HotLook | null, after: HotLook): readonly Figure[] {
  const seconds = secondsBetween(before?.hot ?? null, after.hot);
  const growth = (key: 'commits' | 'rollbacks' | 'deadlocks' | 'tempBytes' | 'blocksHit' | 'blocksRead') =>
    wasReset(before, after) ? null : growthOf(before?.hot[key], after.hot[key]);
  const why = before === null ? FIRST_LOOK : WAS_RESET;
  const perSecond = (name: MetricName, grown: number | null) =>
    grown === null || seconds === null
      ? quiet(name, instance, why)
      : measured(name, instance, round(grown / seconds));
  const deadlocks = growth('deadlocks');
  return [
    perSecond('commits', growth('commits')),
    perSecond('rollbacks', growth('rollbacks')),
    perSecond('temp_bytes', growth('tempBytes')),
    deadlocks === null ? quiet('deadlocks', instance, why) : measured('deadlocks', instance, deadlocks),
    judgeHits('cache_hit_ratio', instance, { hit: growth('blocksHit'), read: growth('blocksRead'), why }),
  ];
}

/** Of an interval: the ratio since the statistics began hides a bad hour behind a good year. */
export function judgeHits(
  name: MetricName,
  instance: string,
  { hit, read, why }: { readonly hit: number | null; readonly read: number | null; readonly why: string },
): Figure {
  if (hit === null || read === null) return quiet(name, instance, why);
  const accesses = hit + read;
  if (accesses < Number(MIN_BLOCK_ACCESSES))
    return quiet(
      name,
      instance,
      `only ${accesses} blocks were used since the look before; below ${MIN_BLOCK_ACCESSES} it is chance`,
    );
  return { ...measured(name, instance, percent(hit, accesses)), reason: `of ${accesses} blocks` };
}

function wasReset(before: HotLook | null, { hot }: HotLook): boolean {
  return before?.hot.statisticsResetAt?.getTime() !== hot.statisticsResetAt?.getTime();
}

/** Three digits are enough for a rate, and `0.1 + 0.2` is not what people want to read. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
