import { probeCluster } from '../../fleet/probe.ts';
import type { Cluster, Fleet } from '../../fleet/fleet.ts';
import { judgeArchiving, type MeasureArchive } from '../archiving.ts';
import { measureSafely } from '../archive-answer.ts';
import type { Part } from '../current/store.ts';
import type { Figure } from '../measure.ts';
import { judgeTogether } from './cluster.ts';
import { isMissing } from './warm.ts';
import { judgeUnused } from './objects.ts';
import { lookAtPooler, OF_POOLER, type Pooler } from './pooler.ts';
import { watchInstance, type InstanceWatch } from './watch.ts';

/** What one part of a round has found. */
export interface Found {
  readonly instance: string | null;
  readonly part: Part;
  readonly figures: readonly Figure[];
}

export interface RoundOptions {
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly measureArchive: MeasureArchive | undefined;
  /** Left out: no pooler is configured. */
  readonly pooler?: Pooler | undefined;
  readonly warmEveryMs: number;
  readonly archiveEveryMs: number;
  /** Called for each part as soon as it is known. */
  readonly publish: (found: Found) => Promise<void>;
}

/** Looks at a cluster; called again and again, one call after the other. */
export type Round = (isStopping: () => boolean) => Promise<void>;

/**
 * | what                    | when                | on which connection                     |
 * |-------------------------|---------------------|------------------------------------------|
 * | hot, of each instance   | each round          | its own; all instances at once           |
 * | the pooler              | meanwhile           | its console                              |
 * | the instances together  | then                | the same, so that there is one for each  |
 * | warm, of each instance  | then, when it is due | the same                                |
 * | the archive             | then, when it is due | none: the repository is asked           |
 */
export function createRound(options: RoundOptions): Round {
  const { fleet, cluster, pooler, publish } = options;
  const watches = cluster.instances.map((one) => watchInstance(cluster, one, fleet.collector(one)));
  const isWarmDue = every(options.warmEveryMs);
  const isArchiveDue = every(options.archiveEveryMs);
  const throughCollector: Fleet = { ...fleet, monitor: fleet.collector };
  let roles = '';
  return async (isStopping) => {
    const pooled = pooler === undefined ? [] : lookAtPooler(pooler);
    await Promise.all(
      watches.map(async (one) => {
        const figures = await one.hot();
        const own = pooler === undefined ? figures : figures.filter(({ name }) => !OF_POOLER.includes(name));
        await publish({ instance: one.instance.name, part: 'HOT', figures: own });
      }),
    );
    if (isStopping()) return;
    const states = await probeCluster(throughCollector, cluster);
    await publish({
      instance: null,
      part: 'CLUSTER',
      figures: [...judgeTogether(states), ...(await pooled)],
    });
    const rolesBefore = roles;
    roles = states.map(({ role }) => role).join(' ');
    if (isStopping()) return;
    await Promise.all([
      // After a promotion another instance has what only a primary can tell.
      isWarmDue() || roles !== rolesBefore ? warmAll(watches, publish) : undefined,
      isArchiveDue() ? lookAtArchive(options) : undefined,
    ]);
  };
}

function every(intervalMs: number): () => boolean {
  let dueMs = -Infinity;
  return () => {
    const now = performance.now();
    if (now < dueMs) return false;
    dueMs = now + intervalMs;
    return true;
  };
}

async function warmAll(watches: readonly InstanceWatch[], publish: RoundOptions['publish']): Promise<void> {
  const looks = await Promise.all(
    watches.map(async (one) => {
      const warm = await one.warm();
      if (warm === null) return null;
      await publish({ instance: one.instance.name, part: 'WARM', figures: warm.figures });
      return warm.look;
    }),
  );
  const unused = judgeUnused(
    looks.map((one) => (one === null || isMissing(one.indexes) ? null : one.indexes)),
  );
  await publish({ instance: null, part: 'WARM', figures: [unused] });
}

/** The log that slots hold back is measured on the instance itself, six times as often. */
async function lookAtArchive({ cluster, measureArchive, publish }: RoundOptions): Promise<void> {
  const answer = await measureSafely(measureArchive, cluster.name);
  const figures = judgeArchiving(answer).filter(({ name }) => name !== 'wal_held_by_slots');
  if (figures.length > 0) await publish({ instance: null, part: 'ARCHIVE', figures });
}
