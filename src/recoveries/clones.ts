import type { StepContext } from '../operations/define.ts';
import type { Database } from '../postgres/pool.ts';
import type { RecoveryPoint } from './point.ts';

/** The state that is to be looked into. */
export interface CloneWish {
  readonly cluster: string;
  readonly target: RecoveryPoint;
  readonly timeline: number | null;
  /** Absolute path of a directory that is not there yet. */
  readonly directory: string;
  readonly login: { readonly user: string; readonly database: string };
}

/** What making the clone would take. */
export interface ClonePlan {
  readonly label: string;
  readonly why: string;
  /** What was asked for, for people. */
  readonly target: string;
  readonly timeline: number;
  readonly at: string | null;
  readonly databaseBytes: bigint;
  readonly segments: number;
  /** Until it can be opened; null when nothing like it was measured. */
  readonly seconds: number | null;
  readonly basis: string;
  readonly warnings: readonly string[];
}

/** What of a goal we need; the rest is for those who restore. Plain data: it is kept in a checkpoint. */
export interface CloneGoal {
  readonly label: string;
  readonly target: string;
  readonly at: string | null;
  readonly recovery: { readonly timeline: number };
}

export interface Reached {
  readonly lsn: string | null;
  /** When the last transaction in it ended. */
  readonly committedAt: string | null;
  readonly recoveryMs: number;
}

export interface ClonePlanner {
  plan(wish: CloneWish): Promise<ClonePlan>;
  /** Of a directory that we would write ourselves. */
  checkDirectory(wish: { readonly cluster: string; readonly directory: string }): Promise<void>;
}

/** Fenced clones, as backups make them: handed to us by the wiring. */
export interface CloneSource<Goal extends CloneGoal> extends ClonePlanner {
  decide(wish: CloneWish, context: StepContext): Promise<Goal>;
  /** Gives the milliseconds. */
  make(wish: CloneWish, goal: Goal, context: StepContext): Promise<{ readonly restoreMs: number }>;
  open<T>(
    wish: CloneWish,
    goal: Goal,
    context: StepContext,
    act: (db: Database, reached: Reached) => Promise<T>,
  ): Promise<T>;
  remove(wish: Pick<CloneWish, 'directory'>, context: StepContext): Promise<void>;
}
