import type { CatalogTable, TableName } from './catalog-probe.ts';
import { readPredicates } from './predicates.ts';
import {
  columnPath,
  everywhere,
  isTree,
  list,
  node,
  notInSubqueries,
  text,
  type Tree,
  walk,
} from './tree.ts';
import type { FindColumn, FoundColumn, TableUse } from './use.ts';

/** The tables that a statement names, without the names of its WITH. */
export function listTableNames(tree: Tree): readonly TableName[] {
  const found = new Map<string, TableName>();
  const own = new Set(
    [...walk(tree, everywhere)].map(([tag, one]) => (tag === 'CommonTableExpr' ? text(one['ctename']) : '')),
  );
  for (const range of ranges(tree, everywhere)) {
    const [schema, name] = [text(range['schemaname']) || null, text(range['relname'])];
    if (schema !== null || !own.has(name)) found.set(`${schema ?? ''}.${name}`, { schema, name });
  }
  return [...found.values()];
}

/** Each level by itself: sub-queries, the arms of a UNION, and what is in a WITH. */
export function listUses(tree: Tree, tables: readonly CatalogTable[]): readonly TableUse[] {
  return [...levels(tree)].flatMap((level) => usesOf(level, tables));
}

const LEVELS = new Set(['SelectStmt', 'UpdateStmt', 'DeleteStmt', 'InsertStmt']);

/** All levels; the arms of a UNION have no tag of their own. */
export function* levels(tree: Tree): Generator<Tree> {
  for (const [tag, one] of walk(tree, everywhere)) {
    if (!LEVELS.has(tag)) continue;
    yield* armsOf(one);
  }
}

function* armsOf(level: Tree): Generator<Tree> {
  yield level;
  for (const arm of [level['larg'], level['rarg']]) if (isTree(arm)) yield* armsOf(arm);
}

function* ranges(tree: unknown, enters: (tag: string) => boolean): Generator<Tree> {
  for (const [tag, one] of walk(tree, enters)) {
    if (tag === 'RangeVar') yield one;
    // The target of a statement that writes has no tag.
    else if (LEVELS.has(tag) && isTree(one['relation'])) yield one['relation'];
  }
}

function usesOf(level: Tree, tables: readonly CatalogTable[]): readonly TableUse[] {
  const from = [level['fromClause'], level['usingClause']];
  const target = isTree(level['relation']) && !('cols' in level) ? [level['relation']] : [];
  const uses = [...target, ...ranges(from, notInSubqueries)].flatMap((range) => {
    const table = tables.find(
      (one) => one.name === range['relname'] && (!range['schemaname'] || one.schema === range['schemaname']),
    );
    const alias = isTree(range['alias']) ? text(range['alias']['aliasname']) : text(range['relname']);
    return table === undefined ? [] : [emptyUse(table, alias, takesAll(level))];
  });
  if (uses.length === 0) return [];
  const find = (value: unknown) => findColumn(value, uses);
  readPredicates(level, find);
  readOrder(level, find);
  for (const [tag, one] of walk(mentions(level), notInSubqueries)) {
    const found = find({ [tag]: one });
    found?.use.mentioned.add(found.column);
  }
  return uses;
}

const mentions = (level: Tree): readonly unknown[] =>
  ['targetList', 'whereClause', 'fromClause', 'sortClause', 'groupClause', 'havingClause'].map(
    (key) => level[key],
  );

const takesAll = (level: Tree): boolean =>
  'relation' in level ||
  list(level['targetList']).some((one) => JSON.stringify(one).includes('"A_Star"')) ||
  list(level['lockingClause']).length > 0;

const emptyUse = (table: CatalogTable, alias: string, isAll: boolean): TableUse => ({
  ...{ table, alias, takesAll: isAll, sorted: [] },
  ...{ equal: new Set(), joined: new Set(), ranged: new Set(), alternatives: new Set(), grouped: new Set() },
  ...{ constants: new Set(), expressions: new Set(), gins: new Set(), mentioned: new Set() },
});

/** Null for what is no column of this level, and for a name that two of its tables have. */
function findColumn(value: unknown, uses: readonly TableUse[]): FoundColumn | null {
  const path = columnPath(value);
  const name = path?.at(-1);
  if (path === null || name === undefined) return null;
  const owner = path.at(-2);
  const found = uses
    .filter((use) => owner === undefined || use.alias === owner)
    .flatMap((use) =>
      use.table.columns.filter((one) => one.name === name).map((column) => ({ use, column })),
    );
  return found.length === 1 ? (found[0] ?? null) : null;
}

function readOrder(level: Tree, find: FindColumn): void {
  let only: TableUse | null = null;
  for (const one of list(level['sortClause'])) {
    const sort = node(one, 'SortBy');
    const found = find(sort?.['node']);
    // Only a leading run of columns of one table can come from an index.
    if (found === null || (only !== null && only !== found.use)) break;
    only = found.use;
    found.use.sorted.push({ column: found.column, isDescending: sort?.['sortby_dir'] === 'SORTBY_DESC' });
  }
  for (const one of list(level['groupClause'])) {
    const found = find(one);
    found?.use.grouped.add(found.column);
  }
}
