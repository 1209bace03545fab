import type { CloneGoal, Reached } from './clones.ts';
import type { RecoveredTable, RecoveryInput, RecoveryReport } from './recoveries.ts';
import type { Acted } from './steps.ts';

interface Outcome {
  readonly goal: CloneGoal;
  readonly reached: Reached;
  readonly restoreMs: number;
  readonly acted: Acted;
}

/** Pure: what an operation came to. */
export function toReport(
  { cluster, organizationId, organizationName, mode, destination }: RecoveryInput,
  { goal, reached, restoreMs, acted }: Outcome,
): RecoveryReport {
  const { comparison, proof, transactionId, sideSchema, rowsRecovered } = acted;
  return {
    ...{ cluster, organizationId, organizationName, mode, destination },
    recoveredTo: {
      target: goal.target,
      backup: goal.label,
      timeline: goal.recovery.timeline,
      lsn: reached.lsn,
      lastCommitAt: reached.committedAt,
    },
    planId: comparison.planId,
    tables: comparison.tables.map((one) => ({ ...one, ...mergeOf(acted, one.table) })),
    ...{ proof, transactionId, sideSchema, rowsRecovered },
    warnings: [...comparison.warnings, ...warnOfConflicts(acted)],
    ms: { restore: restoreMs, recovery: reached.recoveryMs, rows: acted.rowsMs },
  };
}

function mergeOf(
  { merges }: Acted,
  table: string,
): Pick<RecoveredTable, 'restored' | 'overwritten' | 'conflicts'> {
  const found = merges.find((one) => one.table === table);
  return {
    restored: found?.restored ?? 0,
    overwritten: found?.overwritten ?? 0,
    conflicts: found?.conflicts ?? 0,
  };
}

function warnOfConflicts({ merges }: Acted): readonly string[] {
  return merges
    .filter((one) => one.conflicts > 0)
    .map(
      ({ table, conflicts }) =>
        `${conflicts} rows of ${table} were left out: a row of now has a value of theirs that must be unique`,
    );
}
