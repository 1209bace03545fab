import type { Node } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import type { Questions } from './probe.ts';
import {
  functionsIn,
  nameOfParts,
  partsOf,
  read,
  type RelationName,
  relationsIn,
  stringsOf,
  visit,
} from './tree.ts';
import { quoteName, readSearchPath } from './world.ts';

const MAX_NAMES = 2_000;

/** Everything that the target has to be asked before these statements can be judged. */
export function questionsOf(statements: readonly SqlStatement[]): Questions {
  const relations = new Set<string>();
  const types = new Set<string>();
  let path: readonly string[] = [];
  for (const statement of statements) {
    path = readSearchPath(statement) ?? path;
    for (const name of [...relationsIn(statement.node), ...namesInDrop(statement)])
      for (const one of inPath(name, path)) relations.add(quoteName(one));
    for (const name of typesIn(statement.node)) types.add(name);
  }
  return {
    relations: [...relations].slice(0, MAX_NAMES),
    schemas: statements.flatMap(droppedSchemas),
    functions: [...new Set(statements.flatMap((one) => functionsIn(one.node)))].slice(0, MAX_NAMES),
    types: [...types].slice(0, MAX_NAMES),
  };
}

/** As the server's own search path finds it, and in each schema of the path that the script sets. */
function inPath(name: RelationName, path: readonly string[]): readonly RelationName[] {
  if (name.schema !== null) return [name];
  return [name, ...path.map((schema) => ({ schema, name: name.name }))];
}

/** Drops and comments name their objects in lists of strings; the last part may be a column, a trigger or a policy. */
function namesInDrop(statement: SqlStatement): readonly RelationName[] {
  const drop = read(statement, 'DropStmt');
  const comment = read(statement, 'CommentStmt');
  const objects = [...(drop?.objects ?? []), ...(comment?.object ? [comment.object] : [])];
  return objects
    .map(partsOf)
    .flatMap((parts) => [parts, parts.slice(0, -1)])
    .filter((parts) => parts.length > 0)
    .map(nameOfParts);
}

function droppedSchemas(statement: SqlStatement): readonly string[] {
  const drop = read(statement, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_SCHEMA') return [];
  return (drop.objects ?? []).flatMap((one) => partsOf(one).slice(-1));
}

function typesIn(value: unknown): readonly string[] {
  const names = new Set<string>();
  visit(value, (tag, node) => {
    const name = tag === 'typeName' ? stringsOf(node['names'] as readonly Node[]).at(-1) : undefined;
    if (name !== undefined) names.add(name);
  });
  return [...names];
}
