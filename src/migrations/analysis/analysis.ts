import type { Lock, LockMode } from './lock-modes.ts';

/** From harmless to impossible; the order counts. */
export const VERDICTS = ['SAFE', 'NEEDS_WINDOW', 'DANGEROUS', 'REFUSED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** INFO never changes the verdict; the others lead to NEEDS_WINDOW, DANGEROUS and REFUSED. */
export const SEVERITIES = ['INFO', 'WARNING', 'DANGER', 'REFUSED'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  /** Kebab-case and stable; where squawk has the same rule it has the same name. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do instead, as one sentence. */
  readonly hint: string;
  /** Line of the script; counts from 1. */
  readonly line: number;
}

/**
 * What the server has to do. METADATA: the catalog only. SCAN: reads the whole table. REWRITE: writes it anew, with
 * its indexes. DATA: the rows that the statement names. UNKNOWN: code that only runs there (DO, CALL, a function).
 */
export const EFFECTS = ['NONE', 'METADATA', 'DATA', 'SCAN', 'INDEX_BUILD', 'REWRITE', 'UNKNOWN'] as const;
export type Effect = (typeof EFFECTS)[number];

/** How long the statement itself needs the lock. In one transaction each lock stays until its end. */
export const HOLDS = ['MOMENT', 'SCAN', 'BUILD', 'REWRITE'] as const;
export type Hold = (typeof HOLDS)[number];

export interface LockTaken extends Lock {
  /** Made earlier in the same script: nobody else can see it, so nobody waits. */
  readonly isNew: boolean;
  readonly hold: Hold;
}

export interface TableSize {
  /** `schema.name`, as the server resolves it. */
  readonly name: string;
  /** Heap and TOAST, of a partitioned table all its leaves; null when there is no target or no such table yet. */
  readonly sizeBytes: number | null;
  /** Live rows as the planner estimates them; null when never counted. */
  readonly rows: number | null;
  readonly isPartitioned: boolean;
}

export interface StatementAnalysis {
  readonly line: number;
  /** At most 500 characters. */
  readonly text: string;
  /** Tag of the parse tree, e.g. `IndexStmt`. */
  readonly kind: string;
  readonly effect: Effect;
  readonly locks: readonly LockTaken[];
  readonly tables: readonly TableSize[];
  /** Null when it cannot be known. */
  readonly estimatedMs: number | null;
  /** Where the estimate comes from, or why there is none. */
  readonly estimateBasis: string;
  readonly findings: readonly Finding[];
  /** What is gone afterwards and no down script brings back; null when nothing. */
  readonly dataLoss: string | null;
  readonly verdict: Verdict;
}

/** A session that would make the script wait if it began now. */
export interface Blocker {
  readonly pid: number;
  readonly user: string;
  readonly applicationName: string;
  readonly state: string;
  /** What it runs or ran last; at most 500 characters. */
  readonly query: string;
  /** Age of its transaction. */
  readonly ageMs: number;
  /** Null for an old snapshot, which only stands in the way of CONCURRENTLY. */
  readonly table: string | null;
  readonly mode: LockMode | null;
}

export interface ScriptAnalysis {
  readonly statements: readonly StatementAnalysis[];
  /** Of the statements and of the script as a whole, in the order of their lines. */
  readonly findings: readonly Finding[];
  readonly blockers: readonly Blocker[];
  /** Null as soon as that of one statement is. */
  readonly estimatedMs: number | null;
  readonly verdict: Verdict;
  /** Everything that would be destroyed. */
  readonly dataLoss: readonly string[];
}
