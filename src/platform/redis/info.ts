import { z } from 'zod';

const count = z.coerce.number();
const later = count.default(0); // older servers do not count it

/** What of INFO is used; the rest is dropped. */
const INFO = z.object({
  redis_version: z.string(),
  uptime_in_seconds: count,
  connected_clients: count,
  maxclients: count.default(10_000), // INFO has it since Redis 6; its default
  blocked_clients: count,
  used_memory: count,
  maxmemory: count,
  total_system_memory: count,
  mem_fragmentation_ratio: count,
  loading: count,
  rdb_last_save_time: count,
  rdb_last_bgsave_status: z.string(),
  aof_enabled: count,
  aof_last_write_status: z.string().default('ok'),
  aof_last_bgrewrite_status: z.string().default('ok'),
  total_commands_processed: count,
  rejected_connections: count,
  evicted_keys: count,
  keyspace_hits: count,
  keyspace_misses: count,
  latest_fork_usec: count,
  total_error_replies: later,
  role: z.enum(['master', 'slave']),
  connected_slaves: count,
  master_link_status: z.string().optional(),
  master_link_down_since_seconds: count.optional(),
  master_last_io_seconds_ago: count.optional(),
  master_host: z.string().optional(),
  master_port: z.string().optional(),
});

export interface RedisInfo extends z.output<typeof INFO> {
  /** Of a primary: what its replicas have acknowledged. */
  readonly replicas: readonly {
    readonly address: string;
    readonly state: string;
    /** Seconds since its last acknowledgement, once a second when all is well. */
    readonly lagSeconds: number;
  }[];
}

/** Pure: the answer to INFO. @throws {Error} for what is no such answer. */
export function parseInfo(text: string): RedisInfo {
  const entries = text
    .split('\r\n')
    .filter((line) => line.includes(':') && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const);
  const parsed = INFO.safeParse(Object.fromEntries(entries));
  if (!parsed.success)
    throw new Error(
      `its INFO cannot be read: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`,
    );
  const replicas = entries.filter(([key]) => /^slave\d+$/.test(key)).map(([, value]) => toReplica(value));
  return { ...parsed.data, replicas };
}

/** `ip=10.0.0.1,port=6379,state=online,offset=14,lag=1` */
function toReplica(value: string): RedisInfo['replicas'][number] {
  const fields = new Map(value.split(',').map((one) => one.split('=', 2) as [string, string]));
  return {
    address: `${fields.get('ip') ?? '?'}:${fields.get('port') ?? '?'}`,
    state: fields.get('state') ?? 'unknown',
    lagSeconds: Number(fields.get('lag') ?? 0),
  };
}
