import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from '../postgres/errors.ts';
import { stopMarked } from '../process.ts';
import {
  LeaseLostError,
  type LeaseOptions,
  type LeaseRequest,
  renewLease,
  tryAcquire,
} from './lease-store.ts';

/** Environment variable by which a successor finds the processes of a holder before it. */
const PROCESS_MARK = 'SUNDAY_LEASE';
const ACQUIRE_POLL_MS = 100;

export interface Lease {
  readonly token: bigint;
  readonly processMarks: Readonly<Record<string, string>>;
  /** Aborts with LeaseLostError. */
  readonly lost: AbortSignal;
  /** @throws {LeaseLostError} when the time up to which it is surely ours has passed, without asking anybody. */
  assertHeld(): void;
  /** Stops renewing. The rows go with the transaction that ends the operation, or expire. */
  stop(): void;
}

/**
 * Takes all lanes of an operation at once, or waits for a holder that is gone to expire.
 *
 * The holder's own clock decides when it stops: it counts the time to live from the moment *before* it asked
 * for a renewal, on a clock that runs on while the process is stopped, and so gives up before anybody else
 * may take over. What a dead holder's processes still do is ended here, before the new holder acts.
 *
 * @throws {SupersededError} when a newer run of the operation took it. @throws {OperationOverError}
 */
export async function acquireLease(options: LeaseOptions, request: LeaseRequest): Promise<Lease> {
  const deadline = performance.now() + 10 * options.ttlMs + 60_000;
  for (;;) {
    const askedAt = performance.now();
    const token = await options.db.transaction((tx) => tryAcquire(tx, options, request)).catch(ignorePassing);
    if (token !== null) {
      await stopLeftovers(options.controlPlaneId, request, token);
      return keepAlive(options, request, { token, askedAt });
    }
    if (performance.now() > deadline)
      throw new LeaseLostError(`the lanes of ${nameOf(request)} did not become free`);
    await sleep(ACQUIRE_POLL_MS);
  }
}

/** Also what stands behind a lock of a holder that is frozen: the server ends its session in time. */
function ignorePassing(error: unknown): null {
  if (isPassing(error)) return null;
  throw error;
}

/** Names of clusters have no comma; the fleet's is empty. */
function nameOf({ clusters }: LeaseRequest): string {
  return clusters.map((one) => one ?? '').join(',');
}

function markOf(controlPlaneId: string, request: LeaseRequest, token: bigint): string {
  return [controlPlaneId, nameOf(request), request.lanes.join('+'), token].join('|');
}

/** Ends every process of this machine that an earlier holder of one of these lanes started. */
async function stopLeftovers(controlPlaneId: string, request: LeaseRequest, token: bigint): Promise<void> {
  await stopMarked(PROCESS_MARK, (value) => {
    const [controlPlane, clusters = '', lanes, itsToken] = value.split('|');
    const isNear = clusters.split(',').some((name) => request.clusters.some((one) => (one ?? '') === name));
    if (controlPlane !== controlPlaneId || !isNear) return false;
    const shared = lanes?.split('+').some((lane) => request.lanes.some((one) => one === lane));
    return shared === true && BigInt(itsToken ?? 0) < token;
  });
}

function keepAlive(
  options: LeaseOptions,
  request: LeaseRequest,
  held: { token: bigint; askedAt: number },
): Lease {
  const controller = new AbortController();
  // A tenth of the time to live is kept as a margin between our giving up and another's taking over.
  const lifeMs = options.ttlMs * 0.9;
  let sureUntil = held.askedAt + lifeMs;
  const lose = (why: string) => controller.abort(new LeaseLostError(why));
  const renew = async () => {
    const askedAt = performance.now();
    const kept = await renewLease(options, held.token).catch(ignorePassing);
    if (kept === request.lanes.length * request.clusters.length) sureUntil = askedAt + lifeMs;
    else if (kept !== null) lose('another holder took the lease');
  };
  const timer = setInterval(() => void renew().catch(() => {}), options.ttlMs / 4);
  const watchdog = setInterval(() => {
    if (performance.now() > sureUntil) lose('the lease could not be renewed in time');
  }, options.ttlMs / 20);
  const stop = () => {
    clearInterval(timer);
    clearInterval(watchdog);
  };
  controller.signal.addEventListener('abort', stop, { once: true });
  return {
    token: held.token,
    processMarks: { [PROCESS_MARK]: markOf(options.controlPlaneId, request, held.token) },
    lost: controller.signal,
    assertHeld() {
      if (performance.now() > sureUntil) lose('the lease could not be renewed in time');
      controller.signal.throwIfAborted();
    },
    stop,
  };
}
