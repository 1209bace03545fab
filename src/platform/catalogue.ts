import { atLeast, atMost, shown, type Threshold } from '../limits.ts';
import type { PlatformKind } from './platform.ts';

const COMMON = {
  service_up: atLeast('instances', [1, 1], 'Every configured service answers.'),
} as const;

const REDIS_DOCS = 'Redis documentation';

const REDIS = {
  redis_answer_time: atMost(
    'milliseconds',
    [100, 1_000],
    'Ours: of a new connection and an INFO, which are answered in less than a millisecond on the same host.',
  ),
  redis_memory_used: atMost(
    'percent',
    [80, 95],
    `${REDIS_DOCS}, Observability, Memory thresholds: 80 % where keys must not be evicted. The critical limit is ours.`,
  ),
  redis_memory: shown('bytes', 'No limit: see `redis_memory_used`.'),
  redis_fragmentation: atMost(
    'percent',
    [150, null],
    `${REDIS_DOCS}, INFO: resident against used memory, far above 100 % when it is fragmented. 150 is ours; it is judged above 100 MB.`,
  ),
  redis_connections: atMost('percent', [80, 95], 'Guide: connections below 80 %, critical above 95 %.'),
  redis_blocked_clients: shown('count', 'No limit: they wait for work, as they asked for.'),
  redis_rejected_connections: atMost(
    'count',
    [0, null],
    `${REDIS_DOCS}, INFO: connections refused because of maxclients, since the look before.`,
  ),
  redis_evictions: shown('per_second', 'No limit: a cache evicts; see `redis_hit_ratio`.'),
  redis_hit_ratio: shown('percent', 'No limit: of a queue or a bell it says nothing.'),
  redis_commands: shown('per_second', 'No limit.'),
  redis_errors: shown('per_second', 'No limit: error replies, some of which clients expect.'),
  redis_latency_p50: shown('milliseconds', 'No limit: see `redis_latency_p99`.'),
  redis_latency_p99: atMost(
    'milliseconds',
    [1, 10],
    `${REDIS_DOCS}, Diagnosing latency issues: one thread does all commands, so a slow one delays every other. The numbers are ours.`,
  ),
  redis_fork_time: atMost(
    'milliseconds',
    [500, 2_000],
    `${REDIS_DOCS}, Diagnosing latency issues, Fork time: nothing else runs meanwhile. The numbers are ours.`,
  ),
  redis_link: atLeast('count', [1, 1], 'A replica is connected to its primary.'),
  redis_replication_lag: atMost(
    'seconds',
    [10, 60],
    'Guide: lag above 10 seconds. 60 is the default of repl-timeout, after which Redis gives the link up.',
  ),
  redis_failed_saves: atMost(
    'count',
    [0, 0],
    `${REDIS_DOCS}, INFO: the last snapshot, rewrite or write of the append-only file failed.`,
  ),
} as const;

const CLICKHOUSE_DOCS = 'ClickHouse documentation';

const CLICKHOUSE = {
  clickhouse_answer_time: atMost('milliseconds', [500, 2_000], 'Ours: of SELECT version().'),
  clickhouse_queries: shown('count', 'No limit: queries that run now.'),
  clickhouse_memory: shown('bytes', 'No limit: see `clickhouse_memory_used`.'),
  clickhouse_memory_used: atMost(
    'percent',
    [80, 90],
    `${CLICKHOUSE_DOCS}, max_server_memory_usage_to_ram_ratio: 0.9 of the memory by default. The target is ours.`,
  ),
  clickhouse_disk_used: atMost(
    'percent',
    [85, 95],
    'Guide: alert above 85 % full. The critical limit is ours.',
  ),
  clickhouse_parts: atMost(
    'count',
    [150, 300],
    `${CLICKHOUSE_DOCS}, MergeTree settings: parts_to_delay_insert and parts_to_throw_insert, those of the server where it tells them.`,
  ),
  clickhouse_delayed_inserts: atMost(
    'count',
    [0, null],
    `${CLICKHOUSE_DOCS}, system.metrics, DelayedInserts: throttled because a partition has too many parts.`,
  ),
  clickhouse_replication_delay: atMost(
    'seconds',
    [10, 300],
    `Guide: lag above 10 seconds. ${CLICKHOUSE_DOCS}, max_replica_delay_for_distributed_queries: 300.`,
  ),
  clickhouse_replication_queue: shown('count', 'No limit: see `clickhouse_replication_delay`.'),
  clickhouse_readonly_replicas: atMost(
    'count',
    [0, 0],
    `${CLICKHOUSE_DOCS}, system.replicas, is_readonly: no session with Keeper, so it takes no writes.`,
  ),
  clickhouse_failed_mutations: atMost(
    'count',
    [0, null],
    `${CLICKHOUSE_DOCS}, system.mutations, latest_fail_reason: it is tried again for ever.`,
  ),
  clickhouse_errors: shown('per_second', 'No limit: system.errors counts what users type wrong, too.'),
} as const;

const HISTORY = {
  history_write_delay: atMost(
    'seconds',
    [60, 300],
    'Ours: how long figures wait to be written into the history. A worker keeps 200,000 of them, then it drops the oldest.',
  ),
  history_lost: atMost(
    'count',
    [0, null],
    'Ours: figures that workers have dropped in the last ten minutes.',
  ),
} as const;

const ELASTIC_DOCS = 'Elasticsearch documentation';
const WATERMARKS = 'Disk-based shard allocation settings';

const ELASTICSEARCH = {
  elasticsearch_answer_time: atMost('milliseconds', [500, 2_000], 'Ours: of the cluster health API.'),
  elasticsearch_status: atMost(
    'count',
    [0, 1],
    `${ELASTIC_DOCS}, Cluster health API: 0 green, 1 yellow (a replica is missing), 2 red (data is missing).`,
  ),
  elasticsearch_unassigned_shards: atMost(
    'count',
    [0, null],
    `${ELASTIC_DOCS}, Cluster health API: copies that are nowhere. A missing primary makes the status red.`,
  ),
  elasticsearch_nodes: shown('count', 'No limit: how many there should be is not known.'),
  elasticsearch_heap_used: atMost(
    'percent',
    [75, 85],
    `${ELASTIC_DOCS}, High JVM memory pressure: watch it above 75 %, act above 85 % of the old generation, on the fullest node.`,
  ),
  elasticsearch_disk_used: atMost(
    'percent',
    [85, 90],
    `${ELASTIC_DOCS}, ${WATERMARKS}: low and high watermark, those of the cluster where they are percentages; on the fullest node.`,
  ),
  elasticsearch_pending_wait: atMost(
    'seconds',
    [10, 60],
    'Ours: how long the oldest change of the cluster state waits for the master; 30 s is the default timeout of those who wait.',
  ),
  elasticsearch_rejections: atMost(
    'count',
    [0, null],
    `${ELASTIC_DOCS}, Rejected requests: a thread pool's queue was full, since the look before.`,
  ),
  elasticsearch_breaker_trips: atMost(
    'count',
    [0, null],
    `${ELASTIC_DOCS}, Circuit breaker errors: requests refused to save the heap, since the look before.`,
  ),
} as const;

const S3 = {
  s3_answer_time: atMost('milliseconds', [500, 2_000], 'Ours: of a list of one object, with the connection.'),
} as const;

/** Every metric of a service with its limits and where they come from. */
export const PLATFORM_THRESHOLDS = {
  ...COMMON,
  ...REDIS,
  ...CLICKHOUSE,
  ...HISTORY,
  ...ELASTICSEARCH,
  ...S3,
} as const satisfies Record<string, Threshold>;

/** Those that a service of each kind can have. */
export const METRICS_OF: Readonly<Record<PlatformKind, Readonly<Record<string, Threshold>>>> = {
  REDIS: { ...COMMON, ...REDIS },
  CLICKHOUSE: { ...COMMON, ...CLICKHOUSE, ...HISTORY },
  ELASTICSEARCH: { ...COMMON, ...ELASTICSEARCH },
  S3: { ...COMMON, ...S3 },
};

export type PlatformMetricName = keyof typeof PLATFORM_THRESHOLDS;

export const PLATFORM_METRIC_NAMES = Object.keys(PLATFORM_THRESHOLDS) as readonly PlatformMetricName[];

export function isPlatformMetricName(name: string): name is PlatformMetricName {
  return Object.hasOwn(PLATFORM_THRESHOLDS, name);
}
