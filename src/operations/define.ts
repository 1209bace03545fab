import type { z } from 'zod';

/**
 * What two operations on one cluster can collide on. An operation holds all of its lanes from its first
 * step to its end, so never do two of them act on the same lane of a cluster.
 */
export const LANES = ['backup', 'schema', 'topology', 'data', 'maintenance'] as const;
export type Lane = (typeof LANES)[number];

/** A report of progress. What is left out stays as it was; the phase starts as the step's name. */
export interface Progress {
  readonly phase?: string;
  readonly message?: string;
  /** 0 to 1; null while the total is unknown. */
  readonly fractionDone?: number | null;
  readonly bytesDone?: bigint | null;
  readonly bytesTotal?: bigint | null;
}

/** What the work inside one step is handed. */
export interface StepContext {
  readonly operationId: string;
  /** Aborts when the operation is cancelled or its lease is lost: stop the tool, wait until it is gone, throw. */
  readonly signal: AbortSignal;
  /** Fencing token of the lease. Grows with every new holder; keep it beside what you write. */
  readonly token: bigint;
  /** Environment for child processes; a successor finds what we leave behind by it. */
  readonly processMarks: Readonly<Record<string, string>>;
  /** Throws when the lease is no longer surely ours. Call it right before each act that can't be undone. */
  assertLease(): void;
  /** At most five rows a second are kept; the last one always is. */
  progress(progress: Progress): void;
}

/** What `run` may touch. Outside `step` there is no I/O, no clock and no randomness: the engine replays it. */
export interface OperationContext {
  readonly operationId: string;
  /** Counts from 1; a retry of the same operation has the next one. */
  readonly attempt: number;
  /**
   * Runs `work` once and remembers its result. After a crash the step that was under way runs again,
   * so each step says why twice is safe. `name` is a short phrase that people read.
   */
  step<T>(name: string, work: (context: StepContext) => Promise<T>): Promise<T>;
}

/** What an operation would do, computed without doing it. */
export interface Plan {
  readonly summary: string;
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
}

export interface Target {
  /** Null for work that belongs to no cluster; its lanes are then those of the fleet. */
  readonly cluster: string | null;
  /** What is acted on, for people: `main`, `main/20261122-064811F`. */
  readonly name: string;
  /** Other clusters that it acts on: it holds its lanes of these too. Left out: none. */
  readonly alsoOn?: readonly string[];
}

/** All clusters whose lanes it holds, each once and always in one order; null stands for the fleet. */
export function clustersOf({
  cluster,
  alsoOn = [],
}: Pick<Target, 'cluster' | 'alsoOn'>): readonly (string | null)[] {
  return [...new Set([cluster, ...alsoOn])].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
}

export interface OperationDefinition<Input, Output> {
  /** Noun first, e.g. `backups.start`. Never changed: rows and checkpoints carry it. */
  readonly kind: string;
  readonly input: z.ZodType<Input>;
  readonly lanes: readonly Lane[];
  /** Whether a start is refused (with the other's id) or waits while a lane is taken. A cancelling holder is waited for. */
  readonly whenBusy: 'REFUSE' | 'QUEUE';
  /** True when it mostly waits for operations that it starts itself: it then takes no place of those in the queue. */
  readonly coordinates?: boolean;
  target(input: Input): Target;
  plan?(input: Input): Promise<Plan>;
  run(context: OperationContext, input: Input): Promise<Output>;
  /** Undoes what a cancelled or failed run left behind. Twice is safe here too. */
  compensate?(context: OperationContext, input: Input): Promise<void>;
}

export function defineOperation<Input, Output>(
  definition: OperationDefinition<Input, Output>,
): OperationDefinition<Input, Output> {
  return Object.freeze(definition);
}
