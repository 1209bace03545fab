import type { DropStmt, Node } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import type { LockRequest } from './alter-locks.ts';
import { defaultPartitionOf, referencedBy } from './neighbours.ts';
import { nameOfParts, partsOf, pick, read, stringsOf } from './tree.ts';
import type { World } from './world.ts';

/** Statements that name their objects in lists of strings. */
export function dropLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const drop = read(statement, 'DropStmt');
  const objects = drop?.objects ?? [];
  const isCascade = drop?.behavior === 'DROP_CASCADE';
  switch (drop?.removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
      return objects.flatMap((one) =>
        dropTableLocks(world.nameOf(nameOfParts(partsOf(one))), world, isCascade),
      );
    case 'OBJECT_INDEX':
      return objects.flatMap((one) => dropIndexLocks(world.nameOf(nameOfParts(partsOf(one))), drop, world));
    case 'OBJECT_SCHEMA':
      return objects.flatMap((one) => dropSchemaLocks(partsOf(one).at(-1) ?? '', world));
    case 'OBJECT_TRIGGER':
    case 'OBJECT_POLICY':
    case 'OBJECT_RULE':
      return objects.map((one) => ({
        table: world.nameOf(nameOfParts(partsOf(one).slice(0, -1))),
        mode: 'ACCESS EXCLUSIVE',
        alone: drop.removeType !== 'OBJECT_TRIGGER',
      }));
    default:
      return [];
  }
}

/** Foreign keys go with the table, and their triggers on the other side; a partition's parent forgets it. */
function dropTableLocks(table: string, world: World, isCascade = false): readonly LockRequest[] {
  if (world.hasTarget && !world.find(table)) return [];
  const { parent } = world.get(table);
  const others = world
    .familyOf(table)
    .flatMap((one) => [
      ...(parent === null ? referencedBy(one, world) : [...defaultPartitionOf(parent, world), parent]),
      ...world.get(one).referencedBy,
      ...(isCascade ? world.get(one).readBy : []),
    ]);
  const lock = (name: string): LockRequest => ({
    table: name,
    mode: 'ACCESS EXCLUSIVE',
    alone: name === parent,
  });
  return [table, ...others].map(lock);
}

function dropIndexLocks(index: string, drop: DropStmt, world: World): readonly LockRequest[] {
  const mode = drop.concurrent ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  if (world.hasTarget && !world.find(index)) return [];
  const table = world.get(index).tableOf;
  return [{ table: index, mode }, ...(table === null ? [] : [{ table, mode } as const])];
}

function dropSchemaLocks(schema: string, world: World): readonly LockRequest[] {
  const names = [...(world.facts?.relations.keys() ?? [])].filter((one) => one.startsWith(`${schema}.`));
  return names.flatMap((one) => dropTableLocks(one, world, true));
}

const COMMENTED_TABLES = /^OBJECT_(TABLE|VIEW|MATVIEW|INDEX|SEQUENCE|FOREIGN_TABLE)$/;
const COMMENTED_PARTS = /^OBJECT_(COLUMN|TABCONSTRAINT|TRIGGER|POLICY|RULE)$/;

export function commentLocks(statement: SqlStatement, world: World): readonly LockRequest[] {
  const comment = read(statement, 'CommentStmt');
  if (!comment) return [];
  const parts = commentedParts(comment.object);
  const type = comment.objtype ?? '';
  if (!COMMENTED_TABLES.test(type) && !COMMENTED_PARTS.test(type)) return [];
  const name = COMMENTED_TABLES.test(type) ? parts : parts.slice(0, -1);
  const mode =
    COMMENTED_TABLES.test(type) || type === 'OBJECT_COLUMN' ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS SHARE';
  return [{ table: world.nameOf(nameOfParts(name)), mode, alone: true }];
}

const commentedParts = (object: Node | undefined) => {
  const list = pick(object, 'List');
  return list ? stringsOf(list.items) : partsOf(object);
};
