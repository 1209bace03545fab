import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../postgres/errors.ts';
import { readServerFacts } from '../preflight/probe.ts';
import type { Side, Sides } from '../sides.ts';
import { listLostCopySlots, listSubscriptionOids, listWaitingCopies } from '../stream/copies-store.ts';
import { dropSlot, terminate } from '../stream/stream-store.ts';

const POLL_MS = 100;
const LIMIT_MS = 10_000;

/**
 * Does `drop`, which drops a subscription that still copies. That waits for whoever makes a slot for a copy, and he
 * waits for transactions that are open, for as long as they last: so he is ended.
 */
export async function withoutWaitingCopies(
  { db }: Side,
  subscriptionOid: number,
  drop: () => Promise<void>,
): Promise<void> {
  const dropped = new AbortController();
  const ending = (async () => {
    while (!dropped.signal.aborted) {
      for (const pid of await listWaitingCopies(db, subscriptionOid)) await terminate(db, pid);
      await sleep(POLL_MS, undefined, { signal: dropped.signal }).catch(() => {});
    }
  })().catch((error: unknown) => {
    if (!isUnavailable(error)) throw error; // nobody waits on a server that is away
  });
  await drop().finally(() => dropped.abort());
  await ending;
}

/** Slots of copies on the side that sends, for subscriptions that are gone on the other one, whoever dropped them. */
export async function dropLostCopies({ from, to }: Sides): Promise<void> {
  const { systemId } = await readServerFacts(to.db);
  const subscriptionOids = await listSubscriptionOids(to.db);
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const lost = await listLostCopySlots(from.db, { systemId, subscriptionOids });
    if (lost.length === 0 || performance.now() > deadline) return;
    for (const { name, pid } of lost)
      await (pid === null ? dropSlot(from.db, name) : terminate(from.db, pid));
    await sleep(POLL_MS);
  }
}
