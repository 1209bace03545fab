import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';

const count = z.number();

const INFO = z.object({ cluster_name: z.string(), version: z.object({ number: z.string() }) });
const HEALTH = z.object({
  status: z.enum(['green', 'yellow', 'red']),
  number_of_nodes: count,
  unassigned_shards: count,
  delayed_unassigned_shards: count,
  task_max_waiting_in_queue_millis: count,
});
const POOL = z.object({ used_in_bytes: count, max_in_bytes: count });
const NODE = z.object({
  name: z.string(),
  jvm: z.object({
    mem: z.object({
      heap_used_percent: count.optional(),
      pools: z.object({ old: POOL.optional() }).optional(),
    }),
    uptime_in_millis: count,
  }),
  fs: z.object({
    total: z.object({ total_in_bytes: count.optional(), available_in_bytes: count.optional() }),
  }),
  thread_pool: z.record(z.string(), z.object({ rejected: count })),
  breakers: z.record(z.string(), z.object({ tripped: count })),
});
const NODES = z.object({ nodes: z.record(z.string(), NODE) });
const SETTING = z.record(z.string(), z.unknown()).default({});
const SETTINGS = z.object({ persistent: SETTING, transient: SETTING, defaults: SETTING });

export interface ElasticsearchLook {
  readonly version: string;
  readonly clusterName: string;
  readonly health: z.output<typeof HEALTH>;
  /** By id; null, with the reason: we may not ask. */
  readonly nodes: Readonly<Record<string, z.output<typeof NODE>>> | Missing;
  /** As the cluster writes them, e.g. `85%` or `50gb`; null where it does not say. */
  readonly watermarks: { readonly low: string | null; readonly high: string | null };
  /** Of the health API, with the connection. */
  readonly tookMs: number;
}

export interface Missing {
  readonly reason: string;
  readonly hint: string;
}

const LOW = 'cluster.routing.allocation.disk.watermark.low';
const HIGH = 'cluster.routing.allocation.disk.watermark.high';

/** Four requests, one after the other. @throws what the client throws, and {z.ZodError} for what is no such answer. */
export async function readElasticsearch(client: Client, signal: AbortSignal): Promise<ElasticsearchLook> {
  const startedMs = performance.now();
  // The cluster's own timeout is for the master to answer: a node without one says so instead of waiting for it.
  const health = HEALTH.parse(
    await client.cluster.health({ timeout: '1s', master_timeout: '2s' }, { signal }),
  );
  const tookMs = performance.now() - startedMs;
  const info = INFO.parse(await client.info({}, { signal }));
  const nodes = await attempt(async () =>
    NODES.parse(
      await client.nodes.stats(
        { metric: ['jvm', 'fs', 'thread_pool', 'breaker'], timeout: '2s' },
        { signal },
      ),
    ),
  );
  const settings = await attempt(async () =>
    SETTINGS.parse(
      await client.cluster.getSettings(
        { flat_settings: true, include_defaults: true, filter_path: [`*.${LOW}`, `*.${HIGH}`] },
        { signal },
      ),
    ),
  );
  return {
    ...{ version: info.version.number, clusterName: info.cluster_name, health, tookMs },
    nodes: 'reason' in nodes ? nodes : nodes.nodes,
    watermarks: 'reason' in settings ? { low: null, high: null } : readWatermarks(settings),
  };
}

/** A role may be allowed to ask for the health and for nothing else. */
async function attempt<Part extends object>(read: () => Promise<Part>): Promise<Part | Missing> {
  try {
    return await read();
  } catch (error) {
    if (statusOf(error) !== FORBIDDEN) throw error;
    return {
      reason: 'our role may not ask for the statistics of the nodes',
      hint: 'Give its user a role with the cluster privilege `monitor`.',
    };
  }
}

const FORBIDDEN = 403;

/** What is set for now goes before what is set for good, and that before what is built in. */
function readWatermarks({ transient, persistent, defaults }: z.output<typeof SETTINGS>) {
  const of = (name: string) => {
    const value = transient[name] ?? persistent[name] ?? defaults[name];
    return typeof value === 'string' ? value : null;
  };
  return { low: of(LOW), high: of(HIGH) };
}

/** HTTP status of an answer that was an error; null: there was no such answer. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  return typeof status === 'number' ? status : null;
}
