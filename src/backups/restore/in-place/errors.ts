import { SundayError } from '../../../errors.ts';

/** We may not stop, replace and start these servers. Nothing was changed. */
export class RestoreInPlaceRefusedError extends SundayError {
  readonly code = 'RESTORE_IN_PLACE_REFUSED';
  override readonly argument = ['input', 'inPlace'];
  override readonly hint: string;
  constructor(cluster: string, problem: string, steps: readonly string[]) {
    super(`${cluster} cannot be restored in place by us: ${problem}`);
    const numbered = steps.map((one, index) => `${index + 1}. ${one}`).join(' ');
    this.hint = `Put that right, or do it by hand: ${numbered}`;
  }
}

export class RestoreNotConfirmedError extends SundayError {
  readonly code = 'RESTORE_NOT_CONFIRMED';
  override readonly argument = ['input', 'confirm'];
  override readonly hint: string;
  constructor(cluster: string) {
    super(`restoring ${cluster} in place stops it and takes back what was committed since`);
    this.hint = `Look at the plan, then type the cluster's name back: confirm: "${cluster}".`;
  }
}

/** Clients may have written to the restored primary, so nothing is put back by itself any more. */
export class RestoreUnfinishedError extends SundayError {
  readonly code = 'RESTORE_UNFINISHED';
  override readonly hint: string;
  constructor(
    {
      cluster,
      directory,
      old,
    }: { readonly cluster: string; readonly directory: string; readonly old: string },
    cause: unknown,
  ) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    super(`${cluster} was restored and its primary opened, but then: ${problem}`, { cause });
    this.hint = `The restored primary is in ${directory}, the one before in ${old}. Put right what is named and rebuild the standbys from the primary; or go back: stop all servers, move ${directory} away and ${old} to its place, start.`;
  }
}
