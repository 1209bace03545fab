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
import type { PlatformMetricName } from '../catalogue.ts';
import type { Found } from '../platform.ts';
import type { ClickHouseLook, Missing } from './probe.ts';

/** Pure: what two looks at one ClickHouse mean. `before` is null for the first one, and after a failure. */
export function judgeClickHouse(before: ClickHouseLook | null, after: ClickHouseLook): Found {
  const { replicas } = after;
  return {
    facts: {
      kind: 'CLICKHOUSE',
      version: after.version,
      uptimeSeconds: after.uptimeSeconds,
      replicatedTables: isMissing(replicas) ? null : replicas.tables,
    },
    figures: [
      measured('clickhouse_answer_time', round(after.tookMs)),
      ...judgeGauges(after),
      ...judgeDisks(after),
      ...judgeParts(after),
      ...judgeReplicas(after),
      judgeMutations(after),
      judgeErrors(before, after),
    ],
  };
}

function isMissing(part: object): part is Missing {
  return 'reason' in part;
}

/** What the machine, or the container around the server, has; the first one that the version tells. */
const MEMORY_SIZES = ['CGroupMemoryTotal', 'OSMemoryTotal'];

function judgeGauges({ gauges }: ClickHouseLook): readonly PlatformFigure[] {
  const names: readonly PlatformMetricName[] = [
    'clickhouse_queries',
    'clickhouse_memory',
    'clickhouse_memory_used',
    'clickhouse_delayed_inserts',
  ];
  if (isMissing(gauges)) return names.map((name) => unknown(name, gauges));
  const size = MEMORY_SIZES.map((name) => gauges.get(name) ?? 0).find((bytes) => bytes > 0);
  // What is resident counts for the kernel; what is tracked counts for the limits of queries.
  const used = gauges.get('MemoryResident') ?? gauges.get('MemoryTracking') ?? 0;
  return [
    measured('clickhouse_queries', gauges.get('Query') ?? 0),
    measured('clickhouse_memory', used),
    size === undefined
      ? unknown('clickhouse_memory_used', {
          reason: 'this version does not say how much memory there is',
          hint: 'Newer versions do, in system.asynchronous_metrics.',
        })
      : explained(measured('clickhouse_memory_used', percent(used, size)), {
          reason: 'of the memory of the machine or its container',
          hint: 'system.processes shows which queries use it; KILL QUERY ends one.',
        }),
    explained(measured('clickhouse_delayed_inserts', gauges.get('DelayedInserts') ?? 0), {
      reason: 'inserts that are held up because a partition has too many parts',
      hint: 'Insert in larger batches, and see whether merges keep up.',
    }),
  ];
}

function judgeDisks({ disks }: ClickHouseLook): readonly PlatformFigure[] {
  if (isMissing(disks)) return [unknown('clickhouse_disk_used', disks)];
  const shares = disks.map(({ name, freeBytes, totalBytes }) => ({
    name,
    used: percent(totalBytes - freeBytes, totalBytes),
  }));
  const fullest = shares.toSorted((left, right) => right.used - left.used)[0];
  if (fullest === undefined) return [quiet('clickhouse_disk_used', 'no disk of it has a size')];
  return [
    explained(measured('clickhouse_disk_used', fullest.used), {
      reason: `of disk ${fullest.name}`,
      hint: 'Drop old partitions, give tables a TTL, or add space.',
    }),
  ];
}

function judgeParts({ parts, limits }: ClickHouseLook): readonly PlatformFigure[] {
  if (isMissing(parts)) return [unknown('clickhouse_parts', parts)];
  const delay = isMissing(limits) ? undefined : limits.get('parts_to_delay_insert');
  const refuse = isMissing(limits) ? undefined : limits.get('parts_to_throw_insert');
  const own = delay === undefined || refuse === undefined ? null : { target: delay, critical: refuse };
  return [
    explained(measured('clickhouse_parts', parts.worst, own), {
      reason: parts.where === null ? 'no table has parts' : `in one partition of ${parts.where}`,
      hint: 'Insert in larger batches, partition less finely, and see whether merges keep up.',
    }),
  ];
}

function judgeReplicas({ replicas }: ClickHouseLook): readonly PlatformFigure[] {
  const names = [
    'clickhouse_readonly_replicas',
    'clickhouse_replication_delay',
    'clickhouse_replication_queue',
  ] as const;
  if (isMissing(replicas)) return names.map((name) => unknown(name, replicas));
  if (replicas.tables === 0) return names.map((name) => quiet(name, 'no table is replicated'));
  const { readonlyTables, worstDelaySeconds, longestQueue, where } = replicas;
  return [
    explained(measured('clickhouse_readonly_replicas', readonlyTables), {
      reason: readonlyTables === 0 ? null : `${where} among them`,
      hint: 'See whether Keeper is up; then SYSTEM RESTART REPLICA, or SYSTEM RESTORE REPLICA when its data there is lost.',
    }),
    explained(measured('clickhouse_replication_delay', worstDelaySeconds), {
      reason: `the worst of ${replicas.tables} tables is ${where}`,
      hint: 'system.replication_queue says what it waits for, in last_exception and postpone_reason.',
    }),
    measured('clickhouse_replication_queue', longestQueue),
  ];
}

function judgeMutations({ mutations }: ClickHouseLook): PlatformFigure {
  if (isMissing(mutations)) return unknown('clickhouse_failed_mutations', mutations);
  return explained(measured('clickhouse_failed_mutations', mutations.failed), {
    reason: mutations.where,
    hint: 'Mend its cause, or KILL MUTATION: it is tried again for ever and holds up the ones behind it.',
  });
}

function judgeErrors(
  before: ClickHouseLook | null,
  { errors, atMs, uptimeSeconds }: ClickHouseLook,
): PlatformFigure {
  if (isMissing(errors)) return unknown('clickhouse_errors', errors);
  if (before === null || isMissing(before.errors)) return quiet('clickhouse_errors', FIRST_LOOK);
  const seconds = (atMs - before.atMs) / 1_000;
  const grown = uptimeSeconds < before.uptimeSeconds ? null : growthOf(before.errors.total, errors.total);
  if (grown === null || seconds <= 0) return quiet('clickhouse_errors', WAS_RESET);
  const reason = grown === 0 || errors.newest === null ? null : `the newest is ${errors.newest}`;
  return explained(measured('clickhouse_errors', round(grown / seconds)), { reason, hint: null });
}
