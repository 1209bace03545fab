import { hasSqlDetails, loadModule, type Node, parseSync } from 'libpg-query';
import { SundayError } from '../errors.ts';

/** One statement of a script, as PostgreSQL's own grammar sees it. */
export interface SqlStatement {
  /** Tag of the parse tree's node, e.g. `IndexStmt`. */
  readonly kind: string;
  /** What is behind the tag. Its `location`s count bytes from the start of the script. */
  readonly node: Readonly<Record<string, unknown>>;
  /** The statement without the comments in front of it and without its semicolon. */
  readonly text: string;
  /** Line of the script in which `text` begins; counts from 1. */
  readonly line: number;
}

/** The text is not SQL that PostgreSQL could read. */
export class SqlSyntaxError extends SundayError {
  readonly code = 'SQL_INVALID';
  override readonly hint = 'Correct the SQL at that place.';
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The parser's own words. */
  readonly problem: string;
  constructor(problem: string, place: { readonly line: number; readonly column: number }, cause: unknown) {
    super(`line ${place.line}, column ${place.column}: ${problem}`, { cause });
    this.problem = problem;
    this.line = place.line;
    this.column = place.column;
  }
}

/**
 * The statements of a script in their order; none when it holds only comments. The grammar is that of PostgreSQL 17,
 * which reads all that 15 and 16 do.
 *
 * @throws {SqlSyntaxError} with the place of the first thing that cannot be read.
 */
export async function parseSql(script: string): Promise<readonly SqlStatement[]> {
  await loadSqlParser();
  return parseLoadedSql(script);
}

/** Loads the grammar, once for the process; takes about 70 ms the first time. */
export async function loadSqlParser(): Promise<void> {
  await loadModule();
}

/**
 * As `parseSql`, for those who have loaded the grammar before. Nothing else runs meanwhile: 1 MiB takes up to a second.
 *
 * @throws {SqlSyntaxError} with the place of the first thing that cannot be read.
 */
export function parseLoadedSql(script: string): readonly SqlStatement[] {
  if (script.trim() === '') return []; // the binding takes that for a mistake
  const tree = readTree(script);
  const bytes = Buffer.from(script);
  const lines = createLineCounter(bytes);
  return tree.flatMap(({ stmt, stmt_location: from = 0, stmt_len: length }) => {
    const [tag] = Object.entries(stmt ?? {});
    if (tag === undefined) return [];
    const raw = bytes.subarray(from, length ? from + length : bytes.length).toString();
    const lead = leadLength(raw);
    const line = lines.lineAt(from + Buffer.byteLength(raw.slice(0, lead)));
    const text = raw.slice(lead).replace(/[\s;]+$/, '');
    return [{ kind: tag[0], node: tag[1] as Readonly<Record<string, unknown>>, text, line }];
  });
}

interface RawStatement {
  readonly stmt?: Node;
  /** Bytes; left out when 0. */
  readonly stmt_location?: number;
  /** Bytes; left out for "to the end". */
  readonly stmt_len?: number;
}

function readTree(script: string): readonly RawStatement[] {
  try {
    const { stmts = [] } = parseSync(script) as { readonly stmts?: readonly RawStatement[] };
    return stmts;
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const { message, cursorPosition } = error.sqlDetails;
    throw new SqlSyntaxError(message, placeOf(script, cursorPosition), error);
  }
}

/** The parser counts characters from 0, not UTF-16 units; at the end of the input it points behind it. */
function placeOf(script: string, position: number): { line: number; column: number } {
  const before = [...script].slice(0, Math.max(0, position)).join('');
  return { line: before.split('\n').length, column: before.length - (before.lastIndexOf('\n') + 1) + 1 };
}

/** Length of the white space and the comments in front of a statement. Comments in slashes nest. */
function leadLength(text: string): number {
  let at = 0;
  for (;;) {
    const start = at;
    at += /^(?:\s|--[^\n]*(?:\n|$))*/.exec(text.slice(at))?.[0].length ?? 0;
    if (text.startsWith('/*', at)) at = commentEnd(text, at);
    if (at === start) return at;
  }
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length - 1; at += 1) {
    const pair = text.slice(at, at + 2);
    if (pair !== '/*' && pair !== '*/') continue;
    depth += pair === '/*' ? 1 : -1;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Offsets must be asked for in growing order, so that a long script is read once. */
function createLineCounter(bytes: Buffer): { lineAt(offset: number): number } {
  let line = 1;
  let seen = 0;
  return {
    lineAt(offset) {
      for (; seen < offset; seen += 1) if (bytes[seen] === 0x0a) line += 1;
      return line;
    },
  };
}
