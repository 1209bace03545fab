import { SundayError } from '../../errors.ts';

/** A set of the future is there, so a new one could not be the newest. */
export class ClockWentBackError extends SundayError {
  readonly code = 'CLOCK_WENT_BACK';
  override readonly hint =
    'Set the clock of this host right. When it is right now, wait until that moment, or take backups into another repository.';
  override readonly retryable = true;
  constructor(
    stanza: string,
    { label, at, now }: { readonly label: string; readonly at: Date; readonly now: Date },
  ) {
    super(
      `the clock says ${now.toISOString()}, but backup ${label} of stanza ${stanza} was begun at ${at.toISOString()}`,
    );
  }
}

/** One of two clocks is wrong, and nobody can tell which. */
export class ClocksDisagreeError extends SundayError {
  readonly code = 'CLOCKS_DISAGREE';
  override readonly hint =
    'Set the clocks of both machines by NTP (chronyc tracking, timedatectl), then try again.';
  override readonly retryable = true;
  constructor(other: string, { now, theirs }: { readonly now: Date; readonly theirs: Date }) {
    super(`the clock of this host says ${now.toISOString()}, that of ${other} ${theirs.toISOString()}`);
  }
}
