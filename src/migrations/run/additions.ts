import type { AlterTableCmd, ColumnDef, Constraint, CreateStmt } from '@pgsql/types';
import { type Counts, COUNTED_KINDS } from '../../catalog/growth.ts';
import type { SqlStatement } from '../../postgres/parse.ts';
import { constraintsOf, pick, pickAll, read } from '../analysis/tree.ts';

export const NO_ADDITIONS: Counts = { TABLE: 0, COLUMN: 0, CONSTRAINT: 0, INDEX: 0, COMMENT: 0 };
const KEPT_CONSTRAINTS = new Set([
  'CONSTR_CHECK',
  'CONSTR_PRIMARY',
  'CONSTR_UNIQUE',
  'CONSTR_EXCLUSION',
  'CONSTR_FOREIGN',
]);

/** Fewer than that need no fewer looks at the catalog together than each by itself. */
const MIN_STRETCH = 3;

/** Some of a list that follow each other. */
export interface Stretch<One> {
  readonly members: readonly One[];
  /** What each of them makes; null when one of them may do more than add, or they are too few. */
  readonly counts: readonly Counts[] | null;
}

/** All of them, cut where it begins or ends that they only add. */
export function cutStretches<One>(
  all: readonly One[],
  statementsOf: (one: One) => readonly SqlStatement[],
): readonly Stretch<One>[] {
  const stretches: { members: One[]; counts: Counts[] | null }[] = [];
  for (const one of all) {
    const counts = countAdditions(statementsOf(one));
    const last = stretches.at(-1);
    if (last && (last.counts === null) === (counts === null)) {
      last.members.push(one);
      if (counts) last.counts?.push(counts);
    } else stretches.push({ members: [one], counts: counts && [counts] });
  }
  return stretches.map((one) => (one.members.length < MIN_STRETCH ? { ...one, counts: null } : one));
}

/**
 * How many objects of each kind the statements make, of those that a group may hold (see `countGroup`). Null when one
 * of them may do more than add: change or take away what is there, or make what its text does not show.
 */
export function countAdditions(statements: readonly SqlStatement[]): Counts | null {
  let sum = NO_ADDITIONS;
  for (const statement of statements) {
    const counts = countOf(statement);
    if (counts === null) return null;
    sum = add(sum, counts);
  }
  return sum;
}

function countOf(statement: SqlStatement): Counts | null {
  const create = read(statement, 'CreateStmt');
  if (create) return countTable(create);
  if (read(statement, 'IndexStmt')) return { ...NO_ADDITIONS, INDEX: 1 };
  // Without a text it takes one away.
  if (read(statement, 'CommentStmt')?.comment) return { ...NO_ADDITIONS, COMMENT: 1 };
  const alter = read(statement, 'AlterTableStmt');
  if (alter?.objtype !== 'OBJECT_TABLE') return null;
  const commands = pickAll(alter.cmds, 'AlterTableCmd').map(countCommand);
  return commands.reduce((sum, one) => (sum && one ? add(sum, one) : null), NO_ADDITIONS);
}

/** What it has of another table or of a type is not in its text. */
function countTable(create: CreateStmt): Counts | null {
  const { inhRelations = [], partbound, ofTypename, tableElts } = create;
  const columns = pickAll(tableElts, 'ColumnDef');
  const constraints = pickAll(tableElts, 'Constraint');
  const isWhole = columns.length + constraints.length === (tableElts ?? []).length;
  if (inhRelations.length > 0 || partbound || ofTypename || !isWhole) return null;
  return [...columns.map(countColumn), countConstraints(constraints)].reduce(add, {
    ...NO_ADDITIONS,
    TABLE: 1,
  });
}

function countCommand({ subtype = 'AT_AddColumn', def, missing_ok }: AlterTableCmd): Counts | null {
  const column = pick(def, 'ColumnDef');
  if (subtype === 'AT_AddColumn' && column && !missing_ok) return countColumn(column);
  const constraint = pick(def, 'Constraint');
  // A primary key makes its columns NOT NULL, and one that takes an index over makes that vanish.
  const isOwn = constraint && constraint.contype !== 'CONSTR_PRIMARY' && !constraint.indexname;
  return subtype === 'AT_AddConstraint' && isOwn ? countConstraints([constraint]) : null;
}

function countColumn(column: ColumnDef): Counts {
  return { ...countConstraints(constraintsOf(column)), COLUMN: 1 };
}

function countConstraints(constraints: readonly Constraint[]): Counts {
  const kept = constraints.filter(({ contype }) => KEPT_CONSTRAINTS.has(contype ?? ''));
  return { ...NO_ADDITIONS, CONSTRAINT: kept.length };
}

function add(left: Counts, right: Counts): Counts {
  const sums = COUNTED_KINDS.map((kind) => [kind, left[kind] + right[kind]] as const);
  return Object.fromEntries(sums) as Record<keyof Counts, number>; // of all the kinds
}
