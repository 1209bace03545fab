import type { Act } from './actions.ts';
import type { Known } from './advice.ts';

const act = (title: string, action: string): Act => {
  return ({ id, instance }) =>
    instance === null
      ? []
      : [
          {
            title: `${title} on ${instance}`,
            mutation: 'runServiceAction',
            input: { service: instance, action, reason: `alert ${id}` },
            operationKinds: [],
          },
        ];
};

const retryShards = act('Try the shards again that were given up', 'RETRY_SHARDS');

const SLOW = 'The service or the way to it is slow, or it is busier than it can bear.';

/** What is behind an alert of a service beside the clusters. Where there is no action nothing of ours would help. */
export const PLATFORM_ADVICE: Readonly<Record<string, Known>> = {
  service_up: {
    cause: 'The service is stopped, unreachable, or answers as something else.',
    runbook: 'See on its host whether it runs, then its log. What else is said of it follows from this.',
  },
  redis_answer_time: {
    cause: SLOW,
    runbook: 'Compare with `redis_latency_p99`: when that is low it is the network.',
  },
  redis_memory_used: {
    cause: 'More keys are kept than planned, or they are never told to expire.',
    runbook:
      'Look at maxmemory-policy: with noeviction writes are refused at 100 %. Give keys a time to live, or raise maxmemory.',
  },
  redis_fragmentation: {
    cause: 'Many keys were changed or deleted, and what they have left is too small for others.',
    runbook: 'Let the allocator give back what is empty; turn `activedefrag` on when it comes back.',
    act: act('Give back empty pages', 'PURGE_MEMORY'),
  },
  redis_connections: {
    cause: 'Clients open connections and keep them: a leak, or a pool that is too large.',
    runbook: 'CLIENT LIST shows who holds them; set `timeout` for those that are idle, or raise maxclients.',
  },
  redis_latency_p99: {
    cause: 'A command that takes long holds up all others, for one thread does them all.',
    runbook: 'The reason names the slowest commands. SLOWLOG GET shows them with their arguments.',
  },
  redis_link: {
    cause: 'The replica has lost its primary.',
    runbook: 'See whether the primary runs, and whether masterauth and the network are right.',
  },
  redis_failed_saves: {
    cause: 'The last snapshot or write of the append-only file failed: most often the disk is full.',
    runbook: 'Make room or mend the directory first, then save again: Redis refuses writes until that works.',
    act: act('Save a snapshot again', 'SAVE_SNAPSHOT'),
  },
  clickhouse_parts: {
    cause: 'Inserts are small and many, so parts come faster than they are merged.',
    runbook:
      'Insert less often and more at once; see system.merges for what holds merges up, e.g. a full disk.',
  },
  clickhouse_memory_used: {
    cause: 'Queries that run now take nearly all memory that the server may have.',
    runbook:
      'SELECT query_id, memory_usage FROM system.processes ORDER BY memory_usage DESC shows them; KILL QUERY ends one. Set max_memory_usage for its user.',
  },
  clickhouse_disk_used: {
    cause: 'Data comes faster than it gets too old.',
    runbook: 'system.parts shows the biggest tables. Drop partitions that nobody needs, or add a disk.',
  },
  clickhouse_readonly_replicas: {
    cause: 'The replica has no session with Keeper.',
    runbook:
      'See whether Keeper runs and has a leader; SYSTEM RESTART REPLICA brings a table back after that.',
  },
  clickhouse_failed_mutations: {
    cause: 'A mutation cannot be done and is tried again for ever, and others wait behind it.',
    runbook: 'The reason names it. Mend what it fails of, or KILL MUTATION.',
  },
  elasticsearch_status: {
    cause: 'A primary shard is nowhere (red), or a copy of one is (yellow).',
    runbook:
      'GET _cluster/allocation/explain says why. Bring the node back that has it; only then try what was given up again.',
    act: retryShards,
  },
  elasticsearch_unassigned_shards: {
    cause: 'No node may take the copy: one is gone, full, or has failed five times.',
    runbook: 'GET _cluster/allocation/explain says why; mend that, then try what was given up again.',
    act: retryShards,
  },
  elasticsearch_disk_used: {
    cause:
      'The fullest node is beyond a watermark: shards leave it, and at the last one indexes take no writes.',
    runbook:
      'Delete old indexes or add a node. Above the flood stage indexes are read-only until there is room.',
  },
  elasticsearch_heap_used: {
    cause: 'Too many shards, large aggregations, or fields that are loaded into memory.',
    runbook: 'GET _nodes/stats/breaker and _tasks show who takes it. Fewer and larger shards need less.',
  },
  s3_answer_time: {
    cause: SLOW,
    runbook: 'Backups and archives wait for it: see their age before anything else.',
  },
  history_write_delay: {
    cause: 'The ClickHouse that keeps the history takes no writes: it is down, full, or does not let us.',
    runbook:
      'The reason says what it answers. Samples wait in the workers for some minutes; alerts do not need it.',
  },
  history_lost: {
    cause: 'It took no writes for longer than the workers can keep samples.',
    runbook: 'The history has a gap there. Nothing else is lost.',
  },
};
