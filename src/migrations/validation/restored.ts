import { SundayError } from '../../errors.ts';
import type { StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';

/** What restoring a backup for a trial would take. */
export interface RestorePreview {
  readonly label: string;
  readonly databaseBytes: bigint;
  /** Of write-ahead log that is replayed. */
  readonly segments: number;
  /** Until it could be opened; null when nothing like it was measured. */
  readonly seconds: number | null;
  readonly warnings: readonly string[];
}

/** The backup of a trial. The rest is for those who restore; plain data: it is kept in a checkpoint. */
export interface ChosenBackup {
  readonly label: string;
  /** When the cluster was in that state; null when nothing says it. */
  readonly at: string | null;
  readonly databaseBytes: number;
}

/** Which backup of which cluster; `latest`, a label or an alias. */
export interface BackupWish {
  readonly cluster: string;
  readonly backup: string;
}

/**
 * Databases on restored backups: servers of our own, fenced off from production, that take writes. Handed to us by the
 * wiring. All steps can be repeated; whoever restores removes in the end, also in its compensation. The lane of backups
 * must be held: a set must not expire while it is restored.
 */
export interface RestoredBackups<Chosen extends ChosenBackup> {
  /** Reads only. @throws the refusals of a restore. */
  preview(wish: BackupWish): Promise<RestorePreview>;
  /** @throws the refusals of a restore. */
  choose(wish: BackupWish, context: StepContext): Promise<Chosen>;
  /** Gives the milliseconds of the copy. */
  restore(chosen: Chosen, context: StepContext): Promise<number>;
  /**
   * Does `act` on the product's database as the role that runs migrations; `recoveryMs`: until it was there. One that
   * an earlier try has let write is restored again first.
   *
   * @throws {CloneReadOnlyError}
   */
  open<T>(
    chosen: Chosen,
    context: StepContext,
    act: (db: Database, recoveryMs: number) => Promise<T>,
  ): Promise<T>;
  /** Twice is safe, and so is removing one that never was. */
  remove(context: StepContext): Promise<void>;
}

/** A restored clone would not leave recovery, so nothing can be tried on it. */
export class CloneReadOnlyError extends SundayError {
  readonly code = 'CLONE_READ_ONLY';
  override readonly hint: string;
  override readonly retryable: boolean;
  /** `seconds`: how long it was waited for; null: nobody may let it write. */
  constructor(label: string, seconds: number | null) {
    super(
      seconds === null
        ? `the clone of backup ${label} can't be let write: no superuser of the cluster may log in`
        : `the clone of backup ${label} did not leave recovery within ${seconds} s`,
    );
    this.retryable = seconds !== null;
    this.hint =
      seconds === null
        ? 'Let a superuser log in on the cluster (the clone takes nobody but our own user), or validate without a backup.'
        : 'Try again, or validate on another backup.';
  }
}
