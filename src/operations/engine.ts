import { setTimeout as sleep } from 'node:timers/promises';
import type { Bell, EventLog } from '../events/events.ts';
import type { Database, Transaction } from '../postgres/pool.ts';
import { createCancels } from './cancels.ts';
import {
  connectDbos,
  type Dbos,
  type DbosOptions,
  launchDbos,
  makeDbosTables,
  recoverFrom,
  shutDownDbos,
} from './dbos.ts';
import { clustersOf } from './define.ts';
import { createJournal } from './journal.ts';
import * as queue from './queue-store.ts';
import * as store from './store.ts';
import { inTurn } from './worker-store.ts';
import { createWorkers } from './workers.ts';
import { type AnyDefinition, runOperation, type WorkflowHost } from './workflow.ts';

const DRAIN_POLL_MS = 50;
const FORGET_BATCH = 500;
/** After the signal to stop: tools get SIGTERM, and SIGKILL when they don't listen. */
const HALT_MS = 35_000;

export interface EngineLog {
  debug(message: string): void;
  warn(message: string): void;
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

export interface EngineOptions extends DbosOptions {
  readonly db: Database;
  readonly events: EventLog;
  readonly bell: Pick<Bell, 'onRing'>;
  readonly definitions: readonly AnyDefinition[];
  readonly heartbeatTimeoutMs: number;
  /** How long steps under way may go on after `stop` before they are handed over. */
  readonly drainMs: number;
}

export type EngineRole = 'WORKER' | 'CLIENT';

/** The durable engine: puts operations on the queue and, as a worker, takes them off and runs them. */
export interface Engine {
  /** Hands every operation of `clusters` that can run now to DBOS, as part of `tx`, which holds the locks of their queues. */
  enqueueRunnable(tx: Transaction, clusters: readonly (string | null)[]): Promise<void>;
  start(role: EngineRole): Promise<void>;
  /** Deletes what the queue and the checkpoints still know of operations that ended before. */
  forget(endedBefore: Date): Promise<void>;
  /** Whether operations can be put on the queue and, in a worker, are taken off it. */
  isReady(): boolean;
  /** For the moment in which a stop is asked for: no step begins any more, and one that fails is handed over. */
  prepareStop(): void;
  /** No new step begins, steps under way may end within `drainMs`, the rest is handed over. */
  stop(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const { db, log } = options;
  const lifecycle = createLifecycle(options.drainMs);
  const cancels = createCancels(db, options.bell);
  const workers = createWorkers({
    ...options,
    handBack(ids) {
      log.warn(`handing back the operations of workers that are gone: ${ids.join(', ')}`);
      return recoverFrom(ids);
    },
    onFailing: (error) => log.error({ err: error }, 'the heartbeat failed'),
    onRecovered: ({ failed, outageMs }) =>
      log.warn(`the heartbeat goes through again: ${failed} failed in ${outageMs} ms`),
  });
  let dbos: Dbos | null = null;
  let role: EngineRole = 'CLIENT';

  const enqueueRunnable = async (tx: Transaction, clusters: readonly (string | null)[]) => {
    if (!dbos) throw new Error('the engine has not been started');
    for (const { id, kind, attempts } of await queue.markRunnable(tx, clusters)) {
      const coordinates = options.definitions.find((one) => one.kind === kind)?.coordinates ?? false;
      await dbos.enqueue(tx, coordinates ? 'COORDINATORS' : 'OPERATIONS', id, attempts);
    }
  };
  return {
    enqueueRunnable,
    async start(asked) {
      role = asked;
      await inTurn(db, () => makeDbosTables(options));
      if (role === 'WORKER') {
        const controlPlaneId = await store.findControlPlaneId(db);
        const host = createHost(options, { controlPlaneId, lifecycle, cancels, enqueueRunnable });
        await workers.register();
        await launchDbos(options, (id, attempt) => runOperation(host, id, attempt));
        workers.start();
      }
      dbos = await connectDbos(options);
    },
    async forget(endedBefore) {
      while ((await dbos?.forget(endedBefore, FORGET_BATCH)) === FORGET_BATCH);
    },
    prepareStop: lifecycle.prepare,
    isReady: () => dbos !== null && (role === 'CLIENT' || workers.isHeard()),
    async stop() {
      if (role === 'WORKER') {
        await lifecycle.drain();
        await workers
          .stop()
          .catch((error: unknown) => log.error({ err: error }, 'the worker could not sign off'));
        await shutDownDbos();
      }
      cancels.close();
      await dbos?.close();
    },
  };
}

/** Counts the steps under way, and ends them in order. */
interface Lifecycle {
  readonly halt: AbortSignal;
  isDraining(): boolean;
  track<T>(step: Promise<T>): Promise<T>;
  prepare(): void;
  drain(): Promise<void>;
}

function createLifecycle(drainMs: number): Lifecycle {
  const halt = new AbortController();
  let draining = false;
  let underWay = 0;
  const idle = async (withinMs: number) => {
    const deadline = performance.now() + withinMs;
    while (underWay > 0 && performance.now() < deadline) await sleep(DRAIN_POLL_MS);
  };
  return {
    halt: halt.signal,
    isDraining: () => draining,
    track(step) {
      underWay++;
      return step.finally(() => underWay--);
    },
    prepare: () => void (draining = true),
    async drain() {
      draining = true;
      await idle(drainMs);
      halt.abort(new Error('this worker stops'));
      await idle(HALT_MS);
    },
  };
}

interface HostParts {
  readonly controlPlaneId: string;
  readonly lifecycle: Lifecycle;
  readonly cancels: ReturnType<typeof createCancels>;
  readonly enqueueRunnable: Engine['enqueueRunnable'];
}

function createHost(
  options: EngineOptions,
  { controlPlaneId, lifecycle, cancels, enqueueRunnable }: HostParts,
): WorkflowHost {
  const { db, events, workerId, heartbeatTimeoutMs: ttlMs, log } = options;
  return {
    definitionOf: (kind) => options.definitions.find((one) => one.kind === kind) ?? null,
    find: async (id) => (await store.findMany(db, [id]))[0] ?? null,
    queueOf: (clusters) => ({
      lock: (tx) => queue.lockQueues(tx, clusters),
      enqueueNext: (tx) => enqueueRunnable(tx, clusters),
    }),
    prepare({ id, attempt, cluster, alsoOn }, { lanes }) {
      const { signal: cancel, release } = cancels.watch(id);
      const execution = {
        leases: { db, workerId, controlPlaneId, ttlMs },
        journal: createJournal(db, events, id),
        operationId: id,
        attempt,
        clusters: clustersOf({ cluster, alsoOn: alsoOn ?? [] }),
        lanes,
        cancel,
        ...lifecycle,
        onBug: (error: unknown, step: string) =>
          log.error({ err: error, operationId: id, step }, 'a step met a bug'),
      };
      return { execution, release };
    },
  };
}
