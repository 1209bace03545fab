import { SundayError } from '../../errors.ts';
import type { ConversionProblem } from './judge.ts';

/** No table of that name is there. */
export class TableNotFoundError extends SundayError {
  readonly code = 'TABLE_NOT_FOUND';
  override readonly hint = 'Give its schema and a dot in front where that is not public.';
  override readonly argument = ['input', 'table'];
  constructor(cluster: string, table: string) {
    super(`${cluster} has no table ${table}`);
  }
}

/** Something about the table or its place would let the conversion fail, or lose something. */
export class TableNotConvertibleError extends SundayError {
  readonly code = 'TABLE_NOT_CONVERTIBLE';
  override readonly hint: string | null;
  readonly problems: readonly ConversionProblem[];
  constructor(table: string, problems: readonly ConversionProblem[]) {
    super(`${table} cannot be partitioned: ${problems.map(({ detail }) => detail).join('; ')}`);
    this.problems = problems;
    this.hint = problems[0]?.hint ?? null;
  }
}

/** The new table does not hold what the plain one holds; nothing was swapped. */
export class ConversionDiffersError extends SundayError {
  readonly code = 'PARTITION_CONVERSION_DIFFERS';
  override readonly hint =
    'The plain table is in its place, and what was made of it is removed. See who writes to tables of schema sunday_new, then begin again.';
  constructor(table: string, problem: string) {
    super(`${table} was not swapped: ${problem}`);
  }
}

/** Changes come faster than they can be caught up with, or nobody lets go of the table. */
export class ConversionBehindError extends SundayError {
  readonly code = 'PARTITION_CONVERSION_BEHIND';
  override readonly retryable = true;
  override readonly hint = 'Begin again at a quieter time, or with a longer swapPatienceSeconds.';
  constructor(table: string, waitedSeconds: number, problem: string) {
    super(`${table} could not be swapped within ${waitedSeconds} s: ${problem}`);
  }
}
