import { InvalidInputError } from '../../errors.ts';
import { parseSql, type SqlStatement } from '../../postgres/parse.ts';

/** One statement on the way to an index. Plain data: a checkpoint keeps it. */
export interface BuildStatement {
  readonly text: string;
  /** Of the index that it makes; null when it makes none. */
  readonly index: string | null;
  /** The table as it was written; null when the statement names none. */
  readonly table: string | null;
  /** It makes an index with CONCURRENTLY, which leaves one that is invalid when it breaks off. */
  readonly isConcurrent: boolean;
}

const MOST = 200;
const HINT = 'Send the statements of a suggestion of `indexAdvice` or `optimizeQuery`, as they are.';

/**
 * What an index takes and nothing else: CREATE INDEX CONCURRENTLY with a name, for a partitioned table also
 * CREATE INDEX ON ONLY and ALTER INDEX … ATTACH PARTITION, and the extension for trigrams.
 *
 * @throws {SqlSyntaxError} @throws {InvalidInputError}
 */
export async function readBuildStatements(texts: readonly string[]): Promise<readonly BuildStatement[]> {
  if (texts.length === 0 || texts.length > MOST)
    throw new InvalidInputError(['input', 'statements'], `there are 1 to ${MOST} of them`);
  const read = await Promise.all(texts.map((text) => parseSql(text)));
  return read.flatMap((statements, at) => statements.map((one) => readOne(one, at)));
}

function readOne({ kind, node, text }: SqlStatement, at: number): BuildStatement {
  const refuse = (problem: string) =>
    new InvalidInputError(['input', 'statements', String(at)], problem, HINT);
  if (kind === 'IndexStmt') {
    const { idxname, concurrent, relation } = node as IndexNode;
    if (idxname === undefined) throw refuse('the index has no name');
    const isOnly = relation?.inh !== true;
    if (concurrent !== true && !isOnly) throw refuse('it would hold up writers: say CONCURRENTLY');
    const { schemaname, relname = '' } = relation ?? {};
    const parts = [schemaname, relname].filter((one) => one !== undefined);
    const table = parts.map((one) => `"${one.replaceAll('"', '""')}"`).join('.');
    return { text, index: idxname, table, isConcurrent: concurrent === true };
  }
  if (kind === 'AlterTableStmt' && isAttach(node))
    return { text, index: null, table: null, isConcurrent: false };
  const { extname, if_not_exists: isOptional } = node as ExtensionNode;
  if (kind === 'CreateExtensionStmt' && extname === 'pg_trgm' && isOptional === true)
    return { text, index: null, table: null, isConcurrent: false };
  throw refuse('this makes no index');
}

interface IndexNode {
  readonly idxname?: string;
  readonly concurrent?: boolean;
  /** `inh` is left out after ONLY. */
  readonly relation?: { readonly schemaname?: string; readonly relname?: string; readonly inh?: boolean };
}

interface AlterNode {
  readonly objtype?: string;
  readonly cmds?: readonly { readonly AlterTableCmd?: { readonly subtype?: string } }[];
}

interface ExtensionNode {
  readonly extname?: string;
  readonly if_not_exists?: boolean;
}

function isAttach({ objtype, cmds = [] }: AlterNode): boolean {
  return (
    objtype === 'OBJECT_INDEX' && cmds.every((one) => one.AlterTableCmd?.subtype === 'AT_AttachPartition')
  );
}
