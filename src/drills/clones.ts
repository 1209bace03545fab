import type { StepContext } from '../operations/define.ts';
import type { Database } from '../postgres/pool.ts';
import type { DrillTarget } from './drills.ts';

/** The state that a drill restores. */
export interface CloneWish {
  readonly cluster: string;
  readonly target: DrillTarget;
  /** Null: as a restore chooses. */
  readonly timeline: number | null;
  /** Absolute path of a directory that is not there yet. */
  readonly directory: string;
  readonly login: { readonly user: string; readonly database: string };
}

export interface ClonePlan {
  readonly label: string;
  /** What was asked for, for people. */
  readonly target: string;
  readonly databaseBytes: bigint;
  readonly segments: number;
  /** Until it could be opened; null when nothing like it was measured. */
  readonly seconds: number | null;
  readonly warnings: readonly string[];
}

/** What of a goal we need; the rest is for those who restore. Plain data: it is kept in a checkpoint. */
export interface CloneGoal {
  readonly label: string;
  readonly target: string;
  readonly at: string | null;
  readonly databaseBytes: number;
  /** Null when the rows of that state were not noted: `note` says why. */
  readonly manifest: { readonly database: string } | null;
  readonly note: string | null;
}

/** Of the files of a clone, in milliseconds. */
export interface FilesTimes {
  readonly restoreMs: number;
  /** Of these, what does not grow with the database. */
  readonly fixedMs: number;
}

export interface Reached {
  readonly lsn: string | null;
  /** When the last transaction in it ended. */
  readonly committedAt: string | null;
  readonly recoveryMs: number;
  /** Of these, the replay of log; null: not told. */
  readonly replayMs: number | null;
  /** Log that was replayed. */
  readonly walBytes: number;
}

/** One counted table against what the backup noted. */
export interface CountedTable {
  readonly table: string;
  readonly expectedMin: number;
  readonly expectedMax: number;
  /** Null when the table is not there or can't be read. */
  readonly found: number | null;
  readonly ok: boolean;
}

/** Fenced clones, as backups make them: handed to us by the wiring. */
export interface CloneSource<Goal extends CloneGoal> {
  plan(wish: CloneWish): Promise<ClonePlan>;
  decide(wish: CloneWish, context: StepContext): Promise<Goal>;
  make(wish: CloneWish, goal: Goal, context: StepContext): Promise<FilesTimes>;
  open<T>(
    wish: CloneWish,
    goal: Goal,
    context: StepContext,
    act: (db: Database, reached: Reached) => Promise<T>,
  ): Promise<T>;
  remove(wish: Pick<CloneWish, 'directory'>, context: StepContext): Promise<void>;
  /** Counts what the goal's manifest has counted. */
  countRows(db: Database, goal: Goal, context: StepContext): Promise<readonly CountedTable[]>;
}

/** An interval in which every moment can be recovered. */
export interface DrillWindow {
  readonly timeline: number;
  readonly from: Date;
  /** Null when nobody could read where it ends. */
  readonly to: Date | null;
  /** Labels of the sets in it, oldest first. */
  readonly labels: readonly string[];
}
