import type { Database } from '../postgres/pool.ts';
import type { AlertSample } from './alerts.ts';
import type { AlertService } from './service.ts';
import { claimRounds, listClustersWithOpen, removeResolved, removeStalePending } from './store.ts';
import { removeEnded } from './silence-store.ts';

/** Somebody who measures, and how often he is asked. */
export interface SampleSource {
  /** Short; in the table of rounds. */
  readonly name: string;
  readonly everyMs: number;
  /** Must not throw for a server that is down: that is a sample. */
  measure(cluster: string): Promise<readonly AlertSample[]>;
}

export interface RoundsDependencies {
  /** The control database. */
  readonly db: Database;
  readonly alerts: Pick<AlertService, 'evaluate' | 'settle'>;
  /** Clusters that are configured. */
  readonly clusters: () => readonly string[];
  readonly sources: readonly SampleSource[];
  /** Unique for each process. */
  readonly workerId: string;
  readonly onError: (error: unknown, cluster: string | null) => void;
}

const LOOK_EVERY_MS = 2_000;
/** How often time passes for what is open: reminders, silences that end. */
const SWEEP_EVERY_MS = 10_000;
const CLUSTERS_AT_ONCE = 8;
const KEPT_MS = 365 * 86_400_000;
const REMOVED_AT_ONCE = 1_000;
const PENDING_KEPT_MS = 86_400_000;
const TIDY_EVERY_MS = 3_600_000;

/** Looks again and again, each source of each cluster in one worker at a time. A slow source holds up no other. */
export function createRounds(deps: RoundsDependencies): { start(): Promise<void>; stop(): Promise<void> } {
  const { alerts, clusters, db, onError, sources } = deps;
  const stopping = new AbortController();
  const sweep = {
    ...{ name: 'sweep', everyMs: SWEEP_EVERY_MS, measure: async () => [] },
    clusters: () => listClustersWithOpen(db),
  };
  const tidy = async () => {
    const past = new Date(Date.now() - KEPT_MS);
    await removeResolved(db, past, REMOVED_AT_ONCE);
    await removeEnded(db, past);
    await removeStalePending(db, new Date(Date.now() - PENDING_KEPT_MS));
  };
  const tidying = repeat(TIDY_EVERY_MS, tidy, onError);
  const loops = [sweep, ...sources.map((one) => ({ ...one, clusters: async () => clusters() }))].map((one) =>
    repeat(LOOK_EVERY_MS, () => look(deps, one, stopping.signal), onError),
  );
  return {
    async start() {
      for (const one of [tidying, ...loops]) one.start();
      await tidy().catch((error: unknown) => onError(error, null));
    },
    async stop() {
      stopping.abort();
      await Promise.all([tidying, ...loops].map((one) => one.stop()));
      await alerts.settle();
    },
  };
}

async function look(
  { alerts, db, onError, workerId }: RoundsDependencies,
  source: SampleSource & { readonly clusters: () => Promise<readonly string[]> },
  signal: AbortSignal,
): Promise<void> {
  const { everyMs, name } = source;
  const all = await source.clusters();
  const mine = await claimRounds(db, { clusters: all, source: name, worker: workerId, everyMs });
  for (let first = 0; first < mine.length && !signal.aborted; first += CLUSTERS_AT_ONCE)
    await Promise.all(
      mine.slice(first, first + CLUSTERS_AT_ONCE).map(async (cluster) => {
        try {
          await alerts.evaluate(cluster, await source.measure(cluster));
        } catch (error) {
          onError(error, cluster);
        }
      }),
    );
}

/** One that takes longer than `everyMs` is not joined by another one. */
function repeat(everyMs: number, work: () => Promise<void>, onError: RoundsDependencies['onError']) {
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(() => {
        running ??= work()
          .catch((error: unknown) => onError(error, null))
          .finally(() => (running = null));
      }, everyMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
