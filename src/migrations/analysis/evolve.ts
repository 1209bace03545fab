import type {
  AlterTableCmd,
  ColumnDef,
  Constraint,
  CreateStmt,
  IndexStmt,
  Node,
  RenameStmt,
} from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import { type ColumnFacts, type ConstraintFacts, type RelationFacts, unknownRelation } from './facts.ts';
import {
  constraintsOf,
  hasConstraint,
  nameOf,
  nameOfParts,
  partsOf,
  pick,
  pickAll,
  read,
  stringsOf,
  typeOf,
} from './tree.ts';
import { readSearchPath, splitName, type World } from './world.ts';

/** Lets the world know what a statement has done, so that the next one is judged against it. */
export function evolve(world: World, statement: SqlStatement): void {
  const create = read(statement, 'CreateStmt');
  if (create) addTable(world, create);
  const into = read(statement, 'CreateTableAsStmt');
  if (into) addNew(world, nameOf(into.into?.rel), into.objtype === 'OBJECT_MATVIEW' ? 'm' : 'r');
  const selectInto = read(statement, 'SelectStmt')?.intoClause;
  if (selectInto) addNew(world, nameOf(selectInto.rel), 'r');
  const view = read(statement, 'ViewStmt');
  if (view) addNew(world, nameOf(view.view), 'v');
  const sequence = read(statement, 'CreateSeqStmt');
  if (sequence) addNew(world, nameOf(sequence.sequence), 'S');
  const index = read(statement, 'IndexStmt');
  if (index) addIndex(world, index);
  evolveExisting(world, statement);
  const path = readSearchPath(statement);
  if (path) world.setSearchPath(path);
}

/** Columns of which the expression says that they are not null. */
export function provenNotNull(expression: Node | undefined): readonly string[] {
  const test = pick(expression, 'NullTest');
  if (test?.nulltesttype === 'IS_NOT_NULL') return stringsOf(pick(test.arg, 'ColumnRef')?.fields).slice(-1);
  const both = pick(expression, 'BoolExpr');
  return both?.boolop === 'AND_EXPR' ? (both.args ?? []).flatMap(provenNotNull) : [];
}

function evolveExisting(world: World, statement: SqlStatement): void {
  const alter = read(statement, 'AlterTableStmt');
  if (alter) {
    const name = world.nameOf(nameOf(alter.relation));
    for (const command of pickAll(alter.cmds, 'AlterTableCmd')) alterTable(world, name, command);
  }
  const rename = read(statement, 'RenameStmt');
  if (rename) renameRelation(world, rename);
  const move = read(statement, 'AlterObjectSchemaStmt');
  if (move?.relation) {
    const old = world.nameOf(nameOf(move.relation));
    moveTo(world, old, `${move.newschema ?? ''}.${splitName(old).name}`);
  }
  const drop = read(statement, 'DropStmt');
  if (drop && /TABLE|VIEW|INDEX|SEQUENCE/.test(drop.removeType ?? ''))
    for (const object of drop.objects ?? []) world.remove(world.nameOf(nameOfParts(partsOf(object))));
}

function addNew(world: World, written: ReturnType<typeof nameOf>, kind: string): void {
  const name = qualifyNew(world, written);
  if (!world.find(name)) world.put(unknownRelation(name, kind), 'NEW');
}

/** Where CREATE puts it: the first schema of the path, even when a later one has that name too. */
function qualifyNew(world: World, { schema, name }: ReturnType<typeof nameOf>): string {
  return `${schema ?? world.searchPath[0] ?? 'public'}.${name}`;
}

function addTable(world: World, create: CreateStmt): void {
  const name = qualifyNew(world, nameOf(create.relation));
  if (create.if_not_exists && world.find(name)) return;
  const columns = pickAll(create.tableElts, 'ColumnDef');
  const constraints = [...pickAll(create.tableElts, 'Constraint'), ...columns.flatMap(constraintsOf)];
  const likes = pickAll(create.tableElts, 'TableLikeClause').map((one) =>
    world.get(world.nameOf(nameOf(one.relation))),
  );
  const parent = create.partbound ? pick(create.inhRelations?.[0], 'RangeVar') : null;
  world.put(
    {
      ...unknownRelation(name, create.partspec ? 'p' : 'r'),
      sizeBytes: 0,
      rows: 0,
      isEmpty: true,
      parent: parent ? world.nameOf(nameOf(parent)) : null,
      isDefaultPartition: create.partbound?.is_default === true,
      isUnlogged: create.relation?.relpersistence === 'u',
      columns: [...likes.flatMap((one) => one.columns), ...columns.map(toColumn)],
      constraints: [
        ...likes.flatMap((one) => one.constraints),
        ...constraints.map((one) => toConstraint(world, one)),
      ],
    },
    'NEW',
  );
}

function addIndex(world: World, index: IndexStmt): void {
  const table = world.get(world.nameOf(nameOf(index.relation)));
  const columns = pickAll(index.indexParams, 'IndexElem').map((one) => one.name ?? '');
  const name = index.idxname ?? '';
  const made = { name, isUnique: index.unique === true, isValid: true, columns };
  if (table.columns.length > 0 || world.isNew(table.name))
    world.put({ ...table, indexes: [...table.indexes, made] });
  if (name === '') return;
  const qualified = `${splitName(table.name).schema ?? 'public'}.${name}`;
  world.put({ ...unknownRelation(qualified, 'i'), tableOf: table.name }, 'NEW');
}

function alterTable(world: World, name: string, command: AlterTableCmd): void {
  const table = world.find(name);
  const partition = pick(command.def, 'PartitionCmd');
  if (partition) setParent(world, world.nameOf(nameOf(partition.name)), command, name);
  // Without a target a table is only known when the script made it; its constraints count even so.
  world.put({
    ...(table ?? unknownRelation(name)),
    ...changeOf(world, table ?? unknownRelation(name), command),
  });
}

function changeOf(world: World, table: RelationFacts, command: AlterTableCmd): Partial<RelationFacts> {
  const column = pick(command.def, 'ColumnDef');
  const constraint = pick(command.def, 'Constraint');
  const change = (patch: Partial<ColumnFacts>) => ({
    columns: table.columns.map((one) => (one.name === command.name ? { ...one, ...patch } : one)),
  });
  switch (command.subtype) {
    case 'AT_AddColumn':
      return column ? { columns: [...table.columns, toColumn(column)] } : {};
    case 'AT_DropColumn':
      return { columns: table.columns.filter((one) => one.name !== command.name) };
    case 'AT_SetNotNull':
      return change({ isNotNull: true });
    case 'AT_DropNotNull':
      return change({ isNotNull: false });
    case 'AT_AlterColumnType':
      return column ? change({ type: typeOf(column.typeName).name, modifier: modifierOf(column) }) : {};
    case 'AT_AddConstraint':
      return constraint ? { constraints: [...table.constraints, toConstraint(world, constraint)] } : {};
    case 'AT_DropConstraint':
      return { constraints: table.constraints.filter((one) => one.name !== command.name) };
    case 'AT_ValidateConstraint':
      return {
        constraints: table.constraints.map((one) =>
          one.name === command.name ? { ...one, isValid: true } : one,
        ),
      };
    case 'AT_EnableRowSecurity':
      return { hasRowSecurity: true };
    case 'AT_ReplicaIdentity':
      return { replicaIdentity: pick(command.def, 'ReplicaIdentityStmt')?.identity_type ?? 'd' };
    default:
      return {};
  }
}

function setParent(world: World, child: string, command: AlterTableCmd, parent: string): void {
  const isAttached = command.subtype === 'AT_AttachPartition';
  const bound = pick(command.def, 'PartitionCmd')?.bound;
  world.put({
    ...world.get(child),
    parent: isAttached ? parent : null,
    isDefaultPartition: isAttached && bound?.is_default === true,
  });
}

function renameRelation(world: World, rename: RenameStmt): void {
  if (rename.relation === undefined) return;
  const old = world.nameOf(nameOf(rename.relation));
  const table = world.get(old);
  if (rename.renameType === 'OBJECT_COLUMN') {
    const columns = table.columns.map((one) =>
      one.name === rename.subname ? { ...one, name: rename.newname ?? '' } : one,
    );
    world.put({ ...table, columns });
  } else if (/OBJECT_(TABLE|VIEW|MATVIEW|INDEX|SEQUENCE)$/.test(rename.renameType ?? '')) {
    moveTo(world, old, `${splitName(old).schema ?? 'public'}.${rename.newname ?? ''}`);
  }
}

function moveTo(world: World, old: string, name: string): void {
  const relation = world.find(old);
  if (!relation) return;
  world.remove(old);
  for (const child of world.familyOf(old).slice(1)) world.put({ ...world.get(child), parent: name });
  world.put({ ...relation, name }, ...(world.isNew(old) ? (['NEW'] as const) : []));
}

function toColumn(column: ColumnDef): ColumnFacts {
  return {
    name: column.colname ?? '',
    type: typeOf(column.typeName).name,
    modifier: modifierOf(column),
    isNotNull: hasConstraint(column, 'CONSTR_NOTNULL') || hasConstraint(column, 'CONSTR_PRIMARY'),
  };
}

/** As `atttypmod` has it: lengths carry 4 bytes of header, numeric packs precision and scale; -1 for none. */
export function modifierOf(column: ColumnDef): number {
  const { name, modifiers } = typeOf(column.typeName);
  const [first, second = 0] = modifiers;
  if (first === undefined) return name === 'bpchar' ? 5 : -1;
  if (name === 'numeric') return first * 65_536 + second + 4;
  return ['varchar', 'bpchar'].includes(name) ? first + 4 : first;
}

const KINDS: Readonly<Record<string, string>> = {
  CONSTR_CHECK: 'c',
  CONSTR_FOREIGN: 'f',
  CONSTR_PRIMARY: 'p',
  CONSTR_UNIQUE: 'u',
  CONSTR_EXCLUSION: 'x',
};

function toConstraint(world: World, one: Constraint): ConstraintFacts {
  return {
    name: one.conname ?? '',
    kind: KINDS[one.contype ?? ''] ?? '',
    columns: stringsOf(one.contype === 'CONSTR_FOREIGN' ? one.fk_attrs : one.keys),
    references: one.pktable ? world.nameOf(nameOf(one.pktable)) : null,
    isValid: one.skip_validation !== true,
    provesNotNull: one.contype === 'CONSTR_CHECK' ? provenNotNull(one.raw_expr) : [],
  };
}
