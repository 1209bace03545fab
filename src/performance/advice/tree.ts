/** A node of PostgreSQL's parse tree, without its tag. */
export type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is behind a tag: `node(x, 'ColumnRef')`; null when the node is another. */
export function node(value: unknown, tag: string): Tree | null {
  const found = isTree(value) ? value[tag] : undefined;
  return isTree(found) ? found : null;
}

export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The texts of a list of String nodes, as names are written. */
export const names = (value: unknown): readonly string[] =>
  list(value).map((one) => text(node(one, 'String')?.['sval']));

/** Everything below, tagged nodes with their tags, from the outside in. Sub-queries are entered when `enters` says so. */
export function* walk(value: unknown, enters: (tag: string) => boolean): Generator<readonly [string, Tree]> {
  if (Array.isArray(value)) {
    for (const one of value) yield* walk(one, enters);
    return;
  }
  if (!isTree(value)) return;
  for (const [tag, below] of Object.entries(value)) {
    if (isTree(below) && /^[A-Z]/.test(tag)) yield [tag, below];
    if (enters(tag)) yield* walk(below, enters);
  }
}

export const everywhere = (): boolean => true;
export const notInSubqueries = (tag: string): boolean => tag !== 'SubLink' && tag !== 'RangeSubselect';

/** The last part of a function's name. */
export const functionName = (call: Tree): string => names(call['funcname']).at(-1) ?? '';

/** `table.column` as its parts; null for `*` and for what is no column. */
export function columnPath(value: unknown): readonly string[] | null {
  const reference = node(value, 'ColumnRef');
  if (reference === null || list(reference['fields']).some((one) => node(one, 'A_Star'))) return null;
  return names(reference['fields']);
}

export const isConstant = (value: unknown): boolean => {
  const cast = node(value, 'TypeCast');
  return node(value, 'A_Const') !== null || (cast !== null && isConstant(cast['arg']));
};

/** A literal as SQL writes it; null for what is none. */
export function printConstant(value: unknown): string | null {
  const constant = node(value, 'A_Const');
  if (constant === null) return null;
  if (constant['isnull'] === true) return 'NULL';
  const inner = (tag: string) => (isTree(constant[tag]) ? constant[tag][tag] : undefined);
  if ('boolval' in constant) return inner('boolval') === true ? 'true' : 'false';
  if ('ival' in constant) return String(Number(inner('ival') ?? 0));
  if ('fval' in constant) return text(inner('fval'));
  return 'sval' in constant ? `'${text(inner('sval')).replaceAll("'", "''")}'` : null;
}
