import { SundayError } from '../../errors.ts';

/** Where the history is kept does not answer, or refuses. What is measured meanwhile is shown as ever. */
export class HistoryUnavailableError extends SundayError {
  readonly code = 'HISTORY_UNAVAILABLE';
  override readonly hint =
    'See `sunday platform list` for the state of the ClickHouse that keeps the history, then ask again.';
  override readonly retryable = true;
  constructor(reason: string, cause: unknown) {
    super(`the history cannot be read: ${reason}`, { cause });
  }
}
