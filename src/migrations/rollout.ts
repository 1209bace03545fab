import { SundayError } from '../errors.ts';
import type { Operation } from '../operations/operations.ts';

/** How a cluster was while it was watched. */
export interface ClusterHealth {
  /** Milliseconds; null when unknown. */
  readonly p95Ms: number | null;
  /** Why there is no p95; null when there is. */
  readonly reason: string | null;
  /** What is critical now: `name` or `name of instance`. */
  readonly critical: readonly string[];
}

/** The guide's critical limit of the 95th percentile. */
const P95_CRITICAL_MS = 200;
/** Half as slow again is more than the noise between two windows of a busy database. */
const P95_RATIO = 1.5;
/** Below this a ratio says nothing: a few milliseconds come and go with the cache. */
const P95_FLOOR_MS = 10;

/**
 * Why the canary is worse than before; empty when it is not. A p95 that nobody can know does not stop a rollout:
 * the result says that it was not judged.
 */
export function compareHealth(before: ClusterHealth, after: ClusterHealth): readonly string[] {
  const known = new Set(before.critical);
  const worse = after.critical.filter((one) => !known.has(one)).map((one) => `${one} has become critical`);
  const [was, is] = [before.p95Ms, after.p95Ms];
  if (was === null || is === null) return worse;
  const isSlower = is > was * P95_RATIO && is > P95_FLOOR_MS;
  const isTooSlow = is > P95_CRITICAL_MS && was <= P95_CRITICAL_MS;
  if (!isSlower && !isTooSlow) return worse;
  return [...worse, `95 % of statements took up to ${is.toFixed(1)} ms, ${was.toFixed(1)} ms before`];
}

/** Groups of at most `size`, in order. */
export function toWaves(clusters: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(clusters.length / size) }, (_, index) =>
    clusters.slice(index * size, (index + 1) * size),
  );
}

/** The end of the migrations on one cluster. */
export interface ClusterEnd {
  readonly cluster: string;
  readonly operationId: string;
  readonly state: Operation['state'];
  /** Why it did not succeed; null when it did. */
  readonly error: string | null;
}

/** A rollout stopped half-way: some clusters have the migrations, others have not. A retry goes on from there. */
export class RolloutStoppedError extends SundayError {
  readonly code = 'ROLLOUT_STOPPED';
  override readonly retryable = true;
  override readonly hint: string;
  constructor(where: string, why: string, progress: RolloutProgress) {
    super(`the rollout stopped at ${where}: ${why}`);
    const { applied, untouched } = progress;
    this.hint = `Applied on: ${list(applied)}. Not begun on: ${list(untouched)}. Mend it, then retry: it goes on where it stopped.`;
  }
}

export interface RolloutProgress {
  readonly applied: readonly string[];
  readonly untouched: readonly string[];
}

function list(clusters: readonly string[]): string {
  return clusters.length === 0 ? 'none' : clusters.join(', ');
}
