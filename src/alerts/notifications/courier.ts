import type { Database } from '../../postgres/pool.ts';
import { claim, type Claimed, listDueChannels, record, release } from './courier-store.ts';
import { send, SEND_TIMEOUT_MS } from './send.ts';
import { findChannel, removeFinished } from './store.ts';

const LOOK_EVERY_MS = 1_000;
/** Longer than an attempt takes: then whoever claimed it is dead, and another one may try. */
export const CLAIM_MS = SEND_TIMEOUT_MS + 20_000;
const KEPT_MS = 30 * 86_400_000;
const REMOVED_AT_ONCE = 1_000;

export interface CourierDependencies {
  /** The control database. */
  readonly db: Database;
  readonly onError: (error: unknown) => void;
  readonly timeoutMs?: number;
}

export interface Courier {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Sends what is due. Each channel has one line of its own, in each worker: one that does not answer holds up nobody
 * but itself, and its messages only until their attempts are used up.
 */
export function createCourier(deps: CourierDependencies): Courier {
  const stopping = new AbortController();
  const lines = new Map<string, Promise<void>>();
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let looks = 0;
  const look = async () => {
    if (looks++ % 600 === 0) await removeFinished(deps.db, new Date(Date.now() - KEPT_MS), REMOVED_AT_ONCE);
    for (const channel of await listDueChannels(deps.db)) {
      if (lines.has(channel) || stopping.signal.aborted) continue;
      const line = empty(deps, channel, stopping.signal)
        .catch(deps.onError)
        .finally(() => lines.delete(channel));
      lines.set(channel, line);
    }
  };
  return {
    async start() {
      timer = setInterval(() => {
        looking = looking.then(look).catch(deps.onError);
      }, LOOK_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await looking;
      await Promise.all(lines.values());
    },
  };
}

/** Until nothing of the channel is due any more. */
async function empty(deps: CourierDependencies, channel: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const claimed = await claim(deps.db, channel, CLAIM_MS);
    if (claimed === null) return;
    await deliver(deps, claimed, signal);
  }
}

/**
 * One attempt of what is claimed. A crash after the receiver has it and before we noted it sends it again: receivers
 * tell by `x-sunday-delivery`.
 */
export async function deliver(
  { db, timeoutMs }: CourierDependencies,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<void> {
  const channel = await findChannel(db, claimed.channel);
  if (channel === null) return; // it was deleted, and its messages with it
  const { attempts, message, evidence, id } = claimed;
  try {
    const outcome = await send(
      channel,
      { deliveryId: id, message, evidence },
      { attempts, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
    const isTest = message.change === 'TEST' && outcome.state === 'PENDING';
    await record(db, claimed, isTest ? { ...outcome, state: 'DEAD', retryInMs: null } : outcome);
  } catch (error) {
    if (!signal.aborted) throw error;
    await release(db, claimed);
  }
}
