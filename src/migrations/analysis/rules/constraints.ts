import type { AlterTableCmd, Constraint } from '@pgsql/types';
import { constraintsOf, nameOf, pick, read, stringsOf } from '../tree.ts';
import type { World } from '../world.ts';
import { defaultOf } from '../column-types.ts';
import { advise, type Advice, findings, perCommand, type Rule, type Step } from './rule.ts';

/** Constraints that are checked or built on rows that are there. */
export const constraintRules: readonly Rule[] = [
  perCommand((command, table, { world }) =>
    addedConstraints(command).map((one) => checkAdded(one, table, world)),
  ),
  domainConstraint,
];

/** With those of a new column. */
function addedConstraints(command: AlterTableCmd): readonly Constraint[] {
  const constraint = pick(command.def, 'Constraint');
  if (command.subtype === 'AT_AddConstraint') return constraint ? [constraint] : [];
  const column = pick(command.def, 'ColumnDef');
  if (command.subtype !== 'AT_AddColumn' || !column) return [];
  // The server knows that a new column without a default breaks no foreign key, and looks at no row.
  return constraintsOf(column).filter((one) => one.contype !== 'CONSTR_FOREIGN' || defaultOf(column));
}

function checkAdded(constraint: Constraint, table: string, world: World): Advice | null {
  const isChecked = constraint.skip_validation !== true;
  if (constraint.contype === 'CONSTR_FOREIGN' && isChecked) return addForeignKey(constraint, table, world);
  if (constraint.contype === 'CONSTR_CHECK' && isChecked)
    return advise(world, table, {
      rule: 'constraint-missing-not-valid',
      severity: 'WARNING',
      message: `every row of ${table} is checked while nobody can read or write it`,
      hint: 'Add it NOT VALID, and VALIDATE it in a later migration: that lets readers and writers through.',
    });
  const isBuilt = /CONSTR_(PRIMARY|UNIQUE|EXCLUSION)/.test(constraint.contype ?? '') && !constraint.indexname;
  if (!isBuilt) return null;
  return advise(world, table, {
    rule: 'disallowed-unique-constraint',
    severity: 'WARNING',
    message: `its index is built while nobody can read or write ${table}`,
    hint: 'Build a unique index CONCURRENTLY first, and add the constraint with USING INDEX.',
  });
}

/** Both tables are closed to writers while every row is looked up. */
function addForeignKey(constraint: Constraint, table: string, world: World): Advice | null {
  const referenced = world.nameOf(nameOf(constraint.pktable));
  return advise(world, table, {
    rule: 'adding-foreign-key-constraint',
    severity: 'WARNING',
    message: `every row of ${table} is looked up while nobody can write to it or to ${referenced}`,
    hint: 'Add it NOT VALID, and VALIDATE it in a later migration.',
  });
}

function domainConstraint(step: Step) {
  const alter = read(step.statement, 'AlterDomainStmt');
  const added = alter?.subtype === 'C' ? pick(alter.def, 'Constraint') : null;
  if (alter?.subtype !== 'O' && (!added || added.skip_validation)) return created(step);
  const name = stringsOf(alter?.typeName).at(-1);
  const isMadeHere = [...step.script.earlier, ...step.script.statements].some(
    (one) => stringsOf(read(one, 'CreateDomainStmt')?.domainname).at(-1) === name,
  );
  if (isMadeHere) return [];
  return findings(step, {
    rule: 'ban-alter-domain-with-add-constraint',
    severity: 'WARNING',
    message: 'every table with a column of the domain is closed to writers and read through',
    hint: 'Add it NOT VALID and validate it later, or put the constraint on the tables.',
  });
}

function created(step: Step) {
  const create = read(step.statement, 'CreateDomainStmt');
  if (!create || (create.constraints ?? []).length === 0) return [];
  return findings(step, {
    rule: 'ban-create-domain-with-constraint',
    severity: 'INFO',
    message: 'a constraint of a domain can hardly be changed later: all tables that use it are read through',
    hint: 'Prefer constraints on the tables.',
  });
}
