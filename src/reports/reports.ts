export const OBJECTIVE_STATES = ['MET', 'MISSED', 'UNKNOWN'] as const;
export type ObjectiveState = (typeof OBJECTIVE_STATES)[number];

/** Something that was promised, and whether it was kept in the period. */
export interface Objective {
  readonly name: 'data loss' | 'restore time' | 'backup frequency' | 'verification' | 'drills';
  readonly state: ObjectiveState;
  /** What was promised, for people, with its source. */
  readonly target: string;
  readonly found: string;
  /** Why it was missed or can't be told; null when there is nothing to say. */
  readonly reason: string | null;
}

export interface Period {
  readonly from: Date;
  /** Not in it. */
  readonly to: Date;
}

/** A set as far as an auditor asks. */
export interface ReportedBackup {
  readonly label: string;
  readonly alias: string;
  readonly type: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly databaseBytes: bigint;
  readonly repositoryBytes: bigint | null;
  readonly isEncrypted: boolean;
  readonly verification: {
    readonly state: string;
    readonly checkedAt: Date;
    readonly filesChecked: number;
    readonly problem: string | null;
  } | null;
  readonly hold: { readonly reason: string; readonly heldBy: string; readonly until: Date | null } | null;
  readonly keptBecause: readonly { readonly text: string }[];
  readonly expiresAt: Date | null;
  readonly expiredAt: Date | null;
  readonly expiredBecause: string | null;
}

export interface ReportedDrill {
  readonly id: string;
  readonly target: string;
  readonly backup: string;
  readonly state: string;
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
  readonly rto: readonly { readonly phase: string; readonly seconds: number }[];
  readonly predictedRtoSeconds: number | null;
  readonly finishedAt: Date;
}

/** A restore into a directory, whose rows were compared. */
export interface ReportedProof {
  readonly operationId: string;
  readonly label: string;
  readonly isProven: boolean;
  readonly rtoSeconds: number;
  readonly databaseBytes: bigint;
  readonly at: Date;
}

/** An operation on backups that did not succeed. */
export interface ReportedFailure {
  readonly operationId: string;
  readonly kind: string;
  readonly target: string;
  readonly at: Date;
  readonly message: string;
}

export interface ReportedRetention {
  readonly keepFulls: number;
  readonly keepDays: number | null;
  readonly recoveryDays: number;
}

/** Seconds that would have been lost, as they were measured. */
export interface LossHistory {
  readonly stepSeconds: number;
  readonly buckets: readonly { readonly at: Date; readonly highest: number }[];
}

/** What a cluster's backups were worth in a period. */
export interface BackupReport extends Period {
  readonly cluster: string;
  readonly generatedAt: Date;
  readonly objectives: readonly Objective[];
  /** Made in the period, oldest first, those that are gone since too. */
  readonly backups: readonly ReportedBackup[];
  /** Sets of any age whose last verification was in the period, by its time. */
  readonly verifications: readonly ReportedBackup[];
  /** Oldest first. */
  readonly drills: readonly ReportedDrill[];
  readonly proofs: readonly ReportedProof[];
  readonly failures: readonly ReportedFailure[];
  readonly retention: ReportedRetention;
  /** Sets that are held now. */
  readonly holds: readonly ReportedBackup[];
}
