import type { SqlStatement } from '../../postgres/parse.ts';
import { evolve } from '../analysis/evolve.ts';
import { locksOf } from '../analysis/locks.ts';
import { functionsIn } from '../analysis/tree.ts';
import { createWorld, type World } from '../analysis/world.ts';
import type { MigrationFile } from '../files/files.ts';

/** Fewer are applied one by one: each with a commit of its own shows better where it is, and costs milliseconds. */
const MIN_FILES = 8;
/** So that a group is done in tenths of a second. */
const MAX_FILES = 500;
const MAX_STATEMENTS = 1_000;
/** So that its locks, some six for a table and one or two for another statement, fit into the server's table (6,400). */
const MAX_TABLES = 100;
const MAX_TEXT_LENGTH = 256 * 1024;

const GROUPED_KINDS = new Set(['CreateStmt', 'IndexStmt', 'AlterTableStmt', 'CommentStmt']);
/** What a default may call when the server evaluates it at once, for the rows that are there. */
const HARMLESS_FUNCTIONS = new Set(['now', 'clock_timestamp', 'gen_random_uuid', 'nextval']);

/**
 * How many of the first files can share one transaction so that nobody could tell the difference: every statement
 * changes only tables that the group itself makes. Nobody else can see those before the commit, so no lock is held
 * in anybody's way, no lock has to be waited for, and there is no row to scan. 0 when it is not worth it.
 */
export function countGroup(files: readonly MigrationFile[]): number {
  const world = createWorld(null);
  let statements = 0;
  let tables = 0;
  let textLength = 0;
  let count = 0;
  for (const file of files.slice(0, MAX_FILES)) {
    statements += file.statements.length;
    tables += file.statements.filter(({ kind }) => kind === 'CreateStmt').length;
    textLength += file.text.length;
    const isFull = statements > MAX_STATEMENTS || tables > MAX_TABLES || textLength > MAX_TEXT_LENGTH;
    if (isFull || !isGrouped(file, world)) break;
    count += 1;
  }
  return count < MIN_FILES ? 0 : count;
}

/** How many each of the transactions takes that would apply them, in their order. */
export function listGroups(files: readonly MigrationFile[]): readonly number[] {
  const sizes: number[] = [];
  for (let at = 0; at < files.length; at += sizes.at(-1) ?? 1)
    sizes.push(Math.max(1, countGroup(files.slice(at))));
  return sizes;
}

function isGrouped({ header, statements }: MigrationFile, world: World): boolean {
  if (header.transaction !== 'ONE' || header.lockTimeoutMs !== null) return false;
  return statements.every((statement) => changesOwnTables(statement, world));
}

function changesOwnTables(statement: SqlStatement, world: World): boolean {
  const { kind, node } = statement;
  if (!GROUPED_KINDS.has(kind) || node['if_not_exists'] === true || node['concurrent'] === true) return false;
  if (isTemporary(node['relation'])) return false;
  if (kind === 'AlterTableStmt' && functionsIn(node).some((name) => !HARMLESS_FUNCTIONS.has(name)))
    return false;
  const locks = locksOf(statement, world);
  // Behind it, since a table that it makes is new from there on.
  evolve(world, statement);
  return locks.length > 0 && locks.every(({ table }) => world.isNew(table));
}

/** It would outlive the group on this session, and hide a table of the same name. */
function isTemporary(relation: unknown): boolean {
  return typeof relation === 'object' && relation !== null && 'relpersistence' in relation
    ? relation.relpersistence === 't'
    : false;
}
