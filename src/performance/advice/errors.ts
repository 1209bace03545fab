import { SundayError } from '../../errors.ts';

/** The text is no single SELECT, INSERT, UPDATE, DELETE or WITH; or it may not be run. */
export class StatementRefusedError extends SundayError {
  readonly code = 'STATEMENT_REFUSED';
  override readonly argument = ['sql'];
  override readonly hint: string;
  constructor(problem: string, hint: string) {
    super(problem);
    this.hint = hint;
  }
}

/** States in which the same statement may be planned later. */
const LATER: Readonly<Record<string, string>> = {
  '57014': 'It took longer than it may; ask without `analyze`, or when the server is less busy.',
  '55P03': 'Another session holds the table: `sunday locks` names it. Try again when it has ended.',
};

/** The server cannot plan the statement: something it names is not there, or types do not fit. */
export class StatementUnplannableError extends SundayError {
  readonly code = 'STATEMENT_UNPLANNABLE';
  override readonly argument = ['sql'];
  override readonly hint: string;
  override readonly retryable: boolean;
  /** SQLSTATE of the server. */
  readonly state: string;
  constructor(problem: string, state: string, cause: unknown) {
    super(`the server cannot plan it: ${problem}`, { cause });
    this.state = state;
    this.retryable = state in LATER;
    this.hint =
      LATER[state] ??
      'Try the statement as it is in psql with EXPLAIN; name schemas that are not on the search path.';
  }
}
