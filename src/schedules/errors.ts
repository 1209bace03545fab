import { InvalidInputError, SundayError } from '../errors.ts';

/** The text is no cron expression that we take: 5 fields, or 6 with the seconds first. */
export class CronInvalidError extends SundayError {
  readonly code = 'CRON_INVALID';
  override readonly hint =
    'Five fields (minute hour day month weekday), or six with the seconds first: `0 2 * * SUN`.';
  override readonly argument: readonly string[];
  constructor(cron: string, problem: string, argument: readonly string[]) {
    super(`${cron} is no cron expression: ${problem}`);
    this.argument = argument;
  }
}

/** No timezone has that name. */
export class TimezoneInvalidError extends SundayError {
  readonly code = 'TIMEZONE_INVALID';
  override readonly hint = 'Use a name of the IANA database: `UTC`, `Europe/Berlin`, `America/New_York`.';
  override readonly argument: readonly string[];
  constructor(timezone: string, argument: readonly string[]) {
    super(`there is no timezone ${timezone}`);
    this.argument = argument;
  }
}

/** The one moment of the schedule is over. */
export class ScheduleMomentPastError extends SundayError {
  readonly code = 'SCHEDULE_MOMENT_PAST';
  override readonly hint = 'Give a moment that is to come, or start the operation now by its own mutation.';
  override readonly argument = ['input', 'at'];
  constructor(at: Date, now: Date) {
    super(`${at.toISOString()} is not to come any more: it is ${now.toISOString()}`);
  }
}

/** The moments never come, e.g. 31 February, or the window never opens. */
export class ScheduleNeverRunsError extends SundayError {
  readonly code = 'SCHEDULE_NEVER_RUNS';
  override readonly hint = 'Look at the days and months: no date may match all of them.';
  override readonly argument: readonly string[];
  constructor(what: string, argument: readonly string[]) {
    super(`${what} never comes`);
    this.argument = argument;
  }
}

/** No operation that can be scheduled is of that kind. */
export class OperationKindUnknownError extends SundayError {
  readonly code = 'OPERATION_KIND_UNKNOWN';
  override readonly hint: string;
  override readonly argument = ['input', 'kind'];
  constructor(kind: string, known: readonly string[]) {
    super(`no operation of kind ${kind} can be scheduled`);
    this.hint = `Known kinds: ${known.join(', ')}.`;
  }
}

/** The operation would not take this input. */
export class ScheduleInputInvalidError extends SundayError {
  readonly code = 'SCHEDULE_INPUT_INVALID';
  override readonly hint = 'Give what the operation takes: `Operation.input` of an earlier one shows it.';
  override readonly argument = ['input', 'operationInput'];
  constructor(kind: string, problems: readonly string[]) {
    super(`${kind} does not take this input: ${problems.join('; ')}`);
  }
}

export class ScheduleNotFoundError extends SundayError {
  readonly code = 'SCHEDULE_NOT_FOUND';
  override readonly hint = 'List the schedules to see their names.';
  override readonly argument = ['input', 'name'];
  constructor(name: string) {
    super(`there is no schedule ${name}`);
  }
}

export class TooManySchedulesError extends SundayError {
  readonly code = 'TOO_MANY_SCHEDULES';
  override readonly hint = 'Delete those that have ended.';
  constructor(limit: number) {
    super(`there are ${limit} schedules already`);
  }
}

/** Timing arguments that cannot stand together. */
export function timingProblem(field: string, problem: string): InvalidInputError {
  return new InvalidInputError(['input', field], problem);
}
