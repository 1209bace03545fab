import type { SqlStatement } from '../../postgres/parse.ts';
import { changesIn } from './changes.ts';
import { typeChangeOf } from './column-types.ts';
import { nameOf, nameOfParts, partsOf, pick, pickAll, read } from './tree.ts';
import type { World } from './world.ts';

/**
 * What is gone after the statement and comes back by no down script; null when nothing that the target holds today.
 * Values that an UPDATE overwrites are not counted, and neither is what DO and functions do.
 */
export function dataLossOf(statement: SqlStatement, world: World): string | null {
  const losses = [
    ...droppedTables(statement, world),
    ...droppedColumns(statement, world),
    ...emptied(statement, world),
    ...droppedWholes(statement),
  ];
  return losses.length === 0 ? null : [...new Set(losses)].join('; ');
}

function describe(table: string, world: World): string {
  const { rows } = world.sizeOf(table);
  return rows === null ? `the rows of ${table}` : `about ${rows} rows of ${table}`;
}

const holdsRows = (table: string, world: World) => !world.isNew(table) && !world.isEmpty(table);

function droppedTables(statement: SqlStatement, world: World): readonly string[] {
  const drop = read(statement, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_TABLE') return [];
  return (drop.objects ?? [])
    .map((one) => world.nameOf(nameOfParts(partsOf(one))))
    .filter((one) => holdsRows(one, world) && (!world.hasTarget || world.find(one) !== null))
    .map((one) => describe(one, world));
}

function droppedColumns(statement: SqlStatement, world: World): readonly string[] {
  const alter = read(statement, 'AlterTableStmt');
  const table = world.nameOf(nameOf(alter?.relation));
  if (!alter || !holdsRows(table, world)) return [];
  const { columns } = world.get(table);
  return pickAll(alter.cmds, 'AlterTableCmd').flatMap((command) => {
    const column = columns.find((one) => one.name === command.name) ?? null;
    if (command.subtype === 'AT_DropColumn')
      return world.hasTarget && !column ? [] : [`the values of ${table}.${command.name ?? ''}`];
    const wanted = pick(command.def, 'ColumnDef');
    const isCut =
      command.subtype === 'AT_AlterColumnType' &&
      wanted !== null &&
      typeChangeOf({ current: column, wanted, column: column?.name ?? '', world }).isNarrowing;
    return isCut ? [`values of ${table}.${command.name ?? ''} that do not fit the new type`] : [];
  });
}

function emptied(statement: SqlStatement, world: World): readonly string[] {
  const deleted = changesIn(statement).filter((one) => one.verb === 'DELETE');
  const truncate = read(statement, 'TruncateStmt');
  const named = pickAll(truncate?.relations, 'RangeVar').map((one) => world.nameOf(nameOf(one)));
  const others =
    truncate?.behavior === 'DROP_CASCADE' ? named.flatMap((one) => world.get(one).referencedBy) : [];
  return [
    ...[...named, ...others].filter((one) => holdsRows(one, world)).map((one) => describe(one, world)),
    ...deleted
      .map((one) => ({ table: world.nameOf(one.table), where: one.where }))
      .filter((one) => holdsRows(one.table, world))
      .map((one) =>
        one.where ? `the rows of ${one.table} that the condition finds` : describe(one.table, world),
      ),
  ];
}

function droppedWholes(statement: SqlStatement): readonly string[] {
  const drop = read(statement, 'DropStmt');
  if (statement.kind === 'DropdbStmt') return [`database ${read(statement, 'DropdbStmt')?.dbname ?? ''}`];
  if (statement.kind === 'DropOwnedStmt') return ['every object of a role'];
  if (drop?.behavior !== 'DROP_CASCADE') return [];
  const names = (drop.objects ?? []).map((one) => partsOf(one).at(-1) ?? '').join(', ');
  if (drop.removeType === 'OBJECT_SCHEMA') return [`everything in schema ${names}`];
  return /TYPE|DOMAIN|EXTENSION/.test(drop.removeType ?? '') ? [`every column that uses ${names}`] : [];
}
