import type { AlterTableCmd } from '@pgsql/types';
import type { SqlStatement } from '../../../postgres/parse.ts';
import type { Finding, LockTaken, Severity } from '../analysis.ts';
import type { Work } from '../effects.ts';
import { nameOf, pickAll, read } from '../tree.ts';
import type { Weight, World } from '../world.ts';

/** One statement with everything a rule may look at. */
export interface Step {
  readonly statement: SqlStatement;
  /** As it is before the statement. */
  readonly world: World;
  readonly work: readonly Work[];
  readonly locks: readonly LockTaken[];
  /** Of every table that it locks or works on, before it does. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly script: AnalyzedScript;
}

export interface AnalyzedScript {
  readonly statements: readonly SqlStatement[];
  /** Those of scripts that run before it. */
  readonly earlier: readonly SqlStatement[];
  /** ONE: all or nothing. NONE: each statement commits by itself. */
  readonly transaction: 'ONE' | 'NONE';
  /** What the runner sets; null or 0: it waits for ever. */
  readonly lockTimeoutMs: number | null;
  /** `schema.name` of tables that a tenant's rows are being copied from or to right now. */
  readonly tablesBeingMoved: ReadonlySet<string>;
  readonly tenantColumn: string;
}

/** Looks at one statement; most find nothing in most. */
export type Rule = (step: Step) => readonly Finding[];

export type Advice = Omit<Finding, 'line'>;

export function findings(step: Step, ...advice: readonly (Advice | null)[]): readonly Finding[] {
  return advice.flatMap((one) => (one ? [{ ...one, line: step.statement.line }] : []));
}

/**
 * How much it matters on that table: nothing on one that the script makes, a remark on one that is small on the
 * target, the full severity on a big one and where no target was asked.
 */
export function graded(world: World, table: string, severity: Severity): Severity | null {
  const weight = world.weigh(table);
  if (weight === 'NEW') return null;
  return weight === 'SMALL' ? 'INFO' : severity;
}

/** The advice with its severity graded by the table; null when the table is new. */
export function advise(world: World, table: string, advice: Advice): Advice | null {
  const severity = graded(world, table, advice.severity);
  return severity && { ...advice, severity };
}

/** The table and the commands of an ALTER TABLE; null for any other statement. */
export function alterOf(
  step: Step,
): { readonly table: string; readonly commands: readonly AlterTableCmd[] } | null {
  const alter = read(step.statement, 'AlterTableStmt');
  if (!alter) return null;
  return { table: step.world.nameOf(nameOf(alter.relation)), commands: pickAll(alter.cmds, 'AlterTableCmd') };
}

/** What a rule says about each command of an ALTER TABLE. */
export function perCommand(
  check: (command: AlterTableCmd, table: string, step: Step) => Advice | null | readonly (Advice | null)[],
): Rule {
  return (step) => {
    const alter = alterOf(step);
    return (alter?.commands ?? []).flatMap((command) => {
      const advice = check(command, alter?.table ?? '', step);
      return findings(
        step,
        ...(Array.isArray(advice) ? (advice as readonly (Advice | null)[]) : [advice as Advice | null]),
      );
    });
  };
}
