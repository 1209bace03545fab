import type { CreateStmt, RangeVar } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import { commentLocks, dropLocks } from './drop-locks.ts';
import { defaultPartitionOf, referencedBy } from './neighbours.ts';
import { changesIn } from './changes.ts';
import { alterTableLocks, type LockRequest } from './alter-locks.ts';
import { type Lock, LOCK_MODES, type LockMode, strongestPerTable } from './lock-modes.ts';
import { constraintsOf, type NodeOf, nameOf, pickAll, read, relationsIn } from './tree.ts';
import type { World } from './world.ts';

/**
 * The strongest lock that a statement takes on each relation, of those that the world knows or the statement names
 * (PostgreSQL 15: manual, "Explicit Locking" and the page of each command; a test compares it with `pg_locks`).
 * Left out: catalogs, TOAST, indexes of a table that is locked itself, and what functions and triggers do.
 */
export function locksOf(statement: SqlStatement, world: World): readonly Lock[] {
  const locks = LOCKERS.flatMap((locker) => locker(statement, world));
  return strongestPerTable(locks.flatMap((lock) => spread(lock, world)));
}

/** A lock on a partitioned table goes on to its partitions, except where the command says ONLY. */
function spread({ table, mode, alone }: LockRequest, world: World): readonly Lock[] {
  return (alone ? [table] : world.familyOf(table)).map((one) => ({ table: one, mode }));
}

type Locker = (statement: SqlStatement, world: World) => readonly LockRequest[];

const LOCKERS: readonly Locker[] = [
  (statement, world) => {
    const alter = read(statement, 'AlterTableStmt');
    return alter ? alterTableLocks(alter, world) : [];
  },
  createTableLocks,
  indexLocks,
  dropLocks,
  objectOnTableLocks,
  renameLocks,
  maintenanceLocks,
  publicationLocks,
  dataLocks,
  commentLocks,
];

const on = (world: World, relation: RangeVar | undefined, mode: LockMode, alone?: true): LockRequest => ({
  table: world.nameOf(nameOf(relation)),
  mode,
  ...(alone ? { alone } : {}),
});

function createTableLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const create = read(statement, 'CreateStmt');
  if (!create) return [];
  const name = world.nameOf(nameOf(create.relation));
  if (create.if_not_exists && world.find(name)) return [];
  const references = [
    ...pickAll(create.tableElts, 'Constraint'),
    ...pickAll(create.tableElts, 'ColumnDef').flatMap(constraintsOf),
  ];
  return [
    { table: name, mode: 'ACCESS EXCLUSIVE', alone: true },
    ...references.flatMap(({ pktable }) => (pktable ? [on(world, pktable, 'SHARE ROW EXCLUSIVE')] : [])),
    ...pickAll(create.tableElts, 'TableLikeClause').map((one) =>
      on(world, one.relation, 'ACCESS SHARE', true),
    ),
    ...parentLocks(create, world),
  ];
}

/** PARTITION OF stops everybody on the parent and on its default partition; INHERITS only other DDL. */
function parentLocks(create: CreateStmt, world: World): readonly LockRequest[] {
  const parents = pickAll(create.inhRelations, 'RangeVar');
  if (!create.partbound) return parents.map((one) => on(world, one, 'SHARE UPDATE EXCLUSIVE', true));
  return parents.flatMap((one) => {
    const parent = world.nameOf(nameOf(one));
    return [
      on(world, one, 'ACCESS EXCLUSIVE', true),
      ...defaultPartitionOf(parent, world).map((table) => ({ table, mode: 'ACCESS EXCLUSIVE' as const })),
      ...referencedBy(parent, world).map((table) => ({ table, mode: 'SHARE ROW EXCLUSIVE' as const })),
    ];
  });
}

function indexLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const create = read(statement, 'IndexStmt');
  if (create) {
    const mode = create.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
    return [on(world, create.relation, mode, ...onlyOf(create.relation))];
  }
  const reindex = read(statement, 'ReindexStmt');
  if (!reindex?.relation) return [];
  const isConcurrent = pickAll(reindex.params, 'DefElem').some((one) => one.defname === 'concurrently');
  const name = world.nameOf(nameOf(reindex.relation));
  const mode = isConcurrent ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  const table = world.get(name).tableOf;
  if (table === null) return [{ table: name, mode }];
  return [
    { table: name, mode: isConcurrent ? mode : 'ACCESS EXCLUSIVE' },
    { table, mode },
  ];
}

/** What is tied to a table without being part of its rows. */
function objectOnTableLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const trigger = read(statement, 'CreateTrigStmt');
  if (trigger) return [on(world, trigger.relation, 'SHARE ROW EXCLUSIVE')];
  const policy = read(statement, 'CreatePolicyStmt')?.table ?? read(statement, 'AlterPolicyStmt')?.table;
  if (policy) return [on(world, policy, 'ACCESS EXCLUSIVE', true)];
  const rule = read(statement, 'RuleStmt');
  if (rule) return [on(world, rule.relation, 'ACCESS EXCLUSIVE', true)];
  const statistics = read(statement, 'CreateStatsStmt');
  if (statistics)
    return pickAll(statistics.relations, 'RangeVar').map((one) =>
      on(world, one, 'SHARE UPDATE EXCLUSIVE', true),
    );
  const sequence = read(statement, 'AlterSeqStmt');
  if (sequence) return [on(world, sequence.sequence, 'SHARE ROW EXCLUSIVE', true)];
  return viewLocks(statement, world);
}

/** A new view waits for nobody; one that is replaced does, and so do those who read it. */
function viewLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const view = read(statement, 'ViewStmt');
  if (!view) return [];
  return [on(world, view.view, 'ACCESS EXCLUSIVE', true), ...readLocks(view.query, world)];
}

function renameLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const rename = read(statement, 'RenameStmt');
  const moved = read(statement, 'AlterObjectSchemaStmt');
  if (moved?.relation) return [on(world, moved.relation, 'ACCESS EXCLUSIVE', true)];
  if (!rename?.relation) return [];
  if (rename.renameType === 'OBJECT_INDEX')
    return [on(world, rename.relation, 'SHARE UPDATE EXCLUSIVE', true)];
  // Columns and constraints are inherited, a table's own name is not.
  const isInherited = /OBJECT_(COLUMN|TABCONSTRAINT|TRIGGER)$/.test(rename.renameType ?? '');
  return [on(world, rename.relation, 'ACCESS EXCLUSIVE', ...(isInherited ? [] : ([true] as const)))];
}

function maintenanceLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const refresh = read(statement, 'RefreshMatViewStmt');
  if (refresh) {
    const lock = on(world, refresh.relation, refresh.concurrent ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE');
    return [lock, ...(refresh.skipData ? [] : world.get(lock.table).reads.map(readLock))];
  }
  const cluster = read(statement, 'ClusterStmt');
  if (cluster?.relation) return [on(world, cluster.relation, 'ACCESS EXCLUSIVE')];
  const vacuum = read(statement, 'VacuumStmt');
  if (vacuum) {
    const mode = isFullVacuum(vacuum) ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE';
    return pickAll(vacuum.rels, 'VacuumRelation').map((one) => on(world, one.relation, mode));
  }
  const lock = read(statement, 'LockStmt');
  const mode = LOCK_MODES[(lock?.mode ?? 0) - 1];
  return mode ? pickAll(lock?.relations, 'RangeVar').map((one) => on(world, one, mode, ...onlyOf(one))) : [];
}

const onlyOf = (relation: RangeVar | undefined) => (relation?.inh ? ([] as const) : ([true] as const));

export function isFullVacuum(vacuum: NodeOf<'VacuumStmt'>): boolean {
  return (
    vacuum.is_vacuumcmd === true && pickAll(vacuum.options, 'DefElem').some((one) => one.defname === 'full')
  );
}

function publicationLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const publication = read(statement, 'CreatePublicationStmt') ?? read(statement, 'AlterPublicationStmt');
  return pickAll(publication?.pubobjects, 'PublicationObjSpec').flatMap(({ pubtable }) =>
    pubtable ? [on(world, pubtable.relation, 'SHARE UPDATE EXCLUSIVE', true)] : [],
  );
}

function dataLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const changes = changesIn(statement);
  if (changes.length > 0)
    return changes.flatMap((one): readonly LockRequest[] => [
      // An INSERT or a COPY finds its partitions while it runs.
      { table: world.nameOf(one.table), mode: 'ROW EXCLUSIVE', alone: /INSERT|COPY/.test(one.verb) },
      ...(one.verb === 'INSERT' ? one.sources.map((name) => readLock(world.nameOf(name))) : []),
      ...(one.verb === 'INSERT' ? [] : readLocks(statement.node, world)),
    ]);
  const truncate = read(statement, 'TruncateStmt');
  if (truncate) return truncateLocks(truncate, world);
  const copy = read(statement, 'CopyStmt');
  if (copy?.relation) return [on(world, copy.relation, 'ACCESS SHARE')];
  const made = read(statement, 'CreateTableAsStmt');
  if (made) return [on(world, made.into?.rel, 'ACCESS EXCLUSIVE', true), ...readLocks(made.query, world)];
  const select = read(statement, 'SelectStmt');
  if (!select) return [];
  const into = select.intoClause ? [on(world, select.intoClause.rel, 'ACCESS EXCLUSIVE', true)] : [];
  const mode = (select.lockingClause ?? []).length > 0 ? 'ROW SHARE' : 'ACCESS SHARE';
  return [...into, ...readLocks({ ...select, intoClause: undefined }, world, mode)];
}

function readLocks(query: unknown, world: World, mode: LockMode = 'ACCESS SHARE'): readonly LockRequest[] {
  return relationsIn(query).map((one) => ({ table: world.nameOf(one), mode }));
}

const readLock = (table: string): LockRequest => ({ table, mode: 'ACCESS SHARE' });

function truncateLocks(truncate: NodeOf<'TruncateStmt'>, world: World): readonly LockRequest[] {
  const named = pickAll(truncate.relations, 'RangeVar').map((one) => world.nameOf(nameOf(one)));
  const all = [...named]; // grows while it is walked: CASCADE empties whatever refers to what is emptied
  if (truncate.behavior === 'DROP_CASCADE')
    for (const table of all)
      for (const child of world.get(table).referencedBy) if (!all.includes(child)) all.push(child);
  return all.map((table) => ({ table, mode: 'ACCESS EXCLUSIVE' }));
}
