/** One SQL statement ready for `pg`: `text` holds `$n` marks, never values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Turns `${value}` into a bind parameter and splices `${otherStatement}` in place.
 * Every statement starts with its name in a comment, so that it is found in `pg_stat_statements` and logs.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Statement {
  let text = strings[0] ?? '';
  const values: unknown[] = [];
  parts.forEach((part, index) => {
    text += isStatement(part) ? renumber(part, values) : `$${values.push(part)}`;
    text += strings[index + 1] ?? '';
  });
  return { text, values };
}

/** A quoted identifier, or several joined by dots, as a splice for `sql`. */
export function identifier(...names: readonly string[]): Statement {
  return { text: names.map(quoteIdentifier).join('.'), values: [] };
}

/** A quoted literal for statements that take no parameters (CREATE ROLE, ALTER SYSTEM). */
export function literal(value: string): Statement {
  const escaped = value.replaceAll("'", "''").replaceAll('\\', '\\\\');
  return { text: value.includes('\\') ? `E'${escaped}'` : `'${escaped}'`, values: [] };
}

/**
 * The statement with its values as literals, for one that goes with others in a message, which takes no parameters.
 * Its own text must hold no other `$n` than its marks.
 */
export function withLiterals({ text, values }: Statement): Statement {
  return raw(text.replace(/\$(\d+)/g, (_, n: string) => toLiteral(values[Number(n) - 1])));
}

function toLiteral(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string' && !value.includes('\0')) return literal(value).text;
  throw new TypeError('only a text without NUL, a number and null can be a literal');
}

/** SQL that is a constant of ours or a file's whole text; never anything a caller sent. */
export function raw(text: string): Statement {
  return { text, values: [] };
}

function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('an identifier cannot hold a NUL');
  return `"${name.replaceAll('"', '""')}"`;
}

function isStatement(part: unknown): part is Statement {
  return typeof part === 'object' && part !== null && 'text' in part && 'values' in part;
}

function renumber(part: Statement, into: unknown[]): string {
  // A splice without values keeps its text as it is: a `$1` in it is the body of a function, not a mark.
  if (part.values.length === 0) return part.text;
  const offset = into.length;
  into.push(...part.values);
  return part.text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`);
}
