import type { DeleteStmt, InsertStmt, MergeStmt, Node, UpdateStmt } from '@pgsql/types';
import type { SqlStatement } from '../../postgres/parse.ts';
import { nameOf, pick, pickAll, read, type RelationName, relationsIn, visit } from './tree.ts';

/** A change of rows, wherever it stands: a statement of its own, or in a WITH. */
export interface Change {
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'COPY';
  readonly table: RelationName;
  readonly where: Node | undefined;
  /** Rows that are written out in the statement; null when a query or a file gives them. */
  readonly writtenRows: number | null;
  /** Tables that the rows of an INSERT come from. */
  readonly sources: readonly RelationName[];
}

const VERBS = {
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
} as const;
type ChangeNode = InsertStmt & UpdateStmt & DeleteStmt & MergeStmt;

/** In the order in which they are written; none in a statement that only reads or defines. */
export function changesIn(statement: SqlStatement): readonly Change[] {
  // What stands in a function, a view, a rule or an EXPLAIN is not run now.
  if (
    !/^(SelectStmt|InsertStmt|UpdateStmt|DeleteStmt|MergeStmt|CopyStmt|CreateTableAsStmt)$/.test(
      statement.kind,
    )
  )
    return [];
  const copy = read(statement, 'CopyStmt');
  if (copy)
    return copy.is_from && copy.relation
      ? [{ verb: 'COPY', table: nameOf(copy.relation), where: undefined, writtenRows: null, sources: [] }]
      : [];
  const changes: Change[] = [];
  visit({ [statement.kind]: statement.node }, (tag, node) => {
    if (isVerb(tag)) changes.push(toChange(tag, node));
  });
  return changes;
}

const isVerb = (tag: string): tag is keyof typeof VERBS => tag in VERBS;

function toChange(tag: keyof typeof VERBS, node: ChangeNode): Change {
  const values = pick(node.selectStmt, 'SelectStmt')?.valuesLists;
  const isInsert = tag === 'InsertStmt';
  return {
    verb: VERBS[tag],
    table: nameOf(node.relation),
    where: node.whereClause,
    writtenRows: isInsert && (values ?? []).length > 0 ? pickAll(values, 'List').length : null,
    sources: isInsert ? relationsIn({ from: node.selectStmt, with: node.withClause }) : [],
  };
}
