import { createHash } from 'node:crypto';
import type { Alert, AlertSample, AlertState } from './alerts.ts';
import type { AlertRule, Verdict } from './rules.ts';

/** Since when it has been wrong, and since when it has looked well again. */
export interface Timers {
  readonly since: Date;
  readonly clearSince: Date | null;
}

type Kind = Verdict['kind'];

/**
 * Before it fires. Null: nothing is wrong.
 *
 * | verdict          | from nothing | while it is pending                                               |
 * |------------------|--------------|-------------------------------------------------------------------|
 * | BREACH           | begins       | goes on from where it began                                       |
 * | BETWEEN, UNKNOWN | nothing      | goes on; nobody knows that it was well                            |
 * | CLEAR            | nothing      | ends when it stays so for as long as firing or resolving would take |
 *
 * A figure that flaps is one trouble, and not a new one each time: so a look at it while it is well does not begin anew.
 */
export function advancePending(
  before: Timers | null,
  verdict: Kind,
  at: Date,
  { forSeconds, resolveAfterSeconds }: Pick<AlertRule, 'forSeconds' | 'resolveAfterSeconds'>,
): Timers | null {
  if (verdict === 'BREACH') return { since: before?.since ?? at, clearSince: null };
  if (before === null) return null;
  if (verdict !== 'CLEAR') return { since: before.since, clearSince: null };
  const clearSince = before.clearSince ?? at;
  const isOver = isLongEnough(clearSince, at, Math.min(forSeconds, resolveAfterSeconds));
  return isOver ? null : { since: before.since, clearSince };
}

/** While it is open only CLEAR counts, without a break: UNKNOWN does not resolve, nor does the dead band. */
export function advanceOpen(
  before: Pick<Timers, 'clearSince'>,
  verdict: Kind,
  at: Date,
  { resolveAfterSeconds }: Pick<AlertRule, 'resolveAfterSeconds'>,
): { readonly clearSince: Date | null; readonly isResolved: boolean } {
  if (verdict !== 'CLEAR') return { clearSince: null, isResolved: false };
  const clearSince = before.clearSince ?? at;
  return { clearSince, isResolved: isLongEnough(clearSince, at, resolveAfterSeconds) };
}

export function isLongEnough(since: Date, now: Date, seconds: number): boolean {
  return now.getTime() - since.getTime() >= seconds * 1_000;
}

/** The first of these that holds: it is over, nobody wants to hear it, somebody has it in hand. */
export function stateOf({
  resolvedAt,
  silencedUntil,
  acknowledgedAt,
}: Pick<Alert, 'resolvedAt' | 'silencedUntil' | 'acknowledgedAt'>): AlertState {
  if (resolvedAt !== null) return 'RESOLVED';
  if (silencedUntil !== null) return 'SILENCED';
  return acknowledgedAt === null ? 'FIRING' : 'ACKNOWLEDGED';
}

/** The same for the same rule on the same thing, on every worker. */
export function fingerprintOf(
  rule: string,
  { cluster, instance }: Pick<AlertSample, 'cluster' | 'instance'>,
) {
  const text = JSON.stringify([rule, cluster, instance]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
