import type { Requester } from '../access/principals.ts';
import type { ErrorCode } from '../error-codes.ts';
import type { Operation, OperationRequest } from '../operations/operations.ts';
import type { Page } from '../page.ts';
import type { MissedPolicy } from './decide.ts';
import type { Occurrence, PlannedRun, Timing } from './timing.ts';

/**
 * | state  | means                                          | next                                   |
 * |--------|------------------------------------------------|----------------------------------------|
 * | ACTIVE | waits for its next moment                      | PAUSED, ENDED (nothing comes any more) |
 * | PAUSED | its moments pass and nothing is noted          | ACTIVE                                 |
 * | ENDED  | its only moment was, or no other one will come | ACTIVE by a change                     |
 */
export const SCHEDULE_STATES = ['ACTIVE', 'PAUSED', 'ENDED'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** A rule that starts an operation of one kind with one input. */
export interface Schedule extends Timing {
  readonly id: string;
  readonly name: string;
  /** Kind of the operation, e.g. `backups.start`. */
  readonly kind: string;
  /** Null when the operation belongs to no cluster. */
  readonly cluster: string | null;
  /** What the operation acts on, for people. */
  readonly target: string;
  readonly input: unknown;
  readonly missedPolicy: MissedPolicy;
  readonly state: ScheduleState;
  /** Grows with each change by people. */
  readonly revision: number;
  /** What it waits for, kept while it is paused; null when it has ended. */
  readonly next: Occurrence | null;
  readonly lastOperationId: string | null;
  readonly createdBy: string;
  /** Name of the token that last said what it does; pausing does not count. */
  readonly updatedBy: string;
  /** The person behind that token; null: the token itself. */
  readonly onBehalfOf: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * | outcome         | means                                                                        |
 * |-----------------|------------------------------------------------------------------------------|
 * | STARTED         | the operation was written; what came of that is said by the operation        |
 * | SKIPPED         | the operation of the run before was unfinished                               |
 * | MISSED          | nobody was there to start it in time, or before its window closed            |
 * | FAILED_TO_START | the operation was refused                                                    |
 */
export const RUN_OUTCOMES = ['STARTED', 'SKIPPED', 'MISSED', 'FAILED_TO_START'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** What became of one moment. */
export interface ScheduleRun {
  readonly id: bigint;
  readonly scheduleId: string;
  readonly dueAt: Date;
  readonly recordedAt: Date;
  readonly outcome: RunOutcome;
  /** Null: it was started in time. */
  readonly reason: string | null;
  readonly errorCode: ErrorCode | null;
  readonly operationId: string | null;
  /** Moments that this stands for: more than one when several were missed in a row. */
  readonly moments: number;
  /** Who asked for it out of turn; null: the clock. */
  readonly requestedBy: string | null;
}

/** What people say about a schedule. */
export interface ScheduleRequest extends Timing {
  readonly name: string;
  readonly kind: string;
  /** Put into the input as `cluster`; null: it is there already, or the kind has none. */
  readonly cluster: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly missedPolicy: MissedPolicy;
  /** Null: as it was, and active when it is new. */
  readonly isPaused: boolean | null;
  readonly dryRun: boolean;
}

export interface UpsertOutcome {
  /** Null for a dry run. */
  readonly schedule: Schedule | null;
  readonly target: string;
  /** At most five; fewer when the schedule ends before. */
  readonly nextRuns: readonly PlannedRun[];
}

export interface ScheduleFilter {
  readonly cluster: string | null;
  /** Only those that start one of these. Left out: all. */
  readonly kinds?: readonly string[];
}

/** Everything the API does with schedules. */
export interface ScheduleService {
  /**
   * Makes the schedule of that name, or replaces all of it.
   *
   * @throws {OperationKindUnknownError} @throws {ScheduleInputInvalidError} @throws {ForbiddenError} without the scope
   * of the operation's own mutation @throws {CronInvalidError} @throws {TimezoneInvalidError}
   * @throws {ScheduleMomentPastError} @throws {ScheduleNeverRunsError} @throws {TooManySchedulesError}
   */
  upsert(wanted: ScheduleRequest, requester: Requester): Promise<UpsertOutcome>;
  /** Its runs go with it; what they started stays. @throws {ScheduleNotFoundError} */
  remove(name: string, requester: Requester): Promise<Schedule>;
  /** Moments pass without a trace until it is resumed. Twice is the same as once. @throws {ScheduleNotFoundError} */
  pause(name: string, requester: Requester): Promise<Schedule>;
  /** @throws {ScheduleNotFoundError} @throws {ScheduleMomentPastError} when its only moment passed in the meantime. */
  resume(name: string, requester: Requester): Promise<Schedule>;
  /**
   * Starts its operation now, in the name of the requester; its own moments stay as they are.
   *
   * @throws {ScheduleNotFoundError} @throws {OperationConflictError} while the one of the last run is unfinished.
   */
  trigger(
    name: string,
    request: OperationRequest,
  ): Promise<{ readonly schedule: Schedule; readonly operation: Operation }>;
  find(name: string): Promise<Schedule | null>;
  /** In the order of `ids`; null where there is none. */
  findMany(ids: readonly string[]): Promise<readonly (Schedule | null)[]>;
  /** By name. */
  list(filter: ScheduleFilter, page: Page<string>): Promise<readonly Schedule[]>;
  count(filter: ScheduleFilter): Promise<number>;
  /** Newest first. */
  listRuns(scheduleId: string, page: Page<bigint>): Promise<readonly ScheduleRun[]>;
  countRuns(scheduleId: string): Promise<number>;
  /** The next runs, at most `count`; empty when it is paused or has ended. */
  previewRuns(schedule: Schedule, count: number): readonly PlannedRun[];
  /** Starts what is due: the clock calls it. Twice at once is safe. */
  startDue(): Promise<void>;
}
