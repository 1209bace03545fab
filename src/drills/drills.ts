import { z } from 'zod';

/** The state to restore, as it was asked for. Plain data: it is the input of an operation. */
export const drillTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('LATEST') }),
  /** In UTC to the microsecond. */
  z.object({ kind: z.literal('TIME'), at: z.string() }),
  z.object({ kind: z.literal('LSN'), lsn: z.string() }),
  /** A restore point. */
  z.object({ kind: z.literal('NAME'), name: z.string() }),
  /** A backup. */
  z.object({ kind: z.literal('SET'), label: z.string() }),
]);
export type DrillTarget = z.output<typeof drillTargetSchema>;

/** Input of the operation. */
export const drillSchema = z.object({
  cluster: z.string(),
  /** Null: a random moment inside the recovery windows. */
  target: drillTargetSchema.nullable().default(null),
  timeline: z.number().int().min(1).nullable().default(null),
});
export type DrillInput = z.output<typeof drillSchema>;

/** What a drill looks at, in this order. */
export const DRILL_CHECKS = [
  'restore',
  'recovery',
  'catalog',
  'rows',
  'indexes',
  'data_quality_issues',
  'orphaned_records',
] as const;
export type DrillCheckName = (typeof DRILL_CHECKS)[number];

export const DRILL_CHECK_STATES = ['PASSED', 'FAILED', 'UNKNOWN'] as const;
export type DrillCheckState = (typeof DRILL_CHECK_STATES)[number];

export interface DrillCheck {
  readonly name: DrillCheckName;
  readonly state: DrillCheckState;
  /** For people; null when nothing was found out. */
  readonly found: string | null;
  readonly expected: string | null;
  /** Why it failed, could not be told or passed with a remark; null when there is nothing to say. */
  readonly reason: string | null;
}

/** restore: copying the files; recovery: replaying log until it can be opened; proof: all checks. */
export const DRILL_PHASES = ['restore', 'recovery', 'proof'] as const;
export type DrillPhase = (typeof DRILL_PHASES)[number];

export interface PhaseTime {
  readonly phase: DrillPhase;
  readonly seconds: number;
  /** Of a restore: what of it does not grow with the database. */
  readonly fixedSeconds?: number;
  /** Of a recovery: the replay of log; null: not told. */
  readonly replaySeconds?: number | null;
  /** Of a recovery: log that was replayed. */
  readonly walBytes?: number;
}

export const DRILL_STATES = ['PASSED', 'FAILED'] as const;
export type DrillState = (typeof DRILL_STATES)[number];

/** Evidence of one drill. */
export interface RecoveryDrill {
  /** That of its operation: a drill leaves evidence once. */
  readonly id: string;
  readonly cluster: string;
  /** What was restored, for people. */
  readonly target: string;
  /** Label of the set that it began with. */
  readonly backup: string;
  /** When the cluster was in that state; null when nothing tells. */
  readonly recoveredAt: Date | null;
  /** FAILED when one check failed; what is UNKNOWN fails nothing. */
  readonly state: DrillState;
  readonly checks: readonly DrillCheck[];
  readonly rto: readonly PhaseTime[];
  readonly databaseBytes: bigint;
  /** Size of the live cluster when the drill ended; null when nobody answered. */
  readonly liveBytes: bigint | null;
  /** How long the live cluster as it is now would take; null when it can't be told. */
  readonly predictedRtoSeconds: number | null;
  /** What that comes from, or why there is none. */
  readonly predictionBasis: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Pure. */
export function stateOf(checks: readonly DrillCheck[]): DrillState {
  return checks.some((one) => one.state === 'FAILED') ? 'FAILED' : 'PASSED';
}

export function describeDrillTarget(target: DrillTarget | null): string {
  switch (target?.kind) {
    case undefined:
      return 'a random moment';
    case 'LATEST':
      return 'the end of the archive';
    case 'TIME':
      return target.at;
    case 'LSN':
      return `LSN ${target.lsn}`;
    case 'NAME':
      return `restore point ${target.name}`;
    case 'SET':
      return `backup ${target.label}`;
  }
}
