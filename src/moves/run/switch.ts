import { setTimeout as sleep } from 'node:timers/promises';
import { untilAvailable } from '../../postgres/retry.ts';
import { setHome } from '../fence/fence-store.ts';
import { type Pause, pauseWriters } from '../fence/pause.ts';
import { type Direction, type MoveDirectory, namesOf, type OrganizationMove } from '../moves.ts';
import { readHome } from '../preflight/probe.ts';
import { directed, type Sides } from '../sides.ts';
import { listSequences, moveSequences } from '../stream/sequence-store.ts';
import { advanceSlot, disableSoon, findSlot, setEnabled } from '../stream/stream-store.ts';

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
  const sequences = await listSequences(from.db);
  try {
    const { started } = await pauseWriters(
      {
        ...{ sides: { from, to }, moveId: move.id, organization, budgetMs: move.settings.pauseBudgetMs },
        ...{ changesFence: true, signal: request.signal },
      },
      (pause) => closeHome(request, pause, { epoch: expectedEpoch, sequences }),
    );
    // From here on nobody may write on `from`, and it is not ours to open it again unless the directory says no.
    const epoch = await flip(request, expectedEpoch);
    return { pauseMs: (await openHome(request, epoch)) - started };
  } catch (error) {
    const after = await untilAvailable(() => directory.find(organization));
    if (after?.shard === to.shard) throw error; // the next run opens the new home
    await reopen(request, expectedEpoch);
    await setEnabled(to.db, stream, true);
    throw error;
  }
}

/** What is done while writers wait, at once: none of it needs the other, and each is a matter of milliseconds. */
async function closeHome(
  { sides, move, direction }: SwitchRequest,
  { tx, assertTime }: Pause,
  { epoch, sequences }: { readonly epoch: bigint; readonly sequences: readonly string[] },
): Promise<void> {
  const { from, to } = directed(sides, direction);
  const { organization } = move;
  const settled = await Promise.allSettled([
    setHome(tx, { organization, state: 'MOVING', epoch, shard: null }),
    moveSequences({ from: from.db, to: to.db }, sequences),
    disableSoon(to.db, namesOf(move.id, direction).stream),
    // What came from the other side must not go back to it. On the way back no stream follows.
    direction === 'FORWARD' ? advanceSlot(to.db, namesOf(move.id, 'REVERSE').stream) : null,
  ]);
  // All of them have ended: nothing of it comes after what takes it back.
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  assertTime('switching the streams');
}

/** An answer that is lost leaves the outcome open, and it must be known before anything else is done: ask until it is. */
async function flip(
  { sides, move, direction, directory }: SwitchRequest,
  expectedEpoch: bigint,
): Promise<bigint> {
  const { organization } = move;
  const { from, to } = directed(sides, direction);
  let isSure = true;
  return untilAvailable(async () => {
    const now = isSure ? null : await directory.find(organization);
    if (now?.shard === to.shard) return now.epoch;
    isSure = false;
    return directory.flip({ organization, from: from.shard, to: to.shard, expectedEpoch });
  });
}

/**
 * The new home first: that ends the pause, and is the moment that it gives, on the clock of `performance`. Twice is
 * safe, and it must go through: nobody can write anywhere until then.
 */
async function openHome({ sides, move, direction }: SwitchRequest, epoch: bigint): Promise<number> {
  const { organization } = move;
  const { from, to } = directed(sides, direction);
  await untilAvailable(() => setHome(to.db, { organization, state: 'ACTIVE', epoch, shard: null }));
  const opened = performance.now();
  await untilAvailable(() => setHome(from.db, { organization, state: 'GONE', epoch, shard: to.shard }));
  return opened;
}

/** The old home takes writers again, when a run before this was killed between fence and flip. */
export async function reopen(
  { sides, move, direction }: Pick<SwitchRequest, 'sides' | 'move' | 'direction'>,
  epoch: bigint,
): Promise<void> {
  const { organization } = move;
  const { from } = directed(sides, direction);
  const { exists, state } = await readHome(from.db, organization);
  const isDeleted = !exists && state === null; // its home went with it
  if (state === 'ACTIVE' || isDeleted) return;
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
