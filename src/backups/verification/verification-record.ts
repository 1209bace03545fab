import { z } from 'zod';
import type { BackupRecord } from '../store.ts';
import type { FileProblem } from './verification.ts';

export const VERIFICATION_STATES = ['VALID', 'INVALID'] as const;
export type VerificationState = (typeof VERIFICATION_STATES)[number];

/** What the last verification of a set found. */
export interface BackupVerification {
  readonly state: VerificationState;
  readonly checkedAt: Date;
  readonly operationId: string | null;
  readonly filesChecked: number;
  readonly filesValid: number;
  readonly segmentsNeeded: number;
  /** Segments of write-ahead log that it needs and the archive lacks. */
  readonly segmentsMissing: readonly string[];
  /** Files that are missing or not what was written: at most 100. */
  readonly files: readonly FileProblem[];
  /** One sentence; null when it is valid. */
  readonly problem: string | null;
}

const kept = z.object({
  isValid: z.boolean(),
  problem: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), problem: z.string() })),
  filesChecked: z.number(),
  filesValid: z.number(),
  segmentsNeeded: z.number(),
  segmentsMissing: z.array(z.string()),
});

/** Null: it was never verified, or by a release that wrote down something else. */
export function toVerification({
  verification,
  verifiedAt,
  verifiedBy,
}: Pick<BackupRecord, 'verification' | 'verifiedAt' | 'verifiedBy'>): BackupVerification | null {
  const parsed = kept.safeParse(verification);
  if (!parsed.success || verifiedAt === null) return null;
  const { isValid, ...found } = parsed.data;
  return { ...found, state: isValid ? 'VALID' : 'INVALID', checkedAt: verifiedAt, operationId: verifiedBy };
}
