import { z } from 'zod';
import type { OthersProof } from './apply/proof.ts';
import { pointSchema } from './point.ts';

/**
 * COMPARE only looks. EXPORT writes files, SIDE_SCHEMA tables beside the live ones; both hold all rows of then.
 * MERGE puts what is missing back into the live tables.
 */
export const RECOVERY_MODES = ['COMPARE', 'EXPORT', 'SIDE_SCHEMA', 'MERGE'] as const;
export type RecoveryMode = (typeof RECOVERY_MODES)[number];

/** Input of the operation: who is meant is known already. */
export const recoverySchema = z.object({
  cluster: z.string(),
  organizationId: z.string(),
  /** Null: it is not in the live database, so what it was called is not known. */
  organizationName: z.string().nullable(),
  target: pointSchema,
  timeline: z.number().int().nullable(),
  mode: z.enum(RECOVERY_MODES),
  /** Null: all tables with rows of organizations. */
  tables: z.array(z.string()).nullable(),
  overwriteChanged: z.boolean(),
  planId: z.string().nullable(),
  /** True: the name was typed back. */
  isConfirmed: z.boolean(),
  /** Of the export; null for the other modes. */
  destination: z.string().nullable(),
  /** Where the clone is put for a while; null: our own directory for such things. */
  workDirectory: z.string().nullable(),
});
export type RecoveryInput = z.output<typeof recoverySchema>;

/** What became of the rows of one table, and what was done. Counts of rows. */
export interface RecoveredTable {
  readonly table: string;
  /** REFERENCE: belongs to no organization; only the rows that the organization's own refer to were compared. */
  readonly kind: 'TENANT' | 'REFERENCE';
  readonly rowsThen: number;
  readonly rowsNow: number;
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** Missing rows that were put back. */
  readonly restored: number;
  /** Changed rows that have their values of then again. */
  readonly overwritten: number;
  /** Missing rows that were left out, since another row has a value that must be unique. */
  readonly conflicts: number;
}

/** What an operation came to; its result. */
export interface RecoveryReport {
  readonly cluster: string;
  readonly organizationId: string;
  readonly organizationName: string | null;
  readonly mode: RecoveryMode;
  readonly recoveredTo: {
    /** What was asked for, for people. */
    readonly target: string;
    readonly backup: string;
    readonly timeline: number;
    readonly lsn: string | null;
    /** When the last transaction in it ended. */
    readonly lastCommitAt: string | null;
  };
  /** Stands for exactly these differences: a merge that names it puts these rows back, or nothing. */
  readonly planId: string;
  /** In the order of foreign keys. */
  readonly tables: readonly RecoveredTable[];
  /** Null unless rows were merged. */
  readonly proof: OthersProof | null;
  /** Of the merge, as the audit trail has it; null unless rows were merged. */
  readonly transactionId: string | null;
  /** Directory of the export; null for the other modes. */
  readonly destination: string | null;
  /** Schema beside the live tables; null for the other modes. */
  readonly sideSchema: string | null;
  readonly rowsRecovered: number;
  readonly warnings: readonly string[];
  readonly ms: { readonly restore: number; readonly recovery: number; readonly rows: number };
}
