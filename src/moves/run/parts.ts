import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../operations/define.ts';
import { isUnavailable } from '../../postgres/errors.ts';
import type { Database } from '../../postgres/pool.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import {
  MoveDiffersError,
  MoveNotFoundError,
  MoveReadOnlyError,
  MoveRefusedError,
  PauseBudgetError,
} from '../errors.ts';
import { type Direction, type MoveDirectory, namesOf, type OrganizationMove } from '../moves.ts';
import { checkSchemas } from '../preflight/schemas.ts';
import { directed, type OpenSides, type Sides } from '../sides.ts';
import * as store from '../store.ts';
import { subscribe } from '../stream/connection.ts';
import { catchUp, checkStream } from '../stream/copy.ts';
import { advanceOrigin, readAppliedLsn } from '../stream/origin-store.ts';
import { advanceSlot, findSubscription, setEnabled } from '../stream/stream-store.ts';
import { verifyMove } from '../verify/verify.ts';
import { ensureFence, publish } from './prepare.ts';
import { removeStream } from './remove.ts';
import { switchHome } from './switch.ts';
import { assertWritable, namingRefusals } from './writable.ts';

export interface MoveDependencies {
  /** The control database. */
  readonly db: Database;
  readonly directory: MoveDirectory;
  readonly openSides: OpenSides;
  /** Where files for servers of this machine may stand. */
  readonly passwordDirectory: string;
}

/** One move and both of its shards, in one step. */
export interface Part {
  readonly deps: MoveDependencies;
  readonly move: OrganizationMove;
  readonly sides: Sides;
  readonly context: StepContext;
}

/** A restart takes seconds, a failover up to a minute. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 500;

/**
 * Reads the move anew, opens both shards and does `work`, which has to be safe twice: while a shard is away or takes no
 * writes it is tried again, for two minutes without anything having gone well.
 *
 * @throws {MoveNotFoundError} @throws {DatabaseUnavailableError} @throws {MoveReadOnlyError} @throws {MoveRightsError}
 */
export async function onMove<T>(
  deps: MoveDependencies,
  id: string,
  context: StepContext,
  work: (part: Part) => Promise<T>,
): Promise<T> {
  let awaySince: number | null = null;
  for (;;) {
    const began = performance.now();
    const move = await getMove(deps, id, context.signal);
    try {
      return await deps.openSides(move, (sides) =>
        namingRefusals(sides, () => work({ deps, move, sides, context })),
      );
    } catch (error) {
      const now = performance.now();
      if (awaySince === null || now - began > PATIENCE_MS) awaySince = now;
      context.signal.throwIfAborted();
      const isAway = isUnavailable(error) || error instanceof MoveReadOnlyError;
      if (!isAway || now - awaySince > PATIENCE_MS) throw error;
      context.progress({ message: error instanceof Error ? error.message : String(error) });
      await sleep(RETRY_MS);
    }
  }
}

/** @throws {MoveNotFoundError} */
export async function getMove(
  { db }: Pick<MoveDependencies, 'db'>,
  id: string,
  signal?: AbortSignal,
): Promise<OrganizationMove> {
  const [move] = await untilAvailable(
    () => store.findMany(db, [id]),
    () => signal?.throwIfAborted(),
  );
  if (!move) throw new MoveNotFoundError(id);
  return move;
}

export function note({ deps, move }: Pick<Part, 'deps' | 'move'>, change: store.MoveChange): Promise<void> {
  return untilAvailable(() => store.update(deps.db, move.id, change));
}

/** Writes down which ones are there, while that can be known. Twice is safe. */
export async function noteSubscriptions(part: Pick<Part, 'deps' | 'sides' | 'move'>): Promise<void> {
  const { sides, move } = part;
  const subscriptions = [...move.subscriptions];
  for (const direction of ['FORWARD', 'REVERSE'] as const) {
    const { db } = directed(sides, direction).to;
    const found = await findSubscription(db, namesOf(move.id, direction).stream);
    const isKnown = subscriptions.some((one) => one.direction === direction && one.oid === found?.oid);
    if (found !== null && !isKnown) subscriptions.push({ direction, oid: found.oid });
  }
  if (subscriptions.length > move.subscriptions.length) await note(part, { subscriptions });
}

const VERIFY_TRIES = 5;
const VERIFY_PAUSE_MS = 500;

/**
 * Compares both sides and writes down what came of it. A pause that would take too long is tried again a few times.
 *
 * @throws {MoveDiffersError} @throws {PauseBudgetError} @throws {MoveRefusedError} when the schemas are not the same any more.
 */
export async function compare(part: Part, direction: Direction): Promise<void> {
  const { deps, move, context } = part;
  const sides = directed(part.sides, direction);
  await refuseDifferentSchemas(part.sides);
  await catchUp({ sides, move, direction }, context);
  for (let attempt = 1; ; attempt++) {
    try {
      const { verification, pauseMs } = await verifyMove({
        ...{ sides, move, direction, signal: context.signal },
        onTable: (done, total, name) =>
          context.progress({ message: `comparing ${name}`, fractionDone: done / total }),
      });
      const at = verification.at;
      await untilAvailable(() => store.addVerification(deps.db, move.id, verification));
      await untilAvailable(() =>
        store.addPause(deps.db, move.id, { at, reason: 'VERIFY', milliseconds: pauseMs }),
      );
      if (!verification.isEqual) throw new MoveDiffersError(verification.differences);
      return;
    } catch (error) {
      if (!(error instanceof PauseBudgetError) || attempt === VERIFY_TRIES) throw error;
      context.progress({ message: `${error.message}; try ${attempt} of ${VERIFY_TRIES}` });
      await sleep(VERIFY_PAUSE_MS);
      context.signal.throwIfAborted();
    }
  }
}

/** Whatever can be made before writers have to wait. Twice is safe. */
export async function prepareWayBack({ deps, move, sides, context }: Part): Promise<void> {
  const placement = await deps.directory.find(move.organization);
  if (placement?.shard === move.toShard) return; // a run before this has cut over
  await refuseDifferentSchemas(sides);
  await checkStream({ sides, move, direction: 'FORWARD' });
  await ensureFence(sides.to, move, context);
  await publish({ sides, move, direction: 'REVERSE' }, context);
  await catchUp({ sides, move, direction: 'FORWARD' }, context);
  // The last part, in the pause, then reads little log.
  await advanceSlot(sides.to.db, namesOf(move.id, 'REVERSE').stream);
}

/** What was alike when the move began may have changed under it: a migration, a partition. @throws {MoveRefusedError} */
async function refuseDifferentSchemas(sides: Sides): Promise<void> {
  const failed = (await checkSchemas(sides)).filter(({ state }) => state === 'FAILED');
  if (failed.length > 0) throw new MoveRefusedError(failed);
}

/** @throws {PauseBudgetError} with the move READY again. */
export async function cutOver(part: Part): Promise<number | null> {
  const { deps, move, sides, context } = part;
  await assertWritable(sides); // nobody could write in the new home, and each try is a pause
  await note(part, { state: 'CUTOVER', problem: null });
  context.assertLease();
  try {
    const switched = await switchHome({
      ...{ sides, move, directory: deps.directory, signal: context.signal },
      direction: 'FORWARD',
    });
    const now = new Date();
    if (switched !== null)
      await untilAvailable(() =>
        store.addPause(deps.db, move.id, {
          ...{ at: now.toISOString(), reason: 'CUTOVER', milliseconds: switched.pauseMs },
        }),
      );
    await note(part, { cutOverAt: now });
    return switched?.pauseMs ?? null;
  } catch (error) {
    const isMoved = (await deps.directory.find(move.organization))?.shard === move.toShard;
    const problem = error instanceof Error ? error.message : String(error);
    await note(part, isMoved ? { problem } : { state: 'READY', problem });
    throw error;
  }
}

/** Until here the source could only be followed; from here on it follows. Twice is safe. */
export async function turnRound(part: Part): Promise<void> {
  const { deps, move, sides, context } = part;
  const back = directed(sides, 'REVERSE');
  const [forward, reverse] = [namesOf(move.id, 'FORWARD').stream, namesOf(move.id, 'REVERSE').stream];
  const request = {
    ...{ name: reverse, copiesRows: false, isEnabled: false },
    ...{ directory: deps.passwordDirectory, signal: context.signal },
  };
  if ((await findSubscription(back.to.db, reverse)) === null) await subscribe(back, request);
  await noteSubscriptions(part);
  // A slot that was advanced is back at an older place when its server crashes before a checkpoint, and would send what
  // came from the other side. The subscription's own place is durable.
  const applied = await readAppliedLsn(sides.to.db, forward);
  if (applied !== null) await advanceOrigin(back.to.db, reverse, applied);
  // Both at once would send each change in circles.
  await removeStream({ sides, move }, 'FORWARD', context.signal);
  await setEnabled(back.to.db, reverse, true);
  await note(part, { state: 'REVERSIBLE' });
}
