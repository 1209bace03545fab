import type { ColumnDef, Constraint, Node, RangeVar, TypeName } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';

/** Reading the parse tree. The shapes are those of PostgreSQL's parsenodes.h; what is false, 0 or empty is left out. */

type Tag = Node extends infer One ? (One extends unknown ? keyof One : never) : never;
export type NodeOf<K extends Tag> = Extract<Node, Record<K, unknown>>[K];

/** The statement's own node when it is of that kind, else null. */
export function read<K extends Tag>(statement: SqlStatement, kind: K): NodeOf<K> | null {
  return statement.kind === kind ? (statement.node as NodeOf<K>) : null; // the parser promises this shape
}

/** What is in a node when it is of that kind, else null. */
export function pick<K extends Tag>(node: Node | undefined, kind: K): NodeOf<K> | null {
  return node !== undefined && kind in node ? (node as unknown as Record<K, NodeOf<K>>)[kind] : null;
}

/** Those of a list that are of that kind. */
export function pickAll<K extends Tag>(nodes: readonly Node[] | undefined, kind: K): readonly NodeOf<K>[] {
  return (nodes ?? []).flatMap((node) => pick(node, kind) ?? []);
}

export function stringsOf(nodes: readonly Node[] | undefined): readonly string[] {
  return pickAll(nodes, 'String').map((one) => one.sval ?? '');
}

/** A relation as the script writes it; schema null: the search path decides. */
export interface RelationName {
  readonly schema: string | null;
  readonly name: string;
}

export function nameOf(relation: RangeVar | undefined): RelationName {
  return { schema: relation?.schemaname ?? null, name: relation?.relname ?? '' };
}

/** From `a`, `s.a` or `db.s.a` as a list of strings. */
export function nameOfParts(parts: readonly string[]): RelationName {
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

/** The parts of a name that stands in a DROP or a COMMENT. */
export function partsOf(object: Node | undefined): readonly string[] {
  const list = pick(object, 'List') ?? null;
  if (list) return stringsOf(list.items);
  const type = pick(object, 'TypeName');
  return type ? stringsOf(type.names) : stringsOf(object ? [object] : []);
}

export interface WrittenType {
  /** Without `pg_catalog`, e.g. `int4`, `varchar`, `serial`. */
  readonly name: string;
  /** Length, or precision and scale. */
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

export function typeOf(type: TypeName | undefined): WrittenType {
  const modifiers = pickAll(type?.typmods, 'A_Const').map((one) => one.ival?.ival ?? 0);
  return {
    name: stringsOf(type?.names).at(-1) ?? '',
    modifiers,
    isArray: (type?.arrayBounds ?? []).length > 0,
  };
}

export function constraintsOf(column: ColumnDef): readonly Constraint[] {
  return pickAll(column.constraints, 'Constraint');
}

export function hasConstraint(column: ColumnDef, kind: NonNullable<Constraint['contype']>): boolean {
  return constraintsOf(column).some((one) => one.contype === kind);
}

const MAX_DEPTH = 500; // far below the stack's limit; the parser's own limit is lower for real scripts

/** Visits every node below with its tag, or the name of its field where the tree leaves the tag out; parents first. */
export function visit(
  value: unknown,
  onNode: (tag: string, node: Record<string, unknown>) => void,
  depth = 0,
): void {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) visit(one, onNode, depth + 1);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    if (isRecord(child)) onNode(key, child);
    visit(child, onNode, depth + 1);
  }
}

/** Names of all functions that are called in an expression, without their schema. */
export function functionsIn(value: unknown): readonly string[] {
  const names = new Set<string>();
  visit(value, (tag, node) => {
    if (tag === 'FuncCall') names.add(stringsOf(node['funcname'] as readonly Node[]).at(-1) ?? '');
  });
  return [...names];
}

/** Last part of every column reference in an expression. */
export function columnsIn(value: unknown): readonly string[] {
  const names = new Set<string>();
  visit(value, (tag, node) => {
    if (tag === 'ColumnRef') names.add(stringsOf(node['fields'] as readonly Node[]).at(-1) ?? '');
  });
  return [...names];
}

/** All relations that are read or written anywhere in a statement, without the names of its WITH queries. */
export function relationsIn(value: unknown): readonly RelationName[] {
  const names: RelationName[] = [];
  const queries = new Set<string>();
  visit(value, (tag, node) => {
    if (tag === 'CommonTableExpr' && typeof node['ctename'] === 'string') queries.add(node['ctename']);
    if (typeof node['relname'] === 'string') names.push(nameOf(node));
  });
  return names.filter((one) => one.schema !== null || !queries.has(one.name));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
