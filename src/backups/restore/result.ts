import type { RestoreTimes } from '../pgbackrest/restore-command.ts';
import { TABLES_SHOWN, type RestoreResult } from './proof.ts';
import type { Recovered, RestoreGoal, RowProof } from './steps.ts';

interface Outcome {
  readonly destination: string;
  readonly goal: RestoreGoal;
  readonly times: RestoreTimes;
  readonly recovered: Recovered;
  readonly proof: RowProof;
}

/** Pure: what is kept as evidence. */
export function toResult({ destination, goal, times, recovered, proof }: Outcome): RestoreResult {
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
    walBytes: recovered.walBytes,
    rtoMs: { restore: times.restoreMs, recovery: recovered.recoveryMs, proof: proof.proofMs },
    ofWhichMs: { fixed: times.fixedMs, replay: recovered.replayMs },
    rtoSeconds: (times.restoreMs + recovered.recoveryMs) / 1000,
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
