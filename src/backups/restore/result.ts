import { parseLsn } from '../archive/segments.ts';
import { TABLES_SHOWN, type RestoreResult } from './proof.ts';
import type { Recovered, RestoreGoal, RowProof } from './steps.ts';

interface Outcome {
  readonly destination: string;
  readonly goal: RestoreGoal;
  readonly restoreMs: number;
  readonly recovered: Recovered;
  readonly proof: RowProof;
}

/** Pure: what is kept as evidence. */
export function toResult({ destination, goal, restoreMs, recovered, proof }: Outcome): RestoreResult {
  const failed = proof.tables.filter((one) => !one.ok);
  const sorted = [...failed, ...proof.tables.filter((one) => one.ok)];
  const counted = proof.tables.length;
  const isComparable = goal.manifest !== null && counted > 0;
  return {
    destination,
    label: goal.label,
    recoveredTo: {
      lsn: recovered.lsn,
      timeline: goal.recovery.timeline,
      target: goal.target,
      restorePoint: goal.recovery.type === 'name' ? goal.recovery.target : null,
      at: goal.at,
      lastCommitAt: recovered.committedAt,
    },
    walBytes: countBytes(goal.lsnStart, recovered.lsn),
    rtoMs: { restore: restoreMs, recovery: recovered.recoveryMs, proof: proof.proofMs },
    rtoSeconds: (restoreMs + recovered.recoveryMs) / 1000,
    tables: sorted.slice(0, TABLES_SHOWN),
    tablesChecked: counted,
    tablesFailed: failed.length,
    tablesNotCounted: (goal.manifest?.tables.length ?? 0) - counted,
    proven: isComparable && failed.length === 0,
    note: isComparable
      ? goal.note
      : (goal.note ?? 'no rows were noted with this backup, so there is nothing to compare'),
  };
}

function countBytes(from: string | null, to: string | null): number {
  return from === null || to === null ? 0 : Number(parseLsn(to) - parseLsn(from));
}
