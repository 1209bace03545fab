import type { AlterTableCmd, AlterTableStmt, Constraint } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import { type Effect, EFFECTS } from './analysis.ts';
import { isBounded } from './bounds.ts';
import { type Change, changesIn } from './changes.ts';
import { defaultOf, rewriteReason, typeChangeOf } from './column-types.ts';
import { isFullVacuum } from './locks.ts';
import { defaultPartitionOf } from './neighbours.ts';
import {
  constraintsOf,
  functionsIn,
  nameOf,
  nameOfParts,
  partsOf,
  pick,
  pickAll,
  read,
  relationsIn,
} from './tree.ts';
import type { World } from './world.ts';

/** What the server does to one relation. */
export interface Work {
  /** `schema.name`. */
  readonly table: string;
  readonly effect: Effect;
  /** Why, in a few words. */
  readonly reason: string;
  /** Rows that are changed at most; left out: those of the table. */
  readonly rows?: number | null;
}

/** All work of a statement, each table's heaviest first is not promised; empty when it touches no relation's rows. */
export function workOf(statement: SqlStatement, world: World): readonly Work[] {
  const alter = read(statement, 'AlterTableStmt');
  if (alter) return alterWork(alter, world);
  return [...buildWork(statement, world), ...dataWork(statement, world), ...partitionWork(statement, world)];
}

/** The heaviest of a statement's work; what is no work on a table is METADATA, or NONE for settings and reads. */
export function effectOf(statement: SqlStatement, work: readonly Work[]): Effect {
  if (isOpaque(statement)) return 'UNKNOWN';
  if (work.length > 0) return heaviest(work.map((one) => one.effect));
  return /^(SelectStmt|VariableSetStmt|VariableShowStmt|ExplainStmt|TransactionStmt|LockStmt|NotifyStmt)$/.test(
    statement.kind,
  )
    ? 'NONE'
    : 'METADATA';
}

export function heaviest(effects: readonly Effect[]): Effect {
  return effects.reduce(
    (one, other) => (EFFECTS.indexOf(other) > EFFECTS.indexOf(one) ? other : one),
    'NONE',
  );
}

/** Functions of the server that change nothing but a setting or a sequence. */
const HARMLESS =
  /^(set_config|setval|nextval|currval|current_setting|now|count|min|max|sum|coalesce|pg_notify|version)$/;

/** Code that only runs there: what it does to tables cannot be read from the script. */
export function isOpaque(statement: SqlStatement): boolean {
  if (statement.kind === 'DoStmt' || statement.kind === 'CallStmt') return true;
  if (statement.kind !== 'SelectStmt' || relationsIn(statement.node).length > 0) return false;
  return functionsIn(statement.node).some((one) => !HARMLESS.test(one));
}

function alterWork(alter: AlterTableStmt, world: World): readonly Work[] {
  const table = world.nameOf(nameOf(alter.relation));
  return pickAll(alter.cmds, 'AlterTableCmd').flatMap((command) => commandWork(command, table, world));
}

/** What one command of an ALTER TABLE does. */
export function commandWork(command: AlterTableCmd, table: string, world: World): readonly Work[] {
  const work = (effect: Effect, reason: string): readonly Work[] => [{ table, effect, reason }];
  switch (command.subtype) {
    case 'AT_AddColumn':
      return addColumnWork(command, table, world);
    case 'AT_AlterColumnType':
      return alterTypeWork(command, table, world);
    case 'AT_SetNotNull':
      return isProvenNotNull(table, command.name ?? '', world)
        ? work('METADATA', 'a valid CHECK or NOT NULL proves it already')
        : work('SCAN', 'every row is checked for null');
    case 'AT_AddConstraint':
      return constraintWork(pick(command.def, 'Constraint'), table, world);
    case 'AT_ValidateConstraint':
      return work('SCAN', 'every row is checked');
    case 'AT_SetLogged':
      return world.find(table)?.isUnlogged === false
        ? []
        : work('REWRITE', 'every page goes to the write-ahead log');
    case 'AT_SetUnLogged':
      return world.get(table).isUnlogged ? [] : work('REWRITE', 'the table is written anew without a log');
    case 'AT_SetTableSpace':
      return work('REWRITE', 'the files are copied to another tablespace');
    case 'AT_SetAccessMethod':
      return work('REWRITE', 'another access method writes every row anew');
    case 'AT_AttachPartition':
      return attachWork(command, table, world);
    default:
      return work('METADATA', 'only the catalog changes');
  }
}

function addColumnWork(command: AlterTableCmd, table: string, world: World): readonly Work[] {
  const column = pick(command.def, 'ColumnDef');
  if (!column) return [];
  const rewrite = rewriteReason(column, world);
  const constraints = constraintsOf(column).flatMap((one) => {
    // A new column without a default holds no value that could break a foreign key: the server knows that.
    if (one.contype === 'CONSTR_FOREIGN' && !defaultOf(column)) return [];
    return constraintWork(one, table, world);
  });
  return [
    { table, effect: rewrite ? 'REWRITE' : 'METADATA', reason: rewrite ?? 'only the catalog changes' },
    ...constraints,
  ];
}

function alterTypeWork(command: AlterTableCmd, table: string, world: World): readonly Work[] {
  const wanted = pick(command.def, 'ColumnDef');
  const name = command.name ?? '';
  const { columns, constraints } = world.get(table);
  const current = columns.find((one) => one.name === name) ?? null;
  if (!wanted || typeChangeOf({ current, wanted, column: name, world }).isRewrite)
    return [{ table, effect: 'REWRITE', reason: 'every row is stored in another form' }];
  return constraints.some((one) => one.kind === 'c' && one.columns.includes(name))
    ? [{ table, effect: 'SCAN', reason: 'its CHECK is tested again on every row' }]
    : [{ table, effect: 'METADATA', reason: 'the stored form stays the same' }];
}

/** The server skips the scan when the column is NOT NULL already or a valid CHECK says so. */
export function isProvenNotNull(table: string, column: string, world: World): boolean {
  const { columns, constraints } = world.get(table);
  if (columns.find((one) => one.name === column)?.isNotNull) return true;
  return constraints.some((one) => one.isValid && one.provesNotNull.includes(column));
}

function constraintWork(constraint: Constraint | null, table: string, world: World): readonly Work[] {
  switch (constraint?.contype) {
    case 'CONSTR_CHECK':
      return constraint.skip_validation ? [] : [{ table, effect: 'SCAN', reason: 'every row is checked' }];
    case 'CONSTR_FOREIGN':
      if (constraint.skip_validation) return [];
      return [
        { table, effect: 'SCAN', reason: 'every row is looked up in the referenced table' },
        {
          table: world.nameOf(nameOf(constraint.pktable)),
          effect: 'SCAN',
          reason: 'it is searched for every key',
        },
      ];
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
    case 'CONSTR_EXCLUSION':
      if (!constraint.indexname)
        return [{ table, effect: 'INDEX_BUILD', reason: 'its index is built under the lock' }];
      return usedIndexWork(constraint, table, world);
    default:
      return [];
  }
}

/** A primary key over an index that is there still needs every column to be NOT NULL. */
function usedIndexWork({ contype, indexname }: Constraint, table: string, world: World): readonly Work[] {
  const columns = world.get(table).indexes.find((one) => one.name === indexname)?.columns ?? [];
  const isProven = columns.length > 0 && columns.every((one) => isProvenNotNull(table, one, world));
  if (contype !== 'CONSTR_PRIMARY' || isProven) return [];
  return [{ table, effect: 'SCAN', reason: 'every row is checked for null' }];
}

function attachWork(command: AlterTableCmd, parent: string, world: World): readonly Work[] {
  const child = world.nameOf(nameOf(pick(command.def, 'PartitionCmd')?.name));
  const { constraints } = world.get(child);
  const isProven = constraints.some((one) => one.kind === 'c' && one.isValid);
  const scanned = [
    ...(isProven ? [] : [child]),
    ...defaultPartitionOf(parent, world).filter((one) => one !== child),
  ];
  return scanned.map((table) => ({
    table,
    effect: 'SCAN',
    reason: 'every row is tested against the bounds',
  }));
}

function partitionWork(statement: SqlStatement, world: World): readonly Work[] {
  const create = read(statement, 'CreateStmt');
  if (!create?.partbound || create.partbound.is_default) return [];
  return pickAll(create.inhRelations, 'RangeVar')
    .flatMap((one) => defaultPartitionOf(world.nameOf(nameOf(one)), world))
    .map((table) => ({ table, effect: 'SCAN', reason: 'every row of the default partition is tested' }));
}

function buildWork(statement: SqlStatement, world: World): readonly Work[] {
  const index = read(statement, 'IndexStmt');
  if (index)
    return [
      { table: world.nameOf(nameOf(index.relation)), effect: 'INDEX_BUILD', reason: 'the index is built' },
    ];
  const reindex = read(statement, 'ReindexStmt')?.relation;
  if (reindex) {
    const name = world.nameOf(nameOf(reindex));
    return [
      { table: world.get(name).tableOf ?? name, effect: 'INDEX_BUILD', reason: 'the index is built anew' },
    ];
  }
  const rewritten =
    read(statement, 'ClusterStmt')?.relation ?? read(statement, 'RefreshMatViewStmt')?.relation;
  if (rewritten)
    return [{ table: world.nameOf(nameOf(rewritten)), effect: 'REWRITE', reason: 'it is written anew' }];
  const vacuum = read(statement, 'VacuumStmt');
  return pickAll(vacuum?.rels, 'VacuumRelation').map((one) => ({
    table: world.nameOf(nameOf(one.relation)),
    effect: vacuum && isFullVacuum(vacuum) ? 'REWRITE' : 'SCAN',
    reason: 'vacuum or analyze reads it',
  }));
}

function dataWork(statement: SqlStatement, world: World): readonly Work[] {
  const changes = changesIn(statement);
  if (changes.length > 0) return changes.flatMap((one) => changeWork(one, world));
  const made = read(statement, 'CreateTableAsStmt');
  if (made)
    return relationsIn(made.query).map((one) => ({
      table: world.nameOf(one),
      effect: 'SCAN',
      reason: 'it is read',
    }));
  const drop = read(statement, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_TABLE') return [];
  return (drop.objects ?? []).map((one) => ({
    table: world.nameOf(nameOfParts(partsOf(one))),
    effect: 'METADATA',
    reason: 'the catalog forgets it',
  }));
}

/** What one bounded statement is taken to reach; the estimate says so. */
export const BATCH_ROWS = 10_000;

function changeWork({ verb, table, where, writtenRows, sources }: Change, world: World): readonly Work[] {
  const name = world.nameOf(table);
  if (verb !== 'INSERT' && isBounded(where, name, world))
    return [{ table: name, effect: 'DATA', reason: 'a batch of rows is changed', rows: BATCH_ROWS }];
  if (verb !== 'INSERT') return [{ table: name, effect: 'DATA', reason: 'rows are changed' }];
  const [source] = sources;
  const rows = writtenRows ?? (source ? world.sizeOf(world.nameOf(source)).rows : null);
  return [{ table: name, effect: 'DATA', reason: 'rows are added', rows }];
}
