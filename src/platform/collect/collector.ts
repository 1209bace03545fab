import type { Log } from '../../log.ts';
import type { Database } from '../../postgres/pool.ts';
import { judgeAnew, type PlatformFigure } from '../figures.ts';
import type { PlatformTarget } from '../platform.ts';
import { readServiceLimits } from '../service.ts';
import { putNewest } from '../store.ts';
import { watchService, type ServiceWatch } from './watch.ts';

/** Figures of one service at one moment. */
export interface PlatformSample {
  readonly service: string;
  readonly at: Date;
  readonly figures: readonly PlatformFigure[];
}

export interface PlatformCollectorOptions {
  readonly targets: readonly PlatformTarget[];
  readonly db: Database;
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** Takes or keeps the right to look at services; gives those that are this worker's for `leaseMs`. */
  readonly claim: (services: readonly string[], leaseMs: number) => Promise<ReadonlySet<string>>;
  /** Into the history. */
  readonly keep: (sample: PlatformSample) => Promise<void>;
  /** Who judges the samples, for alerts. */
  readonly onSamples: (sample: PlatformSample) => Promise<void>;
  /** Left out: 5 seconds each. */
  readonly tickMs?: number;
  readonly deadlineMs?: number;
}

export interface PlatformCollector {
  /** One look at all services that are due and that no other worker looks at. */
  collect(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How often it is asked what is due; no service is looked at more often. */
const TICK_MS = 5_000;
/** No look lasts longer; shorter than the shortest interval. */
const DEADLINE_MS = 5_000;
/** A worker that dies is missed for half a minute. */
const LEASE_MS = 30_000;

/** Looks at the services beside the clusters, each in one worker at a time. None of them waits for another one. */
export function createPlatformCollector(options: PlatformCollectorOptions): PlatformCollector {
  const { targets, log, claim, tickMs = TICK_MS, deadlineMs = DEADLINE_MS } = options;
  const watches = new Map<string, ServiceWatch>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const look = async (target: PlatformTarget) => {
    const watch = watches.get(target.name) ?? watchService(target, { deadlineMs, stopping: stopping.signal });
    watches.set(target.name, watch);
    const found = await watch.look();
    if (found !== null && !stopping.signal.aborted) await publish(options, target, found);
  };
  const collect = async () => {
    const ours = await claim(
      targets.map(({ name }) => name),
      LEASE_MS,
    );
    // What another worker has looked at meanwhile is no base for a rate.
    for (const name of watches.keys()) if (!ours.has(name)) watches.delete(name);
    await Promise.all(
      targets
        .filter(({ name }) => ours.has(name))
        .map((one) =>
          look(one).catch((error: unknown) =>
            log.error({ err: error, service: one.name }, 'a look at a service failed'),
          ),
        ),
    );
  };
  const tick = () =>
    void collect().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'the services could not be looked at');
    });
  return {
    collect,
    async start() {
      if (targets.length === 0) return;
      timer = setInterval(tick, tickMs);
      tick();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await Promise.all([...watches.values()].map((one) => one.settle()));
    },
  };
}

/** The newest first, then history, then whoever judges. */
async function publish(
  { db, log, keep, onSamples }: PlatformCollectorOptions,
  { name, kind }: PlatformTarget,
  found: Pick<PlatformSample, 'figures'> & Pick<Parameters<typeof putNewest>[1], 'facts'>,
): Promise<void> {
  const [limits = new Map<string, never>()] = await readServiceLimits(db, [name]);
  const figures = judgeAnew(found.figures, limits);
  const at = await putNewest(db, { name, kind, facts: found.facts, figures });
  const sample = { service: name, at, figures };
  await keep(sample).catch((error: unknown) =>
    log.warn({ err: error, service: name }, 'samples could not be kept'),
  );
  await onSamples(sample).catch((error: unknown) =>
    log.error({ err: error, service: name }, 'samples could not be judged'),
  );
}
