import { SundayError } from '../errors.ts';

/** The database is not one that demo data may go into. Nothing of it was touched. */
export class DemoDataRefusedError extends SundayError {
  readonly code = 'DEMO_DATA_REFUSED';
  override readonly hint: string;
  constructor(problem: string, hint: string) {
    super(`demo data is refused: ${problem}`);
    this.hint = hint;
  }
}
