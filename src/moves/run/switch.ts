import { setTimeout as sleep } from 'node:timers/promises';
import { untilAvailable } from '../../postgres/retry.ts';
import { setHome } from '../fence/fence-store.ts';
import { type Pause, pauseWriters } from '../fence/pause.ts';
import { type Direction, type MoveDirectory, namesOf, type OrganizationMove } from '../moves.ts';
import { readHome } from '../preflight/probe.ts';
import { directed, type Sides } from '../sides.ts';
import { raiseSequence, readSequences } from '../stream/sequence-store.ts';
import { advanceSlot, findSlot, setEnabled } from '../stream/stream-store.ts';

export interface SwitchRequest {
  /** As the move has them: `from` is where the organization lived at first. */
  readonly sides: Sides;
  readonly move: OrganizationMove;
  /** FORWARD: the cutover. REVERSE: the way back. */
  readonly direction: Direction;
  readonly directory: MoveDirectory;
  readonly signal: AbortSignal;
}

/** Null: it had been switched before, by a run that was killed afterwards. */
export type SwitchResult = { readonly pauseMs: number } | null;

/**
 * Lets the organization live on the other side from one moment on: the directory's flip. Before it everything can be
 * taken back, after it everything goes on. Twice is safe: the directory says on which side of that moment we are.
 *
 * | killed                        | what the next run finds                              |
 * |-------------------------------|------------------------------------------------------|
 * | before the fence is committed | the server has let the writers go; it begins anew     |
 * | between fence and flip        | a fence that says MOVING; it is opened, and begun anew |
 * | between flip and opening      | the directory names the new home; that is opened      |
 *
 * @throws {PauseBudgetError} with everything as it was.
 */
export async function switchHome(request: SwitchRequest): Promise<SwitchResult> {
  const { move, direction, directory } = request;
  const { organization } = move;
  const { from, to } = directed(request.sides, direction);
  const expectedEpoch = direction === 'FORWARD' ? move.epoch : move.epoch + 1n;
  const before = await untilAvailable(() => directory.find(organization));
  if (before?.shard === to.shard) {
    await openHome(request, before.epoch);
    return null;
  }
  await reopen(request, expectedEpoch);
  const stream = namesOf(move.id, direction).stream;
  await setEnabled(to.db, stream, true); // a run that was killed may have left it disabled
  try {
    const { started } = await pauseWriters(
      {
        ...{ sides: { from, to }, moveId: move.id, organization, budgetMs: move.settings.pauseBudgetMs },
        signal: request.signal,
      },
      (pause) => closeHome(request, pause, expectedEpoch),
    );
    // From here on nobody may write on `from`, and it is not ours to open it again unless the directory says no.
    const epoch = await flip(request, expectedEpoch);
    await openHome(request, epoch);
    return { pauseMs: performance.now() - started };
  } catch (error) {
    const after = await untilAvailable(() => directory.find(organization));
    if (after?.shard === to.shard) throw error; // the next run opens the new home
    await reopen(request, expectedEpoch);
    await setEnabled(to.db, stream, true);
    throw error;
  }
}

/** What is done while writers wait. Each is a matter of milliseconds. */
async function closeHome(
  { sides, move, direction }: SwitchRequest,
  { tx, assertTime }: Pause,
  epoch: bigint,
): Promise<void> {
  const { from, to } = directed(sides, direction);
  for (const place of await readSequences(from.db)) await raiseSequence(to.db, place);
  await setEnabled(to.db, namesOf(move.id, direction).stream, false);
  // What came from the other side must not go back to it. On the way back no stream follows.
  if (direction === 'FORWARD') await advanceSlot(to.db, namesOf(move.id, 'REVERSE').stream);
  assertTime('switching the streams');
  await setHome(tx, { organization: move.organization, state: 'MOVING', epoch, shard: null });
}

/** An answer that is lost leaves the outcome open, and it must be known before anything else is done: ask until it is. */
async function flip(
  { sides, move, direction, directory }: SwitchRequest,
  expectedEpoch: bigint,
): Promise<bigint> {
  const { organization } = move;
  const { from, to } = directed(sides, direction);
  return untilAvailable(async () => {
    const now = await directory.find(organization);
    if (now?.shard === to.shard) return now.epoch;
    return directory.flip({ organization, from: from.shard, to: to.shard, expectedEpoch });
  });
}

/**
 * The new home first: that ends the pause. Twice is safe, and it must go through: nobody can write anywhere until then.
 */
async function openHome({ sides, move, direction }: SwitchRequest, epoch: bigint): Promise<void> {
  const { organization } = move;
  const { from, to } = directed(sides, direction);
  await untilAvailable(() => setHome(to.db, { organization, state: 'ACTIVE', epoch, shard: null }));
  await untilAvailable(() => setHome(from.db, { organization, state: 'GONE', epoch, shard: to.shard }));
}

/** The old home takes writers again, when a run before this was killed between fence and flip. */
export async function reopen(
  { sides, move, direction }: Pick<SwitchRequest, 'sides' | 'move' | 'direction'>,
  epoch: bigint,
): Promise<void> {
  const { organization } = move;
  const { from } = directed(sides, direction);
  if ((await readHome(from.db, organization)).state === 'ACTIVE') return;
  await untilAvailable(() => setHome(from.db, { organization, state: 'ACTIVE', epoch, shard: null }));
}

const INACTIVE_POLL_MS = 20;
const INACTIVE_LIMIT_MS = 30_000;

/** Until nobody reads from the slot, so that it can be dropped. False: somebody still does. */
export async function waitUntilInactive(
  { from }: Pick<Sides, 'from'>,
  stream: string,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + INACTIVE_LIMIT_MS;
  for (;;) {
    const slot = await findSlot(from.db, stream);
    if (slot === null || !slot.isActive) return true;
    if (performance.now() > deadline) return false;
    await sleep(INACTIVE_POLL_MS, undefined, { signal });
  }
}
