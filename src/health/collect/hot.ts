import type { Cluster, Instance } from '../../fleet/fleet.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { measured, withState, type Figure } from '../measure.ts';
import { judgeArchive, judgeInstance } from '../metrics.ts';
import { judgeHost, readHost } from './host.ts';
import { readHot, readStatements } from './hot-probe.ts';
import type { HotLook, Known } from './look.ts';
import { judgeRates, judgeSessions, round } from './sessions.ts';
import { judgeSpeed } from './speed.ts';
import { judgeLog } from './wal.ts';

/** Everything that is worth a look every ten seconds; about a third of a millisecond of the database. */
export async function lookHot(db: Queryable, instance: Instance, known: Known): Promise<HotLook> {
  const { rights } = known;
  const startedMs = performance.now();
  const hot = await readHot(db, rights);
  const statements = await readStatements(db, rights, hot);
  const host = await readHost(db, instance.host, rights);
  return { ...known, hot, statements, host, tookMs: performance.now() - startedMs };
}

/** Pure: what two looks at one instance mean. `before` is null for the first one. */
export function judgeHot(
  { cluster, instance }: { readonly cluster: Cluster; readonly instance: Instance },
  before: HotLook | null,
  after: HotLook,
): readonly Figure[] {
  const { name } = instance;
  const up = { state: 'UP', instance } as const;
  return [
    measured('instance_up', name, 1),
    ...judgeInstance(up, after.hot),
    ...(after.hot.isStandby ? [] : [judgeArchive(cluster, name, after.hot)]),
    ...judgeSessions(name, after),
    ...judgeRates(name, before, after),
    ...judgeSpeed(name, before, after),
    ...judgeLog(name, before, after),
    ...judgeHost(name, before, after),
  ];
}

/** What is known of an instance that did not answer. */
export function judgeSilence(instance: string, reason: string): readonly Figure[] {
  const metric = measured('instance_up', instance, 0);
  const hint = 'Start the instance, or see why it does not answer.';
  return [withState(metric, { state: 'CRITICAL', reason, hint })];
}

/** What watching has cost: by the server's own count where it keeps one, else by the clock here. */
export function judgeCost(instance: string, costMs: number | null, tookMs: number): readonly Figure[] {
  const cost = measured('scrape_cost', instance, round(costMs ?? tookMs));
  const reason =
    costMs === null
      ? 'by the clock, with the way there: pg_stat_statements does not tell'
      : 'by pg_stat_statements, since the look before';
  return [{ ...cost, reason }, measured('scrape_time', instance, round(tookMs))];
}
