import { SundayError } from '../../errors.ts';

/** The directory of the embedded fleet cannot be used as it is. */
export class HomeRefusedError extends SundayError {
  readonly code = 'HOME_REFUSED';
  override readonly hint: string;
  constructor(problem: string, hint: string, cause?: unknown) {
    super(problem, { cause });
    this.hint = hint;
  }
}

/** Another process runs the fleet of this directory now. */
export class HomeInUseError extends SundayError {
  readonly code = 'HOME_IN_USE';
  override readonly hint: string;
  readonly pid: number;
  constructor(home: string, pid: number) {
    super(`the fleet in ${home} is already run by process ${pid}`);
    this.pid = pid;
    this.hint =
      `Stop it with \`kill ${pid}\`, or set SUNDAY_HOME to another directory. ` +
      `Another worker beside it: \`SUNDAY_CONFIG=${home}/sunday.yaml npm start -- --role worker\`.`;
  }
}
