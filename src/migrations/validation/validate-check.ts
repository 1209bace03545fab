import { type Catalog, type CatalogDifference, fingerprintOf } from '../../catalog/catalog.ts';
import type { MigrationFile } from '../files/files.ts';
import type { MeasuredWork } from './measure.ts';

/**
 * | verdict        | means                                                                      | acceptable |
 * |----------------|----------------------------------------------------------------------------|------------|
 * | REVERSIBLE     | down gave back the catalog from before, and up again the one from after      | yes        |
 * | IRREVERSIBLE   | declared so with a reason; applied once                                      | yes        |
 * | NOT_RESTORED   | after down the catalog is another one than before up                         | no         |
 * | NOT_REPEATABLE | down was right, but up a second time fails or leads elsewhere                | no         |
 * | UP_FAILED, DOWN_FAILED | a statement failed                                                   | no         |
 * | NOT_REACHED    | one before it failed, so nothing is known                                    | no         |
 */
export const MIGRATION_VERDICTS = [
  'REVERSIBLE',
  'IRREVERSIBLE',
  'NOT_RESTORED',
  'NOT_REPEATABLE',
  'UP_FAILED',
  'DOWN_FAILED',
  'NOT_REACHED',
] as const;
export type MigrationVerdict = (typeof MIGRATION_VERDICTS)[number];

export interface CheckedMigration {
  readonly version: string;
  readonly name: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
  readonly verdict: MigrationVerdict;
  /** What the server needed for the scripts; null for what did not run to its end. */
  readonly upMs: number | null;
  readonly downMs: number | null;
  readonly secondUpMs: number | null;
  /** What the first up did to tables that were there; null where there are no rows to do it to, and when it failed. */
  readonly work: MeasuredWork | null;
  /** SHA-256 of the catalog, hexadecimal; null when it was not reached. */
  readonly fingerprintBefore: string | null;
  readonly fingerprintAfter: string | null;
  /** Why, in words; null when there is nothing to say. */
  readonly problem: string | null;
  /** What this migration, and not one above it, left otherwise; at most 50. */
  readonly differences: readonly CatalogDifference[];
  /** All of them. */
  readonly differenceCount: number;
}

/** What is known of one migration so far; filled in on the way. */
export interface Check {
  readonly file: MigrationFile;
  verdict: MigrationVerdict;
  upMs: number | null;
  downMs: number | null;
  secondUpMs: number | null;
  work: MeasuredWork | null;
  before: Catalog | null;
  after: Catalog | null;
  problem: string | null;
  differences: readonly CatalogDifference[];
}

/** Nothing is known yet. */
export function startCheck(file: MigrationFile): Check {
  return {
    file,
    verdict: 'NOT_REACHED',
    upMs: null,
    downMs: null,
    secondUpMs: null,
    work: null,
    before: null,
    after: null,
    problem: null,
    differences: [],
  };
}

const MAX_DIFFERENCES = 50;
const MAX_DEFINITION = 2_000;

/** What is told and kept of it. */
export function toChecked(one: Check): CheckedMigration {
  const { file, verdict, upMs, downMs, secondUpMs, work, before, after, problem, differences } = one;
  const cut = (text: string | null) => text?.slice(0, MAX_DEFINITION) ?? null;
  return {
    version: file.version,
    name: file.name,
    checksum: file.checksum,
    verdict,
    upMs,
    downMs,
    secondUpMs,
    work,
    fingerprintBefore: before && fingerprintOf(before),
    fingerprintAfter: after && fingerprintOf(after),
    problem,
    differences: differences.slice(0, MAX_DIFFERENCES).map((difference) => ({
      ...difference,
      expected: cut(difference.expected),
      found: cut(difference.found),
    })),
    differenceCount: differences.length,
  };
}
