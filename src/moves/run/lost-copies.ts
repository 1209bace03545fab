import { setTimeout as sleep } from 'node:timers/promises';
import { readServerFacts } from '../preflight/probe.ts';
import type { Sides } from '../sides.ts';
import { listLostCopySlots, listSubscriptionOids } from '../stream/copies-store.ts';
import { dropSlot, terminate } from '../stream/stream-store.ts';

const POLL_MS = 100;
const LIMIT_MS = 10_000;

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
