import { withDeadline } from '../../fleet/deadline.ts';
import type { Cluster, Instance } from '../../fleet/fleet.ts';
import type { Database } from '../../postgres/pool.ts';
import type { Figure } from '../measure.ts';
import { judgeCost, judgeHot, judgeSilence, lookHot } from './hot.ts';
import { countLocks } from './hot-probe.ts';
import type { HotLook, Known } from './look.ts';
import { readRights } from './rights-probe.ts';
import { costOf } from './speed.ts';
import { judgeWarm, lookWarm, type WarmLook } from './warm.ts';

/** No instance keeps the others of its cluster waiting for longer. */
const HOT_DEADLINE_MS = 4_000;
const KNOWN_KEPT_MS = 60_000;

/** Looks at one instance again and again, on its one connection, and never twice at once. */
export interface InstanceWatch {
  readonly instance: Instance;
  /** Never throws: an instance that does not answer is what is to be told. */
  hot(): Promise<readonly Figure[]>;
  /** Null: not now, because nothing is known of the instance, or a look is still under way. */
  warm(): Promise<{ readonly figures: readonly Figure[]; readonly look: WarmLook } | null>;
}

export function watchInstance(cluster: Cluster, instance: Instance, db: Database): InstanceWatch {
  let known: (Known & { readonly untilMs: number }) | null = null;
  let hotBefore: HotLook | null = null;
  let warmBefore: WarmLook | null = null;
  let underWay: Promise<unknown> | null = null;

  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const running = work();
    const settled = running.then(
      () => {},
      () => {},
    );
    underWay = settled;
    void settled.then(() => {
      if (underWay === settled) underWay = null;
    });
    return running;
  };
  const look = async () => {
    if (known === null || known.untilMs < performance.now())
      known = {
        ...{ rights: await readRights(db), locks: await countLocks(db) },
        untilMs: performance.now() + KNOWN_KEPT_MS,
      };
    const { rights, locks } = known;
    return lookHot(db, instance, { rights, locks });
  };

  return {
    instance,
    async hot() {
      if (underWay !== null) return judgeSilence(instance.name, 'the look before has not ended yet');
      try {
        const after = await withDeadline(alone(look), HOT_DEADLINE_MS, instance.name);
        const before = hotBefore;
        hotBefore = after;
        const cost = costOf(before?.statements, after.statements);
        return [
          ...judgeHot({ cluster, instance }, before, after),
          ...judgeCost(instance.name, cost, after.tookMs),
        ];
      } catch (error) {
        known = null;
        hotBefore = null;
        return judgeSilence(instance.name, error instanceof Error ? error.message : String(error));
      }
    },
    async warm() {
      if (hotBefore === null || underWay !== null) return null;
      const { rights, hot } = hotBefore;
      const after = await alone(() => lookWarm(db, { isStandby: hot.isStandby, rights }));
      const before = warmBefore;
      warmBefore = after;
      return {
        figures: judgeWarm({ instance: instance.name, rights }, before, after),
        look: after,
      };
    },
  };
}
