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
import type { ElasticsearchLook } from './probe.ts';

const STATUSES = { green: 'GREEN', yellow: 'YELLOW', red: 'RED' } as const;
const RANKS = { green: 0, yellow: 1, red: 2 } as const;
const MEANINGS = {
  green: 'green: all shards have all their copies',
  yellow: 'yellow: all data is there, but some copies of it are not',
  red: 'red: some data is not there',
} as const;
const EXPLAIN = 'GET _cluster/allocation/explain says of a shard why it has no place.';

/** Pure: what two looks at one cluster mean. `before` is null for the first one, and after a failure. */
export function judgeElasticsearch(before: ElasticsearchLook | null, after: ElasticsearchLook): Found {
  const { health } = after;
  return {
    facts: {
      kind: 'ELASTICSEARCH',
      version: after.version,
      clusterName: after.clusterName,
      status: STATUSES[health.status],
      nodes: health.number_of_nodes,
    },
    figures: [
      measured('elasticsearch_answer_time', round(after.tookMs)),
      explained(measured('elasticsearch_status', RANKS[health.status]), {
        reason: MEANINGS[health.status],
        hint: EXPLAIN,
      }),
      explained(measured('elasticsearch_unassigned_shards', health.unassigned_shards), {
        reason:
          health.delayed_unassigned_shards === 0
            ? null
            : `${health.delayed_unassigned_shards} of them wait for a node to come back`,
        hint: EXPLAIN,
      }),
      measured('elasticsearch_nodes', health.number_of_nodes),
      explained(measured('elasticsearch_pending_wait', health.task_max_waiting_in_queue_millis / 1_000), {
        reason: 'of the oldest change of the cluster state that waits',
        hint: 'GET _cluster/pending_tasks shows them; a master that is busy or has too many shards is slow.',
      }),
      ...judgeNodes(before, after),
    ],
  };
}

const OF_NODES = [
  'elasticsearch_heap_used',
  'elasticsearch_disk_used',
  'elasticsearch_rejections',
  'elasticsearch_breaker_trips',
] as const;

type Nodes = Exclude<ElasticsearchLook['nodes'], { readonly reason: string }>;
type Node = Nodes[string];

function judgeNodes(before: ElasticsearchLook | null, after: ElasticsearchLook): readonly PlatformFigure[] {
  const { nodes } = after;
  if (isUnseen(nodes)) return OF_NODES.map((name) => unknown(name, nodes));
  const earlier = before === null || isUnseen(before.nodes) ? null : before.nodes;
  return [
    judgeHeap(nodes),
    judgeDisk(nodes, after.watermarks),
    judgeGrowth('elasticsearch_rejections', {
      earlier,
      nodes,
      of: ({ thread_pool }) => thread_pool,
      key: 'rejected',
    }),
    judgeGrowth('elasticsearch_breaker_trips', {
      earlier,
      nodes,
      of: ({ breakers }) => breakers,
      key: 'tripped',
    }),
  ];
}

function isUnseen(
  nodes: ElasticsearchLook['nodes'],
): nodes is { readonly reason: string; readonly hint: string } {
  return 'reason' in nodes && typeof nodes['reason'] === 'string';
}

/** The old generation where there is one: the rest of the heap is emptied all the time. */
function judgeHeap(nodes: Nodes): PlatformFigure {
  const shares = Object.values(nodes).flatMap(({ name, jvm: { mem } }) => {
    const old = mem.pools?.old;
    const used =
      old !== undefined && old.max_in_bytes > 0
        ? percent(old.used_in_bytes, old.max_in_bytes)
        : mem.heap_used_percent;
    return used === undefined ? [] : [{ name, used }];
  });
  const fullest = shares.toSorted((left, right) => right.used - left.used)[0];
  if (fullest === undefined) return unknown('elasticsearch_heap_used', NO_FIGURE);
  return explained(measured('elasticsearch_heap_used', fullest.used), {
    reason: `of node ${fullest.name}, the fullest`,
    hint: 'Fewer shards, no costly searches, or more nodes; above 95 % requests are refused.',
  });
}

function judgeDisk(nodes: Nodes, watermarks: ElasticsearchLook['watermarks']): PlatformFigure {
  const shares = Object.values(nodes).flatMap(({ name, fs: { total } }) => {
    const { total_in_bytes: size = 0, available_in_bytes: free = 0 } = total;
    return size <= 0 ? [] : [{ name, used: percent(size - free, size) }];
  });
  const fullest = shares.toSorted((left, right) => right.used - left.used)[0];
  if (fullest === undefined) return unknown('elasticsearch_disk_used', NO_FIGURE);
  const limits = { target: toPercent(watermarks.low), critical: toPercent(watermarks.high) };
  const own = limits.target === null || limits.critical === null ? null : limits;
  return explained(measured('elasticsearch_disk_used', fullest.used, own), {
    reason: `of node ${fullest.name}, the fullest; watermarks ${watermarks.low ?? '?'} and ${watermarks.high ?? '?'}`,
    hint: 'Above the high watermark shards move away, above the flood stage indexes take no writes: delete old ones or add space.',
  });
}

const NO_FIGURE = { reason: 'no node says it', hint: null };

/** `85%` or `0.85`; null for one in bytes, which depends on the size of the disk. */
export function toPercent(watermark: string | null): number | null {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(watermark ?? '') ?? [];
  if (digits === undefined) return null;
  return sign === '%' ? Number(digits) : round(Number(digits) * 100);
}

/** What counters of all nodes together did; a node that has come or was started anew counts from the next look on. */
function judgeGrowth<Key extends 'rejected' | 'tripped'>(
  name: 'elasticsearch_rejections' | 'elasticsearch_breaker_trips',
  about: {
    readonly earlier: Nodes | null;
    readonly nodes: Nodes;
    readonly of: (node: Node) => Readonly<Record<string, Readonly<Record<Key, number>>>>;
    readonly key: Key;
  },
): PlatformFigure {
  const { earlier, nodes, of, key } = about;
  if (earlier === null) return quiet(name, FIRST_LOOK);
  const grown = Object.entries(nodes).flatMap(([id, node]) => {
    const before = earlier[id];
    if (before === undefined || before.jvm.uptime_in_millis > node.jvm.uptime_in_millis) return [];
    return Object.entries(of(node)).map(([what, counts]) => ({
      what: `${what} of ${node.name}`,
      by: growthOf(of(before)[what]?.[key], counts[key]) ?? 0,
    }));
  });
  if (grown.length === 0) return quiet(name, WAS_RESET);
  const worst = grown.toSorted((left, right) => right.by - left.by)[0];
  const total = grown.reduce((sum, { by }) => sum + by, 0);
  return explained(measured(name, total), {
    reason: total === 0 || worst === undefined ? null : `since the look before, most in ${worst.what}`,
    hint: 'Send less at once, or add nodes: clients have to try again what was refused.',
  });
}
