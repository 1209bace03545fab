import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, type ErrorRecord, SundayError, toErrorRecord } from '../errors.ts';
import { untilAvailable } from '../postgres/retry.ts';
import type { Lane, StepContext } from './define.ts';
import type { Journal } from './journal.ts';
import type { StepKey } from './journal-store.ts';
import { acquireLease, type Lease } from './lease.ts';
import { LeaseLostError, type LeaseOptions, OperationOverError, SupersededError } from './lease-store.ts';
import { createProgressReporter } from './progress.ts';

/** What a step came to, as data: a checkpoint keeps no classes. */
export type StepOutcome<T> =
  | { readonly kind: 'DONE'; readonly value: T }
  | { readonly kind: 'CANCELLED' }
  | { readonly kind: 'FAILED'; readonly error: ErrorRecord };

export interface ExecutionOptions {
  readonly leases: LeaseOptions;
  readonly journal: Journal;
  readonly operationId: string;
  readonly attempt: number;
  readonly clusters: readonly (string | null)[];
  readonly lanes: readonly Lane[];
  /** Aborts when the operation is to be cancelled. */
  readonly cancel: AbortSignal;
  /** Once it says true no step begins; `halt` then ends those under way. Both leave no checkpoint: another worker goes on. */
  readonly isDraining: () => boolean;
  readonly halt: AbortSignal;
  /** Counts what is under way, so that a stop can wait for it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>;
  readonly onBug: (error: unknown, step: string) => void;
}

/** One run of one attempt in this process: it holds the lease from its first step to its end. */
export interface Execution {
  /** Takes the lease, which starts the operation. False when it has ended in the meantime. */
  begin(): Promise<boolean>;
  perform<T>(
    step: StepKey,
    work: (context: StepContext) => Promise<T>,
    when: StepMode,
  ): Promise<StepOutcome<T>>;
  /** Runs `write` with the token of the lease, again and again until the control database has taken it. */
  persist(write: (token: bigint) => Promise<void>): Promise<void>;
  stop(): void;
}

/** Compensation runs although the operation is cancelled. */
export type StepMode = 'UNTIL_CANCELLED' | 'ALWAYS';

/** Between the deaths of two processes that get one signal. */
const SIGNAL_ECHO_MS = 100;

/** The work of a step failed while this worker was being stopped: another one does the step again. */
class HandedOverError extends Error {}

/** For a run that may neither go on nor leave a checkpoint: its successor's would be refused. It takes no thread. */
function park(lease: Lease | null): Promise<never> {
  lease?.stop();
  return new Promise<never>(() => {});
}

export function createExecution(options: ExecutionOptions): Execution {
  let lease: Lease | null = null;
  let previousToken: bigint | null = null;

  const hold = async (): Promise<Lease> => {
    if (lease && !lease.lost.aborted) return lease;
    const { operationId, attempt, clusters, lanes } = options;
    const onAcquire = options.journal.begin;
    lease = await acquireLease(options.leases, {
      operationId,
      attempt,
      clusters,
      lanes,
      previousToken,
      onAcquire,
    });
    previousToken = lease.token;
    return lease;
  };
  /** Repeats `work` with a new lease when the old one was lost, and goes silent when there is a newer run. */
  const holding = async <T>(work: (held: Lease) => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work(await hold());
      } catch (error) {
        if (error instanceof SupersededError || error instanceof HandedOverError || options.halt.aborted)
          return park(lease);
        if (!(error instanceof LeaseLostError)) throw error;
      }
    }
  };
  return {
    begin: () =>
      holding(async () => true).catch((error: unknown) => {
        if (error instanceof OperationOverError) return false;
        throw error;
      }),
    perform: (step, work, when) =>
      holding(async (held) => {
        if (options.isDraining()) return park(held);
        return options.track(performOnce(options, held, step, { work, when }));
      }),
    persist: (write) => holding((held) => options.track(persist(held, () => write(held.token)))),
    stop: () => lease?.stop(),
  };
}

async function performOnce<T>(
  { journal, cancel, halt, operationId, onBug, isDraining }: ExecutionOptions,
  lease: Lease,
  step: StepKey,
  { work, when }: { readonly work: (context: StepContext) => Promise<T>; readonly when: StepMode },
): Promise<StepOutcome<T>> {
  const stopOn = when === 'ALWAYS' ? [lease.lost, halt] : [lease.lost, halt, cancel];
  if (when === 'UNTIL_CANCELLED' && (await persist(lease, () => journal.isCancelRequested())))
    return { kind: 'CANCELLED' };
  await persist(lease, () => journal.recordStepStart(lease.token, step));
  const reporter = createProgressReporter(step.name, (row) => journal.recordProgress(lease.token, row));
  const outcome = await attempt(() =>
    work({
      operationId,
      signal: AbortSignal.any(stopOn),
      token: lease.token,
      processMarks: lease.processMarks,
      assertLease: lease.assertHeld,
      progress: reporter.report,
    }),
  );
  await reporter.flush();
  // Whatever the work says: without the lease its result counts for nothing, and the step runs again.
  lease.assertHeld();
  halt.throwIfAborted();
  // systemd sends SIGTERM to all processes of a service at once, so the tool may be gone before we stop it, and before
  // we have heard of the stop ourselves.
  if ('error' in outcome) await sleep(SIGNAL_ECHO_MS);
  if ('error' in outcome && isDraining() && !cancel.aborted) throw new HandedOverError();
  const judged = judge(outcome, when === 'ALWAYS' ? null : cancel);
  if (judged.kind === 'FAILED' && 'error' in outcome && !(outcome.error instanceof SundayError))
    onBug(outcome.error, step.name);
  const state = judged.kind === 'DONE' ? 'SUCCEEDED' : judged.kind;
  await persist(lease, () => journal.recordStepEnd(lease.token, step, state));
  return judged;
}

type Attempted<T> = { readonly value: T } | { readonly error: unknown };

async function attempt<T>(work: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** Work that was finished before the cancel took hold is done; an error after it is the cancel's doing. */
function judge<T>(outcome: Attempted<T>, cancel: AbortSignal | null): StepOutcome<T> {
  if ('value' in outcome) return { kind: 'DONE', value: outcome.value };
  if (cancel?.aborted || outcome.error instanceof CancelledError) return { kind: 'CANCELLED' };
  return { kind: 'FAILED', error: toErrorRecord(outcome.error) };
}

/** Waits for a control database that is away, as long as the lease is ours. */
function persist<T>(lease: Lease, write: () => Promise<T>): Promise<T> {
  return untilAvailable(write, lease.assertHeld);
}
