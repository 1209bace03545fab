import { finding, type Finding, type Found } from '../findings.ts';
import type { CostlyStatement, MaintenanceSources } from '../sources.ts';

/** The guide's performance targets: p95 below 50 ms, and an alert above 200 ms. */
const TARGET_MS = 50;
const CRITICAL_MS = 200;
/** A statement below that is rare: a slow one of it is not what makes a day slow. */
const LEAST_SHARE = 0.01;
const LENGTH = 200;

/** The statements of the last day that cost most. */
export async function reviewStatements(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const { instance, queries, totalCalls, reason, hint } = await sources.slowQueries(cluster);
  if (reason !== null) {
    const unknown = finding('UNKNOWN', 'pg_stat_statements', reason, {
      suggestedAction: hint,
      statement: hint,
    });
    return { findings: [unknown], lookedAt: [`pg_stat_statements on ${instance}, which could not be read`] };
  }
  return {
    findings: queries.flatMap((one) => judgeStatement(one)),
    lookedAt: [`the ${queries.length} costliest of ${totalCalls} calls on ${instance} in the last day`],
  };
}

/** Pure. The p95 is judged, by its upper bound only where the mean agrees: a bound alone proves nothing. */
export function judgeStatement(one: CostlyStatement): readonly Finding[] {
  const isSlow = one.meanMs > TARGET_MS || one.p95BoundMs > CRITICAL_MS;
  if (!isSlow || one.shareOfTime < LEAST_SHARE) return [];
  const severity = one.meanMs > CRITICAL_MS ? 'CRITICAL' : 'WARNING';
  const share = Math.round(one.shareOfTime * 100);
  return [
    finding(
      severity,
      toSubject(one.query),
      `${one.calls} calls took ${round(one.meanMs)} ms on average, 19 of 20 at most ${round(one.p95BoundMs)} ms: ${share} % of the time of all statements`,
      { suggestedAction: 'Look at its plan, and whether an index fits its conditions.' },
    ),
  ];
}

/** A statement in one line of at most 200 characters; null: the server has forgotten it. */
export function toSubject(query: string | null): string {
  const subject = (query ?? 'a statement that the server has forgotten').replaceAll(/\s+/g, ' ');
  return subject.length > LENGTH ? `${subject.slice(0, LENGTH - 1)}…` : subject;
}

const round = (value: number) => Number(value.toPrecision(3));
