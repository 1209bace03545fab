/**
 * | state       | means                                                       | next                         |
 * |-------------|-------------------------------------------------------------|------------------------------|
 * | PREFLIGHT   | everything that could go wrong is looked at; nothing is made | COPYING, ABORTED             |
 * | COPYING     | the target's workers copy the tables                        | CATCHING_UP, ABORTED         |
 * | CATCHING_UP | all tables are there; the stream nears the source           | VERIFYING, ABORTED           |
 * | VERIFYING   | both sides are compared, row by row                         | READY, ABORTED               |
 * | READY       | equal, and kept equal; the source is still the one          | CUTOVER, ABORTED             |
 * | CUTOVER     | writers wait, or have just been sent to the target          | REVERSIBLE, READY (given up) |
 * | REVERSIBLE  | the target is the one, and the source is kept equal         | COMPLETED, REVERSED          |
 * | COMPLETED   | the rows on the source are gone                             | the end                      |
 * | ABORTED     | nothing was moved, and nothing of it is left                | the end                      |
 * | REVERSED    | the source is the one again, the rows on the target are gone | the end                     |
 *
 * Which of both shards is the one is for the directory to say, and for nobody else: its flip is the one moment.
 */
export const MOVE_STATES = [
  'PREFLIGHT',
  'COPYING',
  'CATCHING_UP',
  'VERIFYING',
  'READY',
  'CUTOVER',
  'REVERSIBLE',
  'COMPLETED',
  'ABORTED',
  'REVERSED',
] as const;
export type MoveState = (typeof MOVE_STATES)[number];

/** In these the organization still lives on the source for sure. */
export const BEFORE_CUTOVER: readonly MoveState[] = [
  'PREFLIGHT',
  'COPYING',
  'CATCHING_UP',
  'VERIFYING',
  'READY',
];
export const ENDED_MOVES: readonly MoveState[] = ['COMPLETED', 'ABORTED', 'REVERSED'];

export const CUTOVER_MODES = ['AUTOMATIC', 'MANUAL'] as const;
export type CutoverMode = (typeof CUTOVER_MODES)[number];

/** A time of each day, in UTC; one that ends before it begins goes over midnight. */
export interface CutoverWindow {
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
}

/** What was asked for. */
export interface MoveSettings {
  readonly cutover: CutoverMode;
  /** Longest pause of the organization's writers, in milliseconds; a cutover that would break it gives up. */
  readonly pauseBudgetMs: number;
  /** Null: at any time. */
  readonly window: CutoverWindow | null;
  /** How long the making of a slot may wait for transactions that are open. */
  readonly slotTimeoutSeconds: number;
  /** A source that has to keep more write-ahead log than this for the move is freed of it. */
  readonly maxRetainedWalBytes: number;
}

export const DEFAULT_SETTINGS: MoveSettings = {
  cutover: 'AUTOMATIC',
  pauseBudgetMs: 250,
  window: null,
  slotTimeoutSeconds: 30,
  maxRetainedWalBytes: 4 * 1024 ** 3,
};

export const CHECK_STATES = ['OK', 'WARNING', 'FAILED', 'UNKNOWN'] as const;

/** One thing that has gone wrong in moves before, and whether it would now. */
export interface MoveCheck {
  /** UPPER_SNAKE, stable. */
  readonly name: string;
  readonly state: (typeof CHECK_STATES)[number];
  /** What was found, as one sentence. */
  readonly detail: string;
  /** What to do about it; null when there is nothing to do. */
  readonly hint: string | null;
}

export const TABLE_STATES = ['WAITING', 'COPYING', 'COPIED', 'STREAMING'] as const;

/** How far one table is. */
export interface MoveTable {
  readonly name: string;
  /** Of the organization on the source, counted in the preflight. */
  readonly rows: number;
  readonly state: (typeof TABLE_STATES)[number];
  /** While its copy runs, from pg_stat_progress_copy; then `rows`. */
  readonly rowsCopied: number;
  /** Null before its copy runs and after it: the server says it for a running one only. */
  readonly bytesCopied: number | null;
}

/** One comparison of both sides at one moment. */
export interface MoveVerification {
  readonly at: string;
  /** Which side followed the other. */
  readonly direction: Direction;
  readonly isEqual: boolean;
  readonly rows: number;
  readonly tables: number;
  /** Tables whose rows are not the same, and references to rows that are not there; at most 20. */
  readonly differences: readonly string[];
}

/** How long writers of the organization had to wait, once. */
export interface MovePause {
  readonly at: string;
  readonly reason: 'VERIFY' | 'CUTOVER' | 'REVERSE';
  /** From our lock to the moment in which writers could go on. */
  readonly milliseconds: number;
}

/** FORWARD: from source to target. */
export type Direction = 'FORWARD' | 'REVERSE';

/** One that the move has made: what servers make for it has its oid in the name, and not the move's id. */
export interface MoveSubscription {
  readonly direction: Direction;
  /** As it stands in names: it may be above what an int holds. */
  readonly oid: string;
}

/** One organization on its way from a shard to another. */
export interface OrganizationMove {
  /** That of the operation which began it. */
  readonly id: string;
  readonly organization: string;
  readonly fromShard: string;
  readonly fromCluster: string;
  readonly toShard: string;
  readonly toCluster: string;
  readonly state: MoveState;
  readonly settings: MoveSettings;
  /** Of the placement before the cutover. */
  readonly epoch: bigint;
  readonly checks: readonly MoveCheck[];
  readonly tables: readonly MoveTable[];
  readonly verifications: readonly MoveVerification[];
  readonly pauses: readonly MovePause[];
  readonly subscriptions: readonly MoveSubscription[];
  /** Why it does not go on, or ended without having moved anything; null when all is well. */
  readonly problem: string | null;
  readonly startedAt: Date;
  readonly cutOverAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Where an organization lives. */
export interface MovePlacement {
  readonly shard: string;
  /** Grows with every move. */
  readonly epoch: bigint;
}

/** What moves need of the directory of placements. */
export interface MoveDirectory {
  /** Null when it knows no such organization. */
  find(organization: string): Promise<MovePlacement | null>;
  /** The cluster of a shard, and whether it takes organizations; null when there is no such shard. */
  findShard(name: string): Promise<{ readonly cluster: string; readonly takesOrganizations: boolean } | null>;
  /** Gives the new epoch. Must refuse when the placement is not `from` with `expectedEpoch` any more. */
  flip(change: {
    readonly organization: string;
    readonly from: string;
    readonly to: string;
    readonly expectedEpoch: bigint;
  }): Promise<bigint>;
}

/** True while a cutover may begin. */
export function isInWindow(window: CutoverWindow | null, now: Date): boolean {
  if (window === null) return true;
  const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
  const [from, to] = [toMinutes(window.from), toMinutes(window.to)];
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Names of everything that a move makes in a database. They tell whose it is when it is left behind. */
export function namesOf(moveId: string, direction: Direction): { readonly stream: string } {
  const name = `sunday_move_${moveId.replaceAll('-', '')}`;
  return { stream: direction === 'FORWARD' ? name : `${name}_r` };
}

/** The id of the move that made it; null for anything else. */
export function moveOf(name: string): string | null {
  const match = /^sunday_move_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})/.exec(name);
  return match === null ? null : match.slice(1, 6).join('-');
}
