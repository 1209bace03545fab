import type { SqlStatement } from '../../postgres/parse.ts';
import type { MigrationHeader } from './header.ts';

/** How a statement is run when its file says `transaction: none`. */
export type StatementMode =
  /** In a transaction with its row in the step ledger: it is done, or nothing of it has happened. */
  | 'TRANSACTION'
  /** Outside of any, since the server allows no other way: what a crash leaves is looked up in the catalog. */
  | 'ALONE';

/** What a migration may not do at all, by the tag of the parse tree. */
const REFUSED: Readonly<Record<string, string>> = {
  CreatedbStmt: 'CREATE DATABASE is not a change of the schema',
  DropdbStmt: 'DROP DATABASE is not a change of the schema',
  CreateTableSpaceStmt: 'CREATE TABLESPACE belongs to the server, not to the schema',
  DropTableSpaceStmt: 'DROP TABLESPACE belongs to the server, not to the schema',
  AlterSystemStmt: 'ALTER SYSTEM belongs to the server, not to the schema',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION belongs to the move of an organization, not to the schema',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION belongs to the move of an organization, not to the schema',
  AlterDatabaseStmt: 'ALTER DATABASE belongs to the server, not to the schema',
  DiscardStmt: "DISCARD would end the runner's lock",
};
const SAVEPOINTS = new Set(['TRANS_STMT_SAVEPOINT', 'TRANS_STMT_RELEASE', 'TRANS_STMT_ROLLBACK_TO']);
const WHOLE_REINDEX = new Set(['REINDEX_OBJECT_SCHEMA', 'REINDEX_OBJECT_DATABASE', 'REINDEX_OBJECT_SYSTEM']);
/** A `SET` of these would be lost behind the runner's own. */
const RUNNER_SETTINGS = new Set(['lock_timeout', 'statement_timeout']);
/** The runner writes the step ledger between the statements, as who it is. */
const ROLE_SETTINGS = new Set(['role', 'session_authorization']);

/** Why the statement cannot be part of a script with this header; null when it can. */
export function refusalOf(statement: SqlStatement, header: MigrationHeader): string | null {
  const { kind, node } = statement;
  if (kind === 'TransactionStmt') return refusalOfTransaction(node['kind'], header);
  if (kind === 'ReindexStmt' && WHOLE_REINDEX.has(String(node['kind'])))
    return 'REINDEX of more than a table is maintenance, not a change of the schema';
  if (kind === 'ClusterStmt' && node['relation'] === undefined) return 'CLUSTER needs a table';
  if (kind === 'CopyStmt' && node['is_from'] === true && node['filename'] === undefined)
    return 'COPY FROM STDIN has nothing to read from';
  const refused = REFUSED[kind];
  if (refused !== undefined) return refused;
  return header.transaction === 'NONE' ? refusalOfStep(statement) : refusalInTransaction(statement);
}

/** How it is run in a file without a transaction. */
export function modeOf({ kind, node }: SqlStatement): StatementMode {
  if (kind === 'CallStmt') return 'ALONE'; // so that a procedure may commit its batches
  if (kind === 'VacuumStmt') return node['is_vacuumcmd'] === true ? 'ALONE' : 'TRANSACTION';
  if (kind === 'IndexStmt' || kind === 'DropStmt')
    return node['concurrent'] === true ? 'ALONE' : 'TRANSACTION';
  if (kind === 'ReindexStmt') return isConcurrentReindex(node) ? 'ALONE' : 'TRANSACTION';
  return findDetach({ kind, node }) === null ? 'TRANSACTION' : 'ALONE';
}

export interface Detach {
  readonly parent: Relation;
  readonly partition: Relation;
  readonly isFinalize: boolean;
}

/** A table, index or view as the statement names it. */
export interface Relation {
  readonly schemaname?: string;
  readonly relname: string;
  /** False after ONLY; left out means the same. */
  readonly inh?: boolean;
  /** Bytes from the start of the script. */
  readonly location?: number;
}

/** DETACH PARTITION … CONCURRENTLY or FINALIZE; null for anything else. */
export function findDetach({ kind, node }: Pick<SqlStatement, 'kind' | 'node'>): Detach | null {
  if (kind !== 'AlterTableStmt') return null;
  const [first] = node['cmds'] as readonly { readonly AlterTableCmd?: DetachCommand }[];
  const { subtype, def } = first?.AlterTableCmd ?? {};
  const partition = def?.PartitionCmd?.name;
  const isFinalize = subtype === 'AT_DetachPartitionFinalize';
  const isConcurrent = subtype === 'AT_DetachPartition' && def?.PartitionCmd?.concurrent === true;
  if (!partition || (!isFinalize && !isConcurrent)) return null;
  return { parent: node['relation'] as Relation, partition, isFinalize };
}

interface DetachCommand {
  readonly subtype?: string;
  readonly def?: { readonly PartitionCmd?: { readonly name: Relation; readonly concurrent?: boolean } };
}

function refusalOfTransaction(kind: unknown, { transaction }: MigrationHeader): string | null {
  const words = String(kind).replace('TRANS_STMT_', '').replaceAll('_', ' ');
  if (!SAVEPOINTS.has(String(kind)))
    return `${words} is not allowed, the runner opens and ends the transaction`;
  return transaction === 'NONE' ? `${words} needs a transaction, and this file has none` : null;
}

function refusalInTransaction(statement: SqlStatement): string | null {
  if (statement.kind === 'CallStmt' || modeOf(statement) === 'TRANSACTION') return null;
  const what = statement.text.split(/\s+/, 1).join('').toUpperCase();
  return `this ${what} cannot run in a transaction; put it in a file with the header "-- transaction: none"`;
}

function refusalOfStep({ kind, node }: SqlStatement): string | null {
  if (kind === 'IndexStmt' && node['concurrent'] === true && node['idxname'] === undefined)
    return 'an index that is built CONCURRENTLY needs a name, so that a broken one can be found again';
  if (isTemporary(node['relation']) || isTemporary(node['view']))
    return 'a temporary object would be gone after a crash, and this file goes on in its middle';
  if (kind !== 'VariableSetStmt') return null;
  if (node['is_local'] === true) return 'SET LOCAL has no effect without a transaction';
  if (ROLE_SETTINGS.has(String(node['name']))) return 'SET ROLE needs a transaction, and this file has none';
  return RUNNER_SETTINGS.has(String(node['name']))
    ? `SET ${String(node['name'])} has no effect here; the header is the place for lock-timeout`
    : null;
}

function isTemporary(relation: unknown): boolean {
  return (
    typeof relation === 'object' &&
    relation !== null &&
    'relpersistence' in relation &&
    relation.relpersistence === 't'
  );
}

function isConcurrentReindex(node: SqlStatement['node']): boolean {
  const params = (node['params'] ?? []) as readonly {
    readonly DefElem?: { readonly defname?: string; readonly arg?: object };
  }[];
  const found = params.find((one) => one.DefElem?.defname === 'concurrently')?.DefElem;
  if (!found) return false;
  return found.arg === undefined || !/"(?:false|off|0)"|"ival":\{\}/.test(JSON.stringify(found.arg));
}
