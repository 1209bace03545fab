import type { AlterTableCmd, ColumnDef } from '@pgsql/types';
import { defaultOf, isSerial, rewriteReason, typeChangeOf } from '../column-types.ts';
import { commandWork } from '../effects.ts';
import { hasConstraint, nameOf, pick, read } from '../tree.ts';
import type { World } from '../world.ts';
import { advise, type Advice, findings, perCommand, type Rule, type Step } from './rule.ts';

/** Columns that come, go, or become something else. */
export const columnRules: readonly Rule[] = [
  perCommand((command, table, step) =>
    command.subtype === 'AT_AddColumn' ? addColumn(command, table, step) : null,
  ),
  perCommand((command, table, step) =>
    command.subtype === 'AT_AlterColumnType' ? changeType(command, table, step) : null,
  ),
  perCommand(dropColumn),
  perCommand(setNotNull),
  renameColumn,
];

function addColumn(command: AlterTableCmd, table: string, { world }: Step): readonly (Advice | null)[] {
  const column = pick(command.def, 'ColumnDef');
  if (!column) return [];
  const reason = rewriteReason(column, world);
  return [
    reason === null
      ? null
      : advise(world, table, {
          rule:
            isSerial(column) && hasConstraint(column, 'CONSTR_PRIMARY')
              ? 'adding-serial-primary-key-field'
              : 'adding-field-with-default',
          severity: 'DANGER',
          message: `${reason}: ${table} is rewritten while nobody can read or write it`,
          hint: 'Add the column without it, set the default for new rows, and fill the old ones in batches.',
        }),
    requiredColumn(column, table, world),
  ];
}

/** NOT NULL without a value for the rows that are there. */
function requiredColumn(column: ColumnDef, table: string, world: World): Advice | null {
  const isRequired = hasConstraint(column, 'CONSTR_NOTNULL') || hasConstraint(column, 'CONSTR_PRIMARY');
  if (!isRequired || defaultOf(column) || rewriteReason(column, world) !== null || world.isNew(table))
    return null;
  if (world.isEmpty(table)) return null;
  const { rows } = world.sizeOf(table);
  return {
    rule: 'adding-required-field',
    severity: (rows ?? 0) > 0 ? 'REFUSED' : 'DANGER',
    message: `the rows of ${table} have no value for ${column.colname ?? ''}: the statement fails`,
    hint: 'Give it a default that is a constant, or add it nullable, fill it, and set NOT NULL later.',
  };
}

function changeType(
  command: AlterTableCmd,
  table: string,
  { world, statement }: Step,
): readonly (Advice | null)[] {
  const wanted = pick(command.def, 'ColumnDef');
  const name = command.name ?? '';
  const current = world.get(table).columns.find((one) => one.name === name) ?? null;
  const [work] = commandWork(command, table, world);
  if (!wanted || statement.kind !== 'AlterTableStmt') return [];
  const { isNarrowing } = typeChangeOf({ current, wanted, column: name, world });
  const isHeavy = work?.effect === 'REWRITE' || work?.effect === 'SCAN';
  return [
    isHeavy
      ? advise(world, table, {
          rule: 'changing-column-type',
          severity: work.effect === 'REWRITE' ? 'DANGER' : 'WARNING',
          message: `${name}: ${work.reason}, while nobody can read or write ${table}`,
          hint: 'Add a column of the new type, keep it in step by a trigger, fill it in batches, then swap the names.',
        })
      : null,
    isNarrowing && !world.isNew(table)
      ? {
          rule: 'narrowing-column-type',
          severity: 'WARNING',
          message: `${name} of ${table} may hold values that do not fit: they are cut, or the statement fails`,
          hint: 'Look for such values first; the way back cannot restore what was cut.',
        }
      : null,
  ];
}

function dropColumn(command: AlterTableCmd, table: string, { world }: Step): Advice | null {
  if (command.subtype !== 'AT_DropColumn' || world.isNew(table)) return null;
  if (
    command.missing_ok &&
    world.hasTarget &&
    !world.get(table).columns.some((one) => one.name === command.name)
  )
    return null;
  return {
    rule: 'ban-drop-column',
    severity: world.isEmpty(table) ? 'INFO' : 'DANGER',
    message: `the values of ${table}.${command.name ?? ''} are gone, and programs that still name it fail`,
    hint: 'Release a program that no longer uses the column first, and keep a backup of its values.',
  };
}

function setNotNull(command: AlterTableCmd, table: string, { world }: Step): Advice | null {
  if (command.subtype === 'AT_DropNotNull')
    return world.isNew(table)
      ? null
      : {
          rule: 'ban-drop-not-null',
          severity: 'INFO',
          message: `programs that read ${table}.${command.name ?? ''} have to expect null from now on`,
          hint: 'Release programs that can read null first.',
        };
  if (command.subtype !== 'AT_SetNotNull' || commandWork(command, table, world)[0]?.effect !== 'SCAN')
    return null;
  return advise(world, table, {
    rule: 'adding-not-nullable-field',
    severity: 'WARNING',
    message: `every row of ${table} is read while nobody can read or write it`,
    hint: 'Add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in a later migration, then SET NOT NULL skips the scan.',
  });
}

function renameColumn(step: Step) {
  const rename = read(step.statement, 'RenameStmt');
  if (rename?.renameType !== 'OBJECT_COLUMN') return [];
  const table = step.world.nameOf(nameOf(rename.relation));
  if (step.world.isNew(table)) return [];
  return findings(step, {
    rule: 'renaming-column',
    severity: 'WARNING',
    message: `programs that use ${table}.${rename.subname ?? ''} fail from the moment of the commit`,
    hint: 'Add the new column, write both, move the readers, and drop the old one later.',
  });
}
