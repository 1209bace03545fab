import type { EventLog } from '../../events/events.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Log } from '../../log.ts';
import type { Database } from '../../postgres/pool.ts';
import { readLimits, withLimits } from '../../thresholds/limits.ts';
import type { MeasureArchive } from '../archiving.ts';
import * as current from '../current/store.ts';
import type { SampleArchive } from '../history/history.ts';
import { stamp, type Figure, type OnSamples } from '../measure.ts';
import { THRESHOLDS } from '../thresholds.ts';
import * as leases from './lease-store.ts';
import type { Pooler } from './pooler.ts';
import { createRound, type Found, type Round } from './round.ts';

/** Topic of the outbox: some state of the cluster in `subject` is another one than before. */
export const HEALTH_TOPIC = 'health';

export interface CollectorOptions {
  readonly fleet: Fleet;
  readonly db: Database;
  readonly events: EventLog;
  readonly archive: SampleArchive;
  readonly workerId: string;
  readonly log: Pick<Log, 'error' | 'warn'>;
  readonly measureArchive?: MeasureArchive;
  readonly onSamples?: OnSamples;
  /** By name of the cluster; left out: there is none. */
  readonly poolers?: ReadonlyMap<string, Pooler>;
  /** Left out: 10 seconds, 5 minutes and 1 minute. */
  readonly hotEveryMs?: number;
  readonly warmEveryMs?: number;
  readonly archiveEveryMs?: number;
}

export interface Collector {
  /** One look at all clusters that no other worker looks at. */
  collect(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HOT_EVERY_MS = 10_000;
const WARM_EVERY_MS = 300_000;
const ARCHIVE_EVERY_MS = 60_000;
const MAINTAIN_EVERY_MS = 60_000;
/** Three times the interval: a worker that dies is missed for half a minute. */
const LEASES_PER_INTERVAL = 3;
/** A look that hangs must not hold up the end of the process; its connections are closed after that. */
const STOP_MS = 2_000;

/** Looks at all clusters again and again. Of several workers each looks at the clusters whose lease it holds. */
export function createCollector(options: CollectorOptions): Collector {
  const { fleet, db, workerId, log, archive, hotEveryMs = HOT_EVERY_MS } = options;
  const rounds = new Map<string, Round>();
  const underWay = new Map<string, Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  let isStopping = false;

  const look = (name: string): Promise<void> => {
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const round = rounds.get(name) ?? createRound({ ...options, ...toRoundOptions(options, name) });
    rounds.set(name, round);
    const ended = round(() => isStopping)
      .catch((error: unknown) => log.error({ err: error, cluster: name }, 'a look at a cluster failed'))
      .finally(() => underWay.delete(name));
    underWay.set(name, ended);
    return ended;
  };
  const collect = async () => {
    const clusters = fleet.list().map(({ name }) => name);
    const ours = await leases.claim(db, workerId, { clusters, leaseMs: hotEveryMs * LEASES_PER_INTERVAL });
    // What another worker has looked at meanwhile is no base for a rate.
    for (const name of clusters) if (!ours.has(name)) rounds.delete(name);
    await Promise.all([...ours].map(look));
  };
  const safely = (what: string, work: () => Promise<void>) => () =>
    void work().catch((error: unknown) => {
      if (!isStopping) log.warn({ err: error }, what);
    });

  return {
    collect,
    async start() {
      await archive.maintain().catch((error: unknown) => log.warn({ err: error }, MAINTENANCE_FAILED));
      const tick = safely('the clusters could not be looked at', collect);
      timers.push(setInterval(tick, hotEveryMs));
      timers.push(setInterval(safely(MAINTENANCE_FAILED, archive.maintain), MAINTAIN_EVERY_MS));
      tick();
    },
    async stop() {
      isStopping = true;
      timers.forEach(clearInterval);
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, STOP_MS);
      await Promise.race([Promise.all(underWay.values()), patience.promise]);
      clearTimeout(timer);
      await leases.release(db, workerId);
    },
  };
}

const MAINTENANCE_FAILED = 'the history of the metrics could not be kept in order';

function toRoundOptions(options: CollectorOptions, name: string) {
  const { fleet, measureArchive, warmEveryMs = WARM_EVERY_MS, archiveEveryMs = ARCHIVE_EVERY_MS } = options;
  return {
    ...{ cluster: fleet.get(name), measureArchive, warmEveryMs, archiveEveryMs },
    pooler: options.poolers?.get(name),
    publish: (found: Found) => publish(options, name, found),
  };
}

/** The newest first, with the event in one transaction; then history; then whoever judges. */
async function publish(options: CollectorOptions, cluster: string, found: Found): Promise<void> {
  const { db, events, archive, log, onSamples } = options;
  const [limits = new Map<string, never>()] = await readLimits(db, [cluster]);
  const figures = withLimits(found.figures, limits, THRESHOLDS);
  const { sampledAt, isChanged } = await db.transaction(async (tx) => {
    const put = await current.put(tx, { cluster, ...found, figures });
    const event = {
      topic: HEALTH_TOPIC,
      subject: cluster,
      payload: { part: found.part, instance: found.instance },
    };
    if (put.isChanged) await events.append(tx, [event]);
    return put;
  });
  if (isChanged) events.ring();
  await record(archive, { cluster, at: sampledAt, figures }).catch((error: unknown) =>
    log.warn({ err: error, cluster }, 'samples could not be kept'),
  );
  await onSamples?.(cluster, stamp(figures, { cluster, sampledAt })).catch((error: unknown) =>
    log.error({ err: error, cluster }, 'samples could not be judged'),
  );
}

/** A figure of the cluster that is about one instance belongs to the history of that instance. */
async function record(
  archive: SampleArchive,
  {
    cluster,
    at,
    figures,
  }: { readonly cluster: string; readonly at: Date; readonly figures: readonly Figure[] },
): Promise<void> {
  const placeOf = ({ name, instance }: Figure) => (name === 'primary' ? null : instance);
  for (const instance of new Set(figures.map(placeOf))) {
    const values = figures
      .filter((one) => placeOf(one) === instance)
      .map(({ name, value }) => [name, value] as const);
    await archive.record({ cluster, instance, at, values: new Map(values) });
  }
}
