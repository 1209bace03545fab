import type { AlterTableCmd, AlterTableStmt, AlterTableType } from '@pgsql/types';
import type { Lock, LockMode } from './lock-modes.ts';
import { constraintsOf, nameOf, pick, pickAll } from './tree.ts';
import type { World } from './world.ts';

/** A lock that goes on to the partitions of the table unless it stays alone. */
export interface LockRequest extends Lock {
  readonly alone?: boolean;
}

/** Everything else takes ACCESS EXCLUSIVE (AlterTableGetLockLevel). */
const WEAKER: Partial<Readonly<Record<AlterTableType, LockMode>>> = {
  AT_SetStatistics: 'SHARE UPDATE EXCLUSIVE',
  AT_SetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ResetOptions: 'SHARE UPDATE EXCLUSIVE',
  AT_ClusterOn: 'SHARE UPDATE EXCLUSIVE',
  AT_DropCluster: 'SHARE UPDATE EXCLUSIVE',
  AT_ValidateConstraint: 'SHARE UPDATE EXCLUSIVE',
  AT_AttachPartition: 'SHARE UPDATE EXCLUSIVE',
  AT_DetachPartitionFinalize: 'SHARE UPDATE EXCLUSIVE',
  AT_EnableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableAlwaysTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableReplicaTrig: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrig: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigAll: 'SHARE ROW EXCLUSIVE',
  AT_EnableTrigUser: 'SHARE ROW EXCLUSIVE',
  AT_DisableTrigUser: 'SHARE ROW EXCLUSIVE',
};

/** Those that do not go on to the partitions. */
const ALONE: ReadonlySet<AlterTableType> = new Set([
  'AT_ReplicaIdentity',
  'AT_EnableRowSecurity',
  'AT_DisableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_NoForceRowSecurity',
  'AT_ChangeOwner',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetTableSpace',
  'AT_SetAccessMethod',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_AttachPartition',
  'AT_DetachPartition',
  'AT_DetachPartitionFinalize',
  'AT_AddInherit',
  'AT_DropInherit',
]);

/** Storage parameters that readers rely on while they read. */
const STRONG_OPTIONS = /^(user_catalog_table|security_barrier|check_option|security_invoker)$/;

/** All commands of an ALTER TABLE share the strongest lock of any of them on the table itself. */
export function alterTableLocks(alter: AlterTableStmt, world: World): readonly LockRequest[] {
  const table = world.nameOf(nameOf(alter.relation));
  return pickAll(alter.cmds, 'AlterTableCmd').flatMap((command) => [
    {
      table,
      mode: modeOf(command, table, world),
      alone: alter.relation?.inh !== true || ALONE.has(command.subtype ?? 'AT_AddColumn'),
    },
    ...otherTables(command, table, world),
  ]);
}

function modeOf(command: AlterTableCmd, table: string, world: World): LockMode {
  const type = command.subtype ?? 'AT_AddColumn';
  if (type === 'AT_DetachPartition')
    return pick(command.def, 'PartitionCmd')?.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  if (type === 'AT_AddConstraint' && pick(command.def, 'Constraint')?.contype === 'CONSTR_FOREIGN')
    return 'SHARE ROW EXCLUSIVE';
  if (type === 'AT_SetRelOptions' || type === 'AT_ResetRelOptions') {
    const options = pickAll(pick(command.def, 'List')?.items, 'DefElem').map((one) => one.defname ?? '');
    const isView = world.get(table).kind === 'v';
    return isView || options.some((one) => STRONG_OPTIONS.test(one))
      ? 'ACCESS EXCLUSIVE'
      : 'SHARE UPDATE EXCLUSIVE';
  }
  return WEAKER[type] ?? 'ACCESS EXCLUSIVE';
}

/** Locks on other relations: the two sides of a foreign key, the two of a partition. */
function otherTables(command: AlterTableCmd, table: string, world: World): readonly LockRequest[] {
  switch (command.subtype) {
    case 'AT_AddColumn':
    case 'AT_AddConstraint':
      return referencedIn(command, world).map((one) => ({ table: one, mode: 'SHARE ROW EXCLUSIVE' }));
    case 'AT_ValidateConstraint':
      return foreignKeysOf(table, command.name, world).map((one) => ({ table: one, mode: 'ROW SHARE' }));
    case 'AT_DropConstraint':
      return foreignKeysOf(table, command.name, world).map((one) => ({
        table: one,
        mode: 'ACCESS EXCLUSIVE',
      }));
    case 'AT_DropColumn':
    case 'AT_AlterColumnType':
      return foreignKeysOver(table, command.name ?? '', world).map((one) => ({
        table: one,
        mode: 'ACCESS EXCLUSIVE',
      }));
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
      return partitionLocks(command, table, world);
    default:
      return [];
  }
}

function referencedIn(command: AlterTableCmd, world: World): readonly string[] {
  const column = pick(command.def, 'ColumnDef');
  const constraint = pick(command.def, 'Constraint');
  const written = column ? constraintsOf(column) : constraint ? [constraint] : [];
  return written.flatMap(({ pktable }) => (pktable ? [world.nameOf(nameOf(pktable))] : []));
}

function foreignKeysOf(table: string, constraint: string | undefined, world: World): readonly string[] {
  const found = world.get(table).constraints.find((one) => one.name === constraint);
  return found?.references ? [found.references] : [];
}

function foreignKeysOver(table: string, column: string, world: World): readonly string[] {
  return world
    .get(table)
    .constraints.flatMap((one) =>
      one.references !== null && one.columns.includes(column) ? [one.references] : [],
    );
}

/** Measured: the partition and the default one are closed to everybody, what the parent refers to is closed to writers. */
function partitionLocks(command: AlterTableCmd, parent: string, world: World): readonly LockRequest[] {
  const child = world.nameOf(nameOf(pick(command.def, 'PartitionCmd')?.name));
  const defaults = world
    .familyOf(parent)
    .filter((one) => one !== child && world.get(one).parent === parent && world.get(one).isDefaultPartition);
  const referenced = world.get(parent).constraints.flatMap((one) => one.references ?? []);
  return [
    { table: child, mode: 'ACCESS EXCLUSIVE' },
    ...defaults.map((table): LockRequest => ({ table, mode: 'ACCESS EXCLUSIVE' })),
    ...referenced.map((table): LockRequest => ({ table, mode: 'SHARE ROW EXCLUSIVE' })),
  ];
}
