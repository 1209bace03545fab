import { slotOf } from './owners.ts';
import type { AskedInstance, ReplicationStream, StreamKind } from './replication.ts';
import type { SenderRow, SlotRow } from './replication-probe.ts';

/** Every walsender of every instance, and the standbys that none of them serves. Pure. */
export function listStreams(all: readonly AskedInstance[]): readonly ReplicationStream[] {
  const sent = all.flatMap((source) =>
    (source.look?.senders ?? []).map((sender) => describeSender(sender, source, all)),
  );
  const served = new Set(sent.map(({ instance }) => instance));
  const hasPrimary = all.some(({ role }) => role === 'PRIMARY');
  // Without a primary, one that does not answer may be it.
  const unserved = all.filter(
    ({ name, role }) => !served.has(name) && (role === 'STANDBY' || (role === 'UNKNOWN' && hasPrimary)),
  );
  return [...sent, ...unserved.map((one) => describeUnserved(one, all))];
}

function describeSender(
  sender: SenderRow,
  source: AskedInstance,
  all: readonly AskedInstance[],
): ReplicationStream {
  const slot = source.look?.slots.find(({ activePid }) => activePid === sender.pid);
  const standby = findStandby(
    sender,
    slot,
    all.filter((one) => one !== source),
  );
  return {
    ...sender,
    ...{ instance: standby?.name ?? null, source: source.name, kind: kindOf(sender, slot) },
    receiver: standby?.look?.receiver ?? null,
    // What the source may not show goes before what the standby may not.
    ...(source.reason === null ? explain(standby) : explain(source)),
  };
}

const explain = (one: AskedInstance | undefined) => ({
  reason: one?.reason ?? null,
  hint: one?.hint ?? null,
});

/** By the slot that a standby says it uses, else by the name that it gives: its own, or its cluster_name. */
function findStandby(
  { applicationName, state }: SenderRow,
  slot: SlotRow | undefined,
  others: readonly AskedInstance[],
): AskedInstance | undefined {
  if (slot?.type === 'LOGICAL' || state === 'backup') return undefined;
  const bySlot = slot && others.find((one) => slotOf(one) === slot.name);
  if (bySlot) return bySlot;
  if (!applicationName) return undefined;
  const byName = others.find(({ name, role }) => name === applicationName && role !== 'PRIMARY');
  if (byName) return byName;
  const called = others.filter(
    ({ look }) => look?.receiver !== null && look?.clusterName === applicationName,
  );
  return called.length === 1 ? called[0] : undefined;
}

function kindOf({ state }: SenderRow, slot: SlotRow | undefined): StreamKind | null {
  if (slot) return slot.type;
  if (state === null) return null;
  return state === 'backup' ? 'BACKUP' : 'PHYSICAL'; // a logical one always has a slot
}

function describeUnserved(one: AskedInstance, all: readonly AskedInstance[]): ReplicationStream {
  const stream = { instance: one.name, source: null, kind: null, receiver: one.look?.receiver ?? null };
  if (one.look === null)
    return { ...stream, reason: `${one.name} tells us nothing: ${one.reason ?? 'unknown'}`, hint: one.hint };
  const hidden = all.find(({ look }) => look?.seesAll === false && look.senders.length > 0);
  if (hidden) return { ...stream, ...explain(hidden) };
  const silent = all.filter(({ look }) => look === null).map(({ name }) => name);
  const reason =
    silent.length === 0
      ? 'no instance of the cluster sends to it'
      : `nobody else sends to it, and ${silent.join(', ')} did not say`;
  return { ...stream, reason, hint: null };
}
