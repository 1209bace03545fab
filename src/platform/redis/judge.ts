import {
  explained,
  FIRST_LOOK,
  growthOf,
  measured,
  percent,
  quiet,
  round,
  unknown,
  WAS_RESET,
  type PlatformFigure,
} from '../figures.ts';
import type { Found } from '../platform.ts';
import type { RedisInfo } from './info.ts';
import { latencyBetween } from './latency.ts';
import type { RedisLook } from './target.ts';

/** Below it the ratio says nothing: it is mostly the program itself (Redis documentation, INFO). */
const FRAGMENTATION_FROM_BYTES = 100_000_000;
/** A ratio of fewer look-ups is chance. */
const MIN_LOOKUPS = 1_000;

/** Pure: what two looks at one Redis mean. `before` is null for the first one, and after a failure. */
export function judgeRedis(before: RedisLook | null, after: RedisLook): Found {
  const { info, tookMs } = after;
  // A restart begins all counters anew.
  const earlier = before !== null && before.info.uptime_in_seconds <= info.uptime_in_seconds ? before : null;
  return {
    facts: {
      kind: 'REDIS',
      version: info.redis_version,
      role: info.role === 'master' ? 'PRIMARY' : 'REPLICA',
      connectedReplicas: info.connected_slaves,
      uptimeSeconds: info.uptime_in_seconds,
    },
    figures: [
      measured('redis_answer_time', round(tookMs)),
      ...judgeMemory(info),
      explained(measured('redis_connections', percent(info.connected_clients, info.maxclients)), {
        reason: `${info.connected_clients} of ${info.maxclients}`,
        hint: 'CLIENT LIST shows who holds them.',
      }),
      measured('redis_blocked_clients', info.blocked_clients),
      ...judgeRates(before, earlier, after),
      ...judgeLatency(earlier, after),
      explained(measured('redis_fork_time', info.latest_fork_usec / 1_000), {
        reason: 'of the last fork',
        hint: 'Turn transparent huge pages off, or leave snapshots to a replica.',
      }),
      ...judgeReplication(info),
      judgeSaves(info),
    ],
  };
}

function judgeMemory(info: RedisInfo): readonly PlatformFigure[] {
  const { used_memory, maxmemory, total_system_memory, mem_fragmentation_ratio: ratio } = info;
  const hasLimit = maxmemory > 0;
  return [
    explained(
      measured('redis_memory_used', percent(used_memory, hasLimit ? maxmemory : total_system_memory)),
      {
        reason: hasLimit ? 'of maxmemory' : 'maxmemory is not set: of the memory of the machine',
        hint: 'Give keys a time to live, raise maxmemory, or let it evict: see maxmemory-policy.',
      },
    ),
    measured('redis_memory', used_memory),
    used_memory < FRAGMENTATION_FROM_BYTES
      ? quiet('redis_fragmentation', 'below 100 MB it says nothing')
      : explained(measured('redis_fragmentation', Math.round(ratio * 100)), {
          reason: 'resident memory against what is used',
          hint: 'CONFIG SET activedefrag yes, or restart it when it suits.',
        }),
  ];
}

type Counter =
  | 'rejected_connections'
  | 'evicted_keys'
  | 'keyspace_hits'
  | 'keyspace_misses'
  | 'total_commands_processed'
  | 'total_error_replies';

function judgeRates(
  before: RedisLook | null,
  earlier: RedisLook | null,
  after: RedisLook,
): readonly PlatformFigure[] {
  const seconds = earlier === null ? 0 : (after.atMs - earlier.atMs) / 1_000;
  const growth = (key: Counter) => growthOf(earlier?.info[key], after.info[key]);
  const why = before === null ? FIRST_LOOK : WAS_RESET;
  const rate = (name: 'redis_evictions' | 'redis_commands' | 'redis_errors', grown: number | null) =>
    grown === null || seconds <= 0 ? quiet(name, why) : measured(name, round(grown / seconds));
  const rejected = growth('rejected_connections');
  return [
    rejected === null
      ? quiet('redis_rejected_connections', why)
      : explained(measured('redis_rejected_connections', rejected), {
          reason: 'since the look before',
          hint: 'CONFIG SET maxclients, or find in CLIENT LIST who opens so many.',
        }),
    rate('redis_evictions', growth('evicted_keys')),
    judgeHits(growth('keyspace_hits'), growth('keyspace_misses'), why),
    rate('redis_commands', growth('total_commands_processed')),
    rate('redis_errors', growth('total_error_replies')),
  ];
}

function judgeHits(hits: number | null, misses: number | null, why: string): PlatformFigure {
  if (hits === null || misses === null) return quiet('redis_hit_ratio', why);
  const all = hits + misses;
  return all < MIN_LOOKUPS
    ? quiet('redis_hit_ratio', `only ${all} keys were looked up; below ${MIN_LOOKUPS} it is chance`)
    : measured('redis_hit_ratio', percent(hits, all));
}

function judgeLatency(before: RedisLook | null, { latency }: RedisLook): readonly PlatformFigure[] {
  if ('reason' in latency)
    return [unknown('redis_latency_p50', latency), unknown('redis_latency_p99', latency)];
  const earlier = before?.latency;
  const none = (reason: string) => [quiet('redis_latency_p50', reason), quiet('redis_latency_p99', reason)];
  if (earlier === undefined || 'reason' in earlier) return none(FIRST_LOOK);
  const found = latencyBetween(earlier, latency);
  if (found === null) return none('no command was called since the look before');
  return [
    measured('redis_latency_p50', found.p50Us / 1_000),
    explained(measured('redis_latency_p99', found.p99Us / 1_000), {
      reason: `upper bound, of ${found.calls} calls; the slowest are ${found.slowest}`,
      hint: 'SLOWLOG GET 10 shows them with their arguments.',
    }),
  ];
}

function judgeReplication(info: RedisInfo): readonly PlatformFigure[] {
  if (info.role === 'slave') return judgeReplica(info);
  const [worst] = [...info.replicas].sort((left, right) => right.lagSeconds - left.lagSeconds);
  if (worst === undefined) return [];
  return [
    explained(measured('redis_replication_lag', worst.lagSeconds), {
      reason: `${worst.address} is ${worst.state}, the furthest behind of ${info.replicas.length}`,
      hint: 'See whether the replica runs and reaches us.',
    }),
  ];
}

function judgeReplica(info: RedisInfo): readonly PlatformFigure[] {
  const primary = `${info.master_host ?? '?'}:${info.master_port ?? '?'}`;
  const isUp = info.master_link_status === 'up';
  const since = isUp ? info.master_last_io_seconds_ago : info.master_link_down_since_seconds;
  return [
    explained(measured('redis_link', isUp ? 1 : 0), {
      reason: `${isUp ? 'connected to' : 'not connected to'} ${primary}`,
      hint: 'See whether the primary runs, and whether masterauth is its password.',
    }),
    since === undefined || since < 0
      ? unknown('redis_replication_lag', { reason: 'it was never connected to its primary', hint: null })
      : measured('redis_replication_lag', since),
  ];
}

function judgeSaves(info: RedisInfo): PlatformFigure {
  const failed = [
    ...(info.rdb_last_bgsave_status === 'ok' ? [] : ['the last snapshot']),
    ...(info.aof_last_bgrewrite_status === 'ok' ? [] : ['the last rewrite of the append-only file']),
    ...(info.aof_last_write_status === 'ok' ? [] : ['the last write to the append-only file']),
  ];
  return explained(measured('redis_failed_saves', failed.length), {
    reason: failed.length > 0 ? `${failed.join(' and ')} failed` : describeSaves(info),
    hint: 'See its log: the disk is full, or it may not write to its directory. Writes may be refused until it succeeds.',
  });
}

function describeSaves({ aof_enabled, rdb_last_save_time }: RedisInfo): string {
  const at = new Date(rdb_last_save_time * 1_000).toISOString();
  return aof_enabled === 1
    ? 'each write goes to the append-only file'
    : `the last snapshot, or its start, was at ${at}`;
}
