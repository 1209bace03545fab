import { parseSql } from '../../postgres/parse.ts';
import { StatementRefusedError } from './errors.ts';
import { toNumberedMarks } from './marks.ts';
import { everywhere, type Tree, walk } from './tree.ts';

export type StatementKind = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** One statement that can be planned. */
export interface ReadStatement {
  /** With `$n` for values that are not known, ready for PREPARE. */
  readonly text: string;
  readonly kind: StatementKind;
  readonly tree: Tree;
  readonly hasParameters: boolean;
  /** It has a part that writes, in itself or in a WITH. */
  readonly isWriting: boolean;
}

export const MOST_CHARACTERS = 50_000;

const KINDS: Readonly<Record<string, StatementKind>> = {
  SelectStmt: 'SELECT',
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
};

/** Takes `?`, `$n` and literals. @throws {SqlSyntaxError} @throws {StatementRefusedError} */
export async function readStatement(sql: string): Promise<ReadStatement> {
  if (sql.length > MOST_CHARACTERS)
    throw new StatementRefusedError(
      `the statement has ${sql.length} characters`,
      `At most ${MOST_CHARACTERS} are planned.`,
    );
  if (sql.includes('\0'))
    throw new StatementRefusedError('the statement holds a NUL', 'PostgreSQL takes none: leave it out.');
  const statements = await parseSql(toNumberedMarks(sql));
  const [first] = statements;
  if (first === undefined)
    throw new StatementRefusedError('there is no statement', 'Send one SELECT, INSERT, UPDATE or DELETE.');
  if (statements.length > 1)
    throw new StatementRefusedError(
      `there are ${statements.length} statements`,
      'Send one at a time: each has a plan of its own.',
    );
  const kind = KINDS[first.kind];
  if (kind === undefined)
    throw new StatementRefusedError(
      `a ${first.kind.replace(/Stmt$/, '')} statement has no plan`,
      'Send one SELECT, INSERT, UPDATE or DELETE, with or without WITH.',
    );
  const below = [...walk(first.node, everywhere)];
  const has = (...tags: string[]) => below.some(([tag]) => tags.includes(tag));
  if ('intoClause' in first.node || below.some(([, tree]) => 'intoClause' in tree))
    throw new StatementRefusedError('SELECT INTO makes a table', 'Leave INTO out.');
  return {
    ...{ text: first.text, kind, tree: { [first.kind]: first.node } },
    hasParameters: has('ParamRef'),
    isWriting: kind !== 'SELECT' || has('InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'),
  };
}
