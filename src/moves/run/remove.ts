import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../operations/define.ts';
import { isServerError } from '../../postgres/errors.ts';
import { deleteMarkers, dropFenceFunction, dropFenceTriggers, listFenced } from '../fence/fence-store.ts';
import { MoveStreamError } from '../errors.ts';
import { type Direction, type MoveDirectory, namesOf, type OrganizationMove } from '../moves.ts';
import { readHome } from '../preflight/probe.ts';
import { listTenantTables, listWithRows } from '../preflight/tables-probe.ts';
import { directed, type Side, type Sides } from '../sides.ts';
import { patiently } from '../stream/patience.ts';
import {
  dropPublication,
  dropSlot,
  dropSubscription,
  findSlot,
  findSubscription,
  terminate,
  terminateWorkers,
} from '../stream/stream-store.ts';
import { type Told, TRIGGER_LOCK_TIMEOUT_MS } from './prepare.ts';
import { dropLostCopies } from './lost-copies.ts';
import { deleteBatch } from './remove-store.ts';
import { waitUntilInactive } from './switch.ts';

const BATCH_ROWS = 5_000;
/** Whoever looks at subscriptions, of any database of the server, waits behind this one. */
const DROP_LOCK_TIMEOUT_MS = 500;

export interface RemoveRequest {
  readonly sides: Sides;
  readonly move: OrganizationMove;
}

/**
 * Ends one direction. First who follows, then what is kept for him; when he does not answer, what is kept goes all the
 * same: the log of the side that sends must not grow for somebody who is gone. Twice is safe.
 */
export async function removeStream(
  { sides, move }: RemoveRequest,
  direction: Direction,
  signal: AbortSignal,
): Promise<void> {
  const { from, to } = directed(sides, direction);
  const { stream } = namesOf(move.id, direction);
  const failure = await dropFollower({ from, to }, { stream, seconds: patienceOf(move), signal }).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const slot = await findSlot(from.db, stream);
  if (slot?.activePid != null && (failure !== null || !(await waitUntilInactive({ from }, stream, signal))))
    await terminate(from.db, slot.activePid);
  await waitUntilInactive({ from }, stream, signal);
  await dropSlot(from.db, stream);
  await dropPublication(from.db, stream);
  if (failure !== null) throw failure.error;
}

const patienceOf = ({ settings }: OrganizationMove) => Math.max(60, settings.slotTimeoutSeconds);

async function dropFollower(
  { from, to }: Sides,
  {
    stream,
    seconds,
    signal,
  }: { readonly stream: string; readonly seconds: number; readonly signal: AbortSignal },
): Promise<void> {
  if ((await findSubscription(to.db, stream)) !== null) {
    const what = `dropping the subscription on ${to.shard}`;
    await patiently(to.db, { what, seconds, signal, lockTimeoutMs: DROP_LOCK_TIMEOUT_MS }, (session) =>
      dropSubscription(session, stream).catch(async (error: unknown) => {
        if (isServerError(error, '55P03')) await terminateWorkers(session, stream);
        throw error;
      }),
    );
  }
  await dropLostCopies({ from, to });
}

/** Takes the fence's triggers off one side. Twice is safe. @throws {MoveBlockedError} */
export async function removeFence(side: Side, move: OrganizationMove, { signal }: Told): Promise<void> {
  const name = namesOf(move.id, 'FORWARD').stream;
  for (const table of await listFenced(side.db, name)) {
    await patiently(
      side.db,
      {
        what: `taking a trigger off ${table} of ${side.shard}`,
        seconds: patienceOf(move),
        signal,
        lockTimeoutMs: TRIGGER_LOCK_TIMEOUT_MS,
      },
      (session) => dropFenceTriggers(session, name, table),
    );
  }
  await dropFenceFunction(side.db, name);
  await deleteMarkers(side.db, move.id);
}

/**
 * Deletes the organization's rows on the side where it does not live, and proves that none is left. Twice is safe.
 *
 * The directory and the side's own fence both have to say that it lives elsewhere.
 */
export async function removeRows(
  side: Side,
  { move, directory }: { readonly move: OrganizationMove; readonly directory: MoveDirectory },
  { signal, progress, assertLease }: Pick<StepContext, 'signal' | 'progress' | 'assertLease'>,
): Promise<number> {
  const { organization } = move;
  const placement = await directory.find(organization);
  const { state } = await readHome(side.db, organization);
  if (placement?.shard === side.shard || state === 'ACTIVE' || state === 'MOVING')
    throw new MoveStreamError(
      `${side.shard} is the home of ${organization}, so its rows stay (directory: ${placement?.shard ?? 'none'}, fence: ${state ?? 'none'})`,
      'The directory and ops.tenant_home disagree; look at both before anything is deleted.',
    );
  const tables = await listTenantTables(side.db);
  let deleted = 0;
  for (const table of tables) {
    for (;;) {
      signal.throwIfAborted();
      assertLease();
      const began = performance.now();
      const rows = await deleteBatch(side.db, table, { organization, limit: BATCH_ROWS });
      const tookMs = performance.now() - began;
      deleted += rows;
      progress({ message: `${deleted} rows deleted on ${side.shard}; now ${table.name}` });
      if (rows < BATCH_ROWS) break;
      // Nobody waits for this, and the server has other organizations: half of the time is theirs alone.
      await sleep(tookMs, undefined, { signal });
    }
  }
  const left = await listWithRows(side.db, tables, organization);
  if (left.length === 0) return deleted;
  throw new MoveStreamError(`${side.shard} still has rows of it in ${left.join(', ')}`, 'Try again.');
}
