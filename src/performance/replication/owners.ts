import type { AskedInstance, Ownership, ReplicationStream } from './replication.ts';
import type { SlotRow } from './replication-probe.ts';

type Told = Pick<AskedInstance, 'name' | 'look'>;

/** The slot that a standby streams through, or is told to. */
export function slotOf({ look }: Told): string | null {
  if (look === null || !look.isStandby) return null;
  return (look.receiver?.slotName ?? look.slotName) || null;
}

/** Whose a slot of `source` is: what its reader says goes before what its name says. Pure. */
export function findOwner(
  slot: SlotRow,
  source: string,
  all: readonly Told[],
  streams: readonly ReplicationStream[],
): Ownership {
  const others = all.filter(({ name }) => name !== source);
  const stream = streams.find((one) => one.source === source && one.pid === slot.activePid);
  return (
    ownerByName(slot.name) ??
    standbyOf(slot, others, stream) ??
    subscriptionOf(slot, all) ??
    clientOf(slot, stream) ??
    nobody(slot, others)
  );
}

function ownerByName(slot: string): Ownership | null {
  const own = (owner: Ownership['owner'], because: string) => ({ owner, ownerName: null, because });
  if (slot.startsWith('sunday_move_')) return own('MOVE', 'it is named as those of moves');
  if (slot.startsWith('sunday_shared_'))
    return own('SHARED_TABLES', 'it is named as those of the tables that all shards share');
  if (/^pg_\d+_sync_\d+_\d+$/.test(slot))
    return own('SUBSCRIPTION', 'it is named as those of the first copy of a table');
  return null;
}

function standbyOf(
  slot: SlotRow,
  others: readonly Told[],
  stream: ReplicationStream | undefined,
): Ownership | null {
  if (slot.type === 'LOGICAL') return null;
  const own = (ownerName: string, because: string): Ownership => ({ owner: 'STANDBY', ownerName, because });
  const reader = others.find((one) => slotOf(one) === slot.name);
  if (reader) return own(reader.name, `${reader.name} is told to stream through it`);
  if (stream?.instance) return own(stream.instance, `${stream.instance} streams through it`);
  const namesake = others.find(({ name }) => toSlotName(name) === slot.name);
  return namesake ? own(namesake.name, `it is named after ${namesake.name}`) : null;
}

/** Names of slots have no hyphens. */
const toSlotName = (instance: string) => instance.toLowerCase().replace(/[^a-z0-9_]/g, '_');

function subscriptionOf(slot: SlotRow, all: readonly Told[]): Ownership | null {
  if (slot.type === 'PHYSICAL') return null;
  const found = all
    .flatMap(({ look }) => look?.subscriptions ?? [])
    .find(({ slotName }) => slotName === slot.name);
  if (found === undefined) return null;
  return { owner: 'SUBSCRIPTION', ownerName: found.name, because: `subscription ${found.name} reads it` };
}

function clientOf({ isActive, activePid }: SlotRow, stream: ReplicationStream | undefined): Ownership | null {
  if (!isActive) return null;
  const ownerName = stream?.applicationName ?? null;
  return { owner: 'CLIENT', ownerName, because: `${ownerName ?? `process ${activePid}`} reads it` };
}

function nobody({ type }: SlotRow, others: readonly Told[]): Ownership {
  const silent = others.filter(({ look }) => look === null).map(({ name }) => name);
  if (silent.length > 0)
    return {
      owner: 'UNKNOWN',
      ownerName: null,
      because: `nobody reads it, and ${silent.join(', ')} did not say whether it will`,
    };
  const whose = type === 'PHYSICAL' ? 'standby' : 'subscription';
  return {
    owner: 'NOBODY',
    ownerName: null,
    because: `nobody reads it, and no ${whose} of the cluster names it`,
  };
}
