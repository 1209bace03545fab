import { isUnavailable, isServerError } from '../../postgres/errors.ts';
import { type LockWait, watchLocks } from '../../postgres/blockers.ts';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import type { SqlStatement } from '../../postgres/parse.ts';
import { runScript } from '../../postgres/script.ts';
import { MigrationBlockedError, MigrationFailedError, type MigrationFailure } from './run-errors.ts';
import { limitsOf, pause, type RetryLimits, type StatementPlace, type Task } from './run.ts';
import { lineOfPosition } from '../files/script.ts';

const CLIENT_TIMEOUT_MARGIN_MS = 5_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1; // what setTimeout can count
const MIN_WATCH_MS = 50;
const CONCURRENT_WATCH_MS = 500;
/** Lock not available in time, deadlock: the only failures that are tried again. */
const RETRIED_STATES = new Set(['55P03', '40P01']);
const RETRY: RetryLimits = { attempts: 12, totalMs: 60_000, firstDelayMs: 100 };
const LONGEST_DELAY_MS = 5_000;

/** One statement of a script, and where it stands there. */
export interface Sendable {
  readonly statement: SqlStatement;
  readonly at: StatementPlace;
}

export interface SendOptions {
  /** What is run instead of the statement's own text. */
  readonly text?: string;
  /** True while the server has no lock timeout: then whoever is in the way is looked for less often. */
  readonly waitsForEver?: boolean;
  readonly onTick?: () => Promise<void>;
  /** Statements of ours that go before it in the same message, in ASCII, and how many they are. */
  readonly before?: { readonly text: string; readonly count: number };
  readonly onRow?: (values: readonly (string | null)[]) => void;
}

/** How long the server's answer is waited for: a little longer than its own timeout, for one that hangs. */
export function clientTimeoutOf({ statementTimeoutMs }: { readonly statementTimeoutMs: number }): number {
  return Math.min(statementTimeoutMs + CLIENT_TIMEOUT_MARGIN_MS, LONGEST_TIMER_MS);
}

/** The statements of a task with their places. */
export function listSendables({ script: { statements } }: Task): readonly Sendable[] {
  return statements.map((statement, index) => ({
    statement,
    at: { number: index + 1, count: statements.length, line: statement.line },
  }));
}

/**
 * Sends one statement and waits for its end. Whoever blocks it is reported while it waits.
 *
 * @throws {MigrationFailedError} @throws {MigrationBlockedError} when its lock could not be had in time
 * @throws the signal's reason when aborted @throws what the connection fails with
 */
export async function sendStatement(task: Task, one: Sendable, options: SendOptions = {}): Promise<void> {
  const { run, place } = task;
  const { db, pid, session } = run;
  const { signal, onProgress } = run.options;
  const limits = limitsOf(task);
  const timeoutMs = clientTimeoutOf(limits);
  let seen: LockWait | null = null;
  const watch = {
    db,
    pid,
    // Often enough to see who is there before the lock timeout ends the wait.
    intervalMs: options.waitsForEver
      ? CONCURRENT_WATCH_MS
      : Math.max(MIN_WATCH_MS, Math.min(500, limits.lockTimeoutMs / 3)),
    onWait: (wait: LockWait) => {
      seen = wait;
      onProgress?.({ ...place, phase: 'BLOCKED', statement: one.at, wait });
    },
    ...(options.onTick ? { onTick: options.onTick } : {}),
  };
  const { before = { text: '', count: 0 } } = options;
  let isOurs = before.count > 0;
  const script = {
    text: before.text + (options.text ?? one.statement.text),
    timeoutMs,
    onStatement: (completed: number) => (isOurs = completed < before.count),
    ...(options.onRow ? { onRow: options.onRow } : {}),
  };
  try {
    await cancelOnAbort({ db, pid, signal }, () =>
      watchLocks(watch, () => runScript(session.client, script)),
    );
  } catch (error) {
    throw toTyped(task, one, error, { wait: seen, isOurs, offset: before.text.length });
  }
}

/** Repeats `work` while it fails for a lock only, with growing pauses, as often and as long as the options say. */
export async function retryWhenBlocked<T>(task: Task, work: () => Promise<T>): Promise<T> {
  const { options } = task.run;
  const limits = { ...RETRY, ...options.retry };
  const deadline = performance.now() + limits.totalMs;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const sqlState = stateOf(error);
      const delayMs = delayOf(attempt, limits.firstDelayMs);
      const isLast = attempt >= limits.attempts || performance.now() + delayMs > deadline;
      if (sqlState === null || !RETRIED_STATES.has(sqlState) || isLast) throw error;
      options.onProgress?.({ ...task.place, phase: 'RETRYING', attempt, delayMs, sqlState });
      await pause(delayMs, options.signal);
    }
  }
}

/** A failure at the commit, or in what the runner does around the statements. */
export function toCommitFailure(task: Task, error: unknown): unknown {
  if (isUnavailable(error) || !isServerError(error)) return error;
  const place = { statementNumber: null, line: null, statement: null };
  return new MigrationFailedError(failureOf(task, error, place), error);
}

/** What is known of a failure that has no answer of the server's. */
export function failureAt(
  task: Task,
  { statement, at }: Sendable,
  sqlState: string,
  serverMessage: string,
): MigrationFailure {
  const place = { statementNumber: at.number, line: at.line, statement: statement.text };
  return failureOf(task, { code: sqlState, message: serverMessage }, place);
}

interface Seen {
  readonly wait: LockWait | null;
  /** True while not all that goes before the statement is done. */
  readonly isOurs: boolean;
  /** Length of that in characters. */
  readonly offset: number;
}

function toTyped(
  task: Task,
  { statement, at }: Sendable,
  error: unknown,
  { wait, isOurs, offset }: Seen,
): unknown {
  if (isUnavailable(error) || !isServerError(error)) return error;
  const { signal } = task.run.options;
  if (signal?.aborted && error.code === '57014') return signal.reason;
  const position = error.position === undefined ? null : Number(error.position) - offset;
  // The message is read as a whole before anything of it runs: bad syntax of the statement comes first.
  if (isOurs && (position === null || position <= 0)) return toCommitFailure(task, error);
  const line = position === null ? at.line : lineOfPosition(statement, position);
  const place = { statementNumber: at.number, line, statement: statement.text };
  const failure = failureOf(task, error, place);
  return error.code === '55P03'
    ? new MigrationBlockedError(failure, wait?.blockers ?? [], error)
    : new MigrationFailedError(failure, error);
}

function failureOf(
  { file: { version, name }, direction, script }: Task,
  { code, message }: { readonly code: string; readonly message: string },
  place: Pick<MigrationFailure, 'statementNumber' | 'line' | 'statement'>,
): MigrationFailure {
  const isUndone = script.header.transaction === 'ONE';
  return { version, name, direction, ...place, sqlState: code, serverMessage: message, isUndone };
}

function stateOf(error: unknown): string | null {
  const isOurs = error instanceof MigrationFailedError || error instanceof MigrationBlockedError;
  return isOurs ? error.failure.sqlState : null;
}

/** Jittered, so that two who block each other do not meet again. */
function delayOf(attempt: number, firstDelayMs: number): number {
  const longestMs = Math.min(firstDelayMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(longestMs * (0.5 + Math.random() / 2));
}
