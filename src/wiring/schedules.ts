import type { Engine } from '../operations/engine.ts';
import { withClock } from '../operations/schedules.ts';
import { ensureDefaultSchedules } from '../schedules/defaults.ts';
import type { ScheduleService } from '../schedules/schedules.ts';
import { createSchedules } from '../schedules/service.ts';
import type { Connected, Ground, Work } from './noun.ts';

/** Schedules of what the nouns have that can be scheduled. */
export function wireSchedules(
  { db, events, fleet, log }: Ground,
  { operations, recordAudit }: Work,
  nouns: readonly Connected<unknown>[],
): ScheduleService {
  return createSchedules({
    ...{ db, events, operations, recordAudit },
    kinds: nouns.flatMap(({ schedulable = [] }) => schedulable),
    requireCluster: (name) => void fleet.get(name),
    onError: (error, schedule) => log.error({ err: error, schedule }, 'a schedule met a bug'),
  });
}

/**
 * The same engine with the work that comes by itself: what schedules find due, their defaults, and what each noun does
 * in the background. All of it on workers only.
 */
export function withBackground(
  engine: Engine,
  { db, log }: Ground,
  {
    schedules,
    nouns,
  }: { readonly schedules: ScheduleService; readonly nouns: readonly Connected<unknown>[] },
): Engine {
  const clocked = withClock(engine, { tick: () => schedules.startDue(), log });
  const background = nouns.flatMap((one) => one.background ?? []);
  const defaults = nouns.flatMap((one) => one.defaultSchedules ?? []);
  return {
    ...clocked,
    async start(role) {
      await clocked.start(role);
      if (role !== 'WORKER') return;
      await ensureDefaultSchedules({ db, schedules }, defaults);
      for (const one of background) await one.start();
    },
    async stop() {
      const stopped = await Promise.allSettled(background.map((one) => one.stop()));
      for (const [index, one] of stopped.entries())
        if (one.status === 'rejected')
          log.error({ err: one.reason as unknown }, `${background[index]?.name ?? ''} did not stop cleanly`);
      await clocked.stop();
    },
  };
}
