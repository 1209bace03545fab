import { describeBlocker } from '../../postgres/blockers.ts';
import type { StepContext } from '../../operations/define.ts';
import { ensureFenceFunction, ensureFenceTriggers, setHome } from '../fence/fence-store.ts';
import { type Direction, namesOf, type OrganizationMove } from '../moves.ts';
import { listTenantTables } from '../preflight/tables-probe.ts';
import { directed, type Side, type Sides } from '../sides.ts';
import { subscribe } from '../stream/connection.ts';
import { patiently } from '../stream/patience.ts';
import { createSlot, ensurePublication, findSlot, findSubscription } from '../stream/stream-store.ts';

export type Told = Pick<StepContext, 'signal' | 'progress'>;

/** Short, and again and again: everybody who writes to the table waits behind a lock that waits, be it for a VACUUM. */
export const TRIGGER_LOCK_TIMEOUT_MS = 50;

/** Lets the target copy and follow. Twice is safe: each thing is made only when it is not there. */
export async function startStream(
  {
    sides,
    move,
    directory,
  }: { readonly sides: Sides; readonly move: OrganizationMove; readonly directory: string },
  told: Told,
): Promise<void> {
  const { stream } = namesOf(move.id, 'FORWARD');
  await setHome(sides.to.db, {
    ...{ organization: move.organization, epoch: move.epoch },
    ...{ state: 'INCOMING', shard: null },
  });
  await ensureFence(sides.from, move, told);
  await publish({ sides, move, direction: 'FORWARD' }, told);
  if ((await findSubscription(sides.to.db, stream)) === null)
    await subscribe(sides, {
      ...{ name: stream, copiesRows: true, isEnabled: true, directory },
      signal: told.signal,
    });
}

/** Fences writers that never enter the tenant. Twice is safe. @throws {MoveBlockedError} */
export async function ensureFence(side: Side, move: OrganizationMove, told: Told): Promise<void> {
  const name = namesOf(move.id, 'FORWARD').stream;
  const { organization, settings } = move;
  await ensureFenceFunction(side.db, name, organization);
  for (const table of await listTenantTables(side.db)) {
    await patiently(
      side.db,
      {
        what: `a trigger on ${table.name} of ${side.shard}`,
        seconds: settings.slotTimeoutSeconds,
        signal: told.signal,
        lockTimeoutMs: TRIGGER_LOCK_TIMEOUT_MS,
        onWait: ([first]) => first && told.progress({ message: `waiting for ${describeBlocker(first)}` }),
      },
      (session) => ensureFenceTriggers(session, name, { table, organization }),
    );
  }
}

/** The publication and its slot on the side that sends. Twice is safe. @throws {MoveBlockedError} */
export async function publish(
  request: { readonly sides: Sides; readonly move: OrganizationMove; readonly direction: Direction },
  told: Told,
): Promise<void> {
  const { move, direction } = request;
  const { from } = directed(request.sides, direction);
  const { stream } = namesOf(move.id, direction);
  const tables = await listTenantTables(from.db);
  await ensurePublication(from.db, stream, { moveId: move.id, organization: move.organization, tables });
  if ((await findSlot(from.db, stream)) !== null) return;
  await patiently(
    from.db,
    {
      what: `a replication slot on ${from.shard}`,
      seconds: move.settings.slotTimeoutSeconds,
      signal: told.signal,
      lockTimeoutMs: null,
      onWait: ([first]) => first && told.progress({ message: `waiting for ${describeBlocker(first)}` }),
    },
    (session) => createSlot(session, stream),
  );
}
