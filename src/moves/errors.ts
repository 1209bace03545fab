import { SundayError } from '../errors.ts';
import { type Blocker, describeBlocker } from '../postgres/blockers.ts';
import type { MoveCheck, MoveState, OrganizationMove } from './moves.ts';

/** The directory knows no such organization. */
export class OrganizationNotFoundError extends SundayError {
  readonly code = 'ORGANIZATION_NOT_FOUND';
  override readonly hint = 'List the organizations to see their ids.';
  override readonly argument = ['input', 'organization'];
  constructor(id: string) {
    super(`there is no organization ${id}`);
  }
}

/** No shard has that name. */
export class ShardNotFoundError extends SundayError {
  readonly code = 'SHARD_NOT_FOUND';
  override readonly hint = 'List the shards to see their names.';
  override readonly argument = ['input', 'toShard'];
  constructor(name: string) {
    super(`there is no shard ${name}`);
  }
}

/** No move has that id. */
export class MoveNotFoundError extends SundayError {
  readonly code = 'MOVE_NOT_FOUND';
  override readonly hint = 'List the moves to see their ids.';
  override readonly argument = ['input', 'id'];
  constructor(id: string) {
    super(`there is no move ${id}`);
  }
}

/** The organization is on its way already. */
export class OrganizationMovingError extends SundayError {
  readonly code = 'ORGANIZATION_MOVING';
  override readonly hint = 'Complete, reverse or abort that move first.';
  readonly moveId: string;
  constructor({
    id,
    organization,
    toShard,
    state,
  }: Pick<OrganizationMove, 'id' | 'organization' | 'toShard' | 'state'>) {
    super(`organization ${organization} is on its way to ${toShard} already: move ${id} is ${state}`);
    this.moveId = id;
  }
}

/** The move is not in a state in which this can be done. */
export class MoveStateError extends SundayError {
  readonly code = 'MOVE_STATE';
  override readonly hint: string;
  readonly state: MoveState;
  constructor({ id, state }: Pick<OrganizationMove, 'id' | 'state'>, wanted: string, hint: string) {
    super(`move ${id} is ${state} and cannot be ${wanted}`);
    this.state = state;
    this.hint = hint;
  }
}

/** Something that was looked at before anything was made would let the move fail. */
export class MoveRefusedError extends SundayError {
  readonly code = 'MOVE_REFUSED';
  override readonly hint: string | null;
  readonly checks: readonly MoveCheck[];
  constructor(failed: readonly MoveCheck[]) {
    super(failed.map(({ name, detail }) => `${name}: ${detail}`).join('; '));
    this.hint = failed.find(({ hint }) => hint !== null)?.hint ?? null;
    this.checks = failed;
  }
}

/** Open transactions are in the way of a slot or a trigger; nothing stays of the try. */
export class MoveBlockedError extends SundayError {
  readonly code = 'MOVE_BLOCKED';
  override readonly hint = 'End the sessions that are named, or wait until they end, then try again.';
  override readonly retryable = true;
  constructor(what: string, seconds: number, blockers: readonly Blocker[]) {
    const who = blockers.length === 0 ? 'nobody is named' : blockers.map(describeBlocker).join('; ');
    super(`${what} was not possible within ${seconds} s; in the way: ${who}`);
  }
}

/** The copy or the stream does not go on. */
export class MoveStreamError extends SundayError {
  readonly code = 'MOVE_STREAM_BROKEN';
  override readonly hint: string;
  constructor(problem: string, hint: string) {
    super(problem);
    this.hint = hint;
  }
}

/** The source would have to keep more write-ahead log than it may. */
export class MoveWalLimitError extends SundayError {
  readonly code = 'MOVE_WAL_LIMIT';
  override readonly hint =
    'Find out why the target does not keep up, or allow more with maxRetainedWalBytes; then move again.';
  constructor(shard: string, retainedBytes: number, limitBytes: number) {
    super(`${shard} keeps ${retainedBytes} bytes of write-ahead log for the move, more than ${limitBytes}`);
  }
}

/** Both sides are not the same. */
export class MoveDiffersError extends SundayError {
  readonly code = 'MOVE_DIFFERS';
  override readonly hint = 'Abort or reverse the move: the shard that the rows came from has the right ones.';
  readonly differences: readonly string[];
  constructor(differences: readonly string[]) {
    super(`both sides differ: ${differences.join('; ')}`);
    this.differences = differences;
  }
}

/** A shard takes no writes: somebody has made it read-only, or it is a standby now. */
export class MoveReadOnlyError extends SundayError {
  readonly code = 'MOVE_READ_ONLY';
  override readonly hint =
    'Make it writable again, then try again; what is left of a move that has failed goes by itself within an hour.';
  override readonly retryable = true;
  constructor(shards: readonly string[], cause?: unknown) {
    super(`${shards.join(' and ')} takes no writes`, { cause });
  }
}

/** The role that moves organizations may not do what it has to any more. */
export class MoveRightsError extends SundayError {
  readonly code = 'MOVE_RIGHTS_MISSING';
  override readonly hint =
    'Make the mover role of the cluster a superuser, then try again; what is left of a move that has failed goes by itself within an hour.';
  constructor(shards: readonly string[], cause: Error) {
    super(`our role may not do what a move needs on ${shards.join(' and ')}: ${cause.message}`, { cause });
  }
}

/** Nobody has proven since the cutover that both sides are the same, and nobody can any more. */
export class MoveUnprovenError extends SundayError {
  readonly code = 'MOVE_UNPROVEN';
  override readonly hint: string;
  constructor({ id, fromShard }: Pick<OrganizationMove, 'id' | 'fromShard'>) {
    super(`both sides of move ${id} were never proven equal after its cutover, and its way back is gone`);
    this.hint = `Look at the rows on both shards. To delete those on ${fromShard} all the same, complete it with acceptDifferences.`;
  }
}

/** The pause would have taken longer than it may; writers go on where they were. */
export class PauseBudgetError extends SundayError {
  readonly code = 'PAUSE_BUDGET_EXCEEDED';
  override readonly hint =
    'Try again at a quieter time, end long transactions of this organization, or allow a longer pause.';
  override readonly retryable = true;
  constructor(budgetMs: number, during: string) {
    super(
      `writers would have had to wait for more than ${budgetMs} ms (${during}); they go on where they were`,
    );
  }
}

/** The cutover of this move has a time of day, and it is another one. */
export class OutsideWindowError extends SundayError {
  readonly code = 'MOVE_OUTSIDE_WINDOW';
  override readonly hint = 'Wait for the window; an automatic cutover comes by itself.';
  override readonly retryable = true;
  constructor({ from, to }: { readonly from: string; readonly to: string }) {
    super(`this move is cut over between ${from} and ${to} UTC only`);
  }
}

/** Something that a move made is still there. */
export class MoveLeftoversError extends SundayError {
  readonly code = 'MOVE_LEFTOVERS';
  override readonly hint = 'Try again; what stays then has to be removed by hand.';
  override readonly retryable = true;
  constructor(things: readonly string[]) {
    super(`of the move there is still: ${things.join('; ')}`);
  }
}
