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

/** The server cannot plan the statement: something it names is not there, or types do not fit. */
export class StatementUnplannableError extends SundayError {
  readonly code = 'STATEMENT_UNPLANNABLE';
  override readonly argument = ['sql'];
  override readonly hint: string;
  /** SQLSTATE of the server. */
  readonly state: string;
  constructor(problem: string, state: string, cause: unknown) {
    super(`the server cannot plan it: ${problem}`, { cause });
    this.state = state;
    this.hint =
      state === '57014'
        ? 'It took longer than it may; ask for its plan without `analyze`, or when the server is less busy.'
        : 'Try the statement as it is in psql with EXPLAIN; name schemas that are not on the search path.';
  }
}
