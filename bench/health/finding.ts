import type { HealthServer } from './server.ts';

/** What all parts of the benchmark stand on. */
export interface Ground {
  readonly server: HealthServer;
  readonly rounds: number;
  /** Aborts when somebody asks for it, and when the part has had its time. */
  readonly signal: AbortSignal;
}

/** One figure against its target. */
export interface Verdict {
  readonly what: string;
  /** As it is shown, with its unit and spread. */
  readonly figure: string;
  readonly value: number;
  readonly target: string;
  /** Null: not decided, and the notes say why. */
  readonly isMet: boolean | null;
}

/** What a part has found. */
export interface Finding {
  readonly title: string;
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
  readonly json: object;
}

/** Always the same numbers for the same seed, 0 to 1. (Mulberry32.) */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Milliseconds of `work` by the clock. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;
