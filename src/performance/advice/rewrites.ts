import type { CatalogTable } from './catalog-probe.ts';
import type { PlanNode } from './plan.ts';
import { levels } from './shape.ts';
import {
  columnPath,
  everywhere,
  functionName,
  isTree,
  list,
  names,
  node,
  notInSubqueries,
  text,
  type Tree,
  walk,
} from './tree.ts';

export const REWRITES = {
  SELECT_STAR: 'All columns are read, also those that nobody needs; no index can cover it.',
  OFFSET_PAGING: 'The rows before the page are read and thrown away, more with each page.',
  OR_OVER_COLUMNS: 'An OR over several columns needs an index for each, or reads the whole table.',
  FUNCTION_ON_COLUMN: 'A column inside a function or a cast cannot use an index on the column.',
  NOT_IN_SUBQUERY:
    'NOT IN with a sub-query is no anti-join, and gives no row at all once the sub-query gives a NULL.',
  LEADING_WILDCARD: 'A pattern that begins with a wildcard cannot use a B-tree.',
  IMPLICIT_CAST: 'The column is converted for each row, because the value has another type.',
  ORDER_WITHOUT_LIMIT: 'All rows are sorted and sent.',
  COUNT_FOR_EXISTENCE: 'All rows are counted where one would answer the question.',
  WRITE_WITHOUT_WHERE: 'All rows of the table are written.',
  NO_STATISTICS: 'The table was never analyzed: the plan is a guess.',
} as const;
export type RewriteCode = keyof typeof REWRITES;

export const SEVERITIES = ['INFO', 'WARNING', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  readonly code: RewriteCode;
  readonly severity: Severity;
  readonly explanation: string;
  readonly suggestion: string;
}

const MANY_ROWS = 1_000;

/** What is in the way of a good plan in the words of a statement, the gravest first. */
export function findRewrites(
  tree: Tree,
  tables: readonly CatalogTable[],
  plan: readonly PlanNode[],
): readonly Finding[] {
  const found = [...levels(tree)].flatMap((level, at) => [
    ...findOfLevel(level, at === 0 ? (plan[0]?.rows ?? 0) : 0),
    ...findInConditions(level, tables),
  ]);
  const analyzed = tables
    .filter((table) => table.rows < 0)
    .map((table) => finding('NO_STATISTICS', 'WARNING', `ANALYZE ${table.quoted};`));
  const all = [...found, ...findCasts(plan, tables, found), ...analyzed];
  return all
    .filter(
      (one, at) =>
        all.findIndex((other) => other.code === one.code && other.suggestion === one.suggestion) === at,
    )
    .toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

const finding = (code: RewriteCode, severity: Severity, suggestion: string): Finding => ({
  ...{ code, severity, explanation: REWRITES[code], suggestion },
});

function findOfLevel(level: Tree, rows: number): readonly Finding[] {
  const found: Finding[] = [];
  const star = list(level['targetList']).some((one) =>
    list(node(node(one, 'ResTarget')?.['val'], 'ColumnRef')?.['fields']).some((field) =>
      node(field, 'A_Star'),
    ),
  );
  if (star) found.push(finding('SELECT_STAR', 'INFO', 'Name the columns that are needed.'));
  if (level['limitOffset'] !== undefined)
    found.push(
      finding(
        'OFFSET_PAGING',
        'WARNING',
        'Go on behind the last row of the page before: WHERE (sort key, id) > (last key, last id) ORDER BY sort key, id LIMIT n.',
      ),
    );
  const isSorted = list(level['sortClause']).length > 0 && level['limitCount'] === undefined;
  if (isSorted && rows >= MANY_ROWS)
    found.push(
      finding('ORDER_WITHOUT_LIMIT', 'WARNING', `Add a LIMIT: about ${Math.round(rows)} rows are expected.`),
    );
  const isWriting = isTree(level['relation']) && !('cols' in level) && !('selectStmt' in level);
  if (
    isWriting &&
    level['whereClause'] === undefined &&
    level['fromClause'] === undefined &&
    level['usingClause'] === undefined
  )
    found.push(
      finding(
        'WRITE_WITHOUT_WHERE',
        'CRITICAL',
        'Add a WHERE, and write in batches where many rows are meant.',
      ),
    );
  return found;
}

function findInConditions(level: Tree, tables: readonly CatalogTable[]): readonly Finding[] {
  const found: Finding[] = [];
  const conditions = [level['whereClause'], level['havingClause'], level['fromClause']];
  for (const [tag, one] of walk(
    [...conditions, level['targetList']],
    (below) => below !== 'RangeSubselect' && below !== 'SubLink',
  ))
    if (tag === 'A_Expr' && isCountForExistence(one))
      found.push(
        finding('COUNT_FOR_EXISTENCE', 'WARNING', 'EXISTS (SELECT FROM … WHERE …) ends with the first row.'),
      );
  for (const [tag, one] of walk(conditions, notInSubqueries)) {
    if (tag === 'BoolExpr') found.push(...findInBool(one, tables));
    if (tag === 'A_Expr') found.push(...findInComparison(one));
  }
  return found;
}

function findInBool(bool: Tree, tables: readonly CatalogTable[]): readonly Finding[] {
  const args = list(bool['args']);
  if (bool['boolop'] === 'OR_EXPR') {
    const columns = new Set(
      args.flatMap((one) => columnPath(node(one, 'A_Expr')?.['lexpr'])?.join('.') ?? []),
    );
    if (columns.size < 2) return [];
    return [
      finding(
        'OR_OVER_COLUMNS',
        'WARNING',
        `Give ${[...columns].join(' and ')} an index each, or write a UNION of one SELECT for each.`,
      ),
    ];
  }
  const link = node(args[0], 'SubLink');
  if (bool['boolop'] !== 'NOT_EXPR' || link?.['subLinkType'] !== 'ANY_SUBLINK') return [];
  const target = node(list(node(link['subselect'], 'SelectStmt')?.['targetList'])[0], 'ResTarget')?.['val'];
  const name = columnPath(target)?.at(-1);
  const sources = tables.filter((table) => table.columns.some((column) => column.name === name));
  const isNeverNull =
    sources.length === 1 && sources[0]?.columns.find((one) => one.name === name)?.isNotNull === true;
  return [
    finding(
      'NOT_IN_SUBQUERY',
      isNeverNull ? 'WARNING' : 'CRITICAL',
      'NOT EXISTS (SELECT FROM … WHERE … = …) is an anti-join, and a NULL does no harm.',
    ),
  ];
}

function findInComparison(one: Tree): readonly Finding[] {
  const kind = text(one['kind']);
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') {
    const constant = node(one['rexpr'], 'A_Const');
    const pattern = isTree(constant?.['sval']) ? text(constant['sval']['sval']) : '';
    if (!/^[%_]/.test(pattern)) return [];
    return [
      finding(
        'LEADING_WILDCARD',
        'WARNING',
        'A trigram index (pg_trgm, gin_trgm_ops) finds parts of words; full text search finds words.',
      ),
    ];
  }
  const compares = ['=', '<', '>', '<=', '>=', '<>'].includes(names(one['name'])[0] ?? '');
  if (!compares) return [];
  return [one['lexpr'], one['rexpr']].flatMap((side) => {
    const wrapped = wrappedColumn(side);
    return wrapped === null
      ? []
      : [
          finding(
            'FUNCTION_ON_COLUMN',
            'WARNING',
            `Compare ${wrapped} itself, as with a range of values, or make an index on the expression.`,
          ),
        ];
  });
}

const wrappedColumn = (side: unknown): string | null => {
  const call = node(side, 'FuncCall');
  const inside = call === null ? [node(side, 'TypeCast')?.['arg']] : list(call['args']);
  if (call !== null && ['count', 'sum', 'min', 'max', 'avg'].includes(functionName(call))) return null;
  return inside.map((one) => columnPath(one)?.join('.')).find((one) => one !== undefined) ?? null;
};

function isCountForExistence(one: Tree): boolean {
  const [left, right] = [one['lexpr'], one['rexpr']];
  const zero = node(right, 'A_Const')?.['ival'];
  const value = isTree(zero) ? Number(zero['ival'] ?? 0) : NaN;
  const operator = names(one['name'])[0] ?? '';
  if (
    !(value === 0 && ['>', '=', '<>'].includes(operator)) &&
    !(value === 1 && ['>=', '<'].includes(operator))
  )
    return false;
  const counted = node(left, 'SubLink')?.['subselect'];
  if (counted === undefined) return false;
  const [target] = list(node(counted, 'SelectStmt')?.['targetList']);
  const call = node(node(target, 'ResTarget')?.['val'], 'FuncCall');
  return call !== null && functionName(call) === 'count' && [...walk(counted, everywhere)].length > 0;
}

/** `(id)::numeric = …`: the planner did that, because nobody wrote it. Text of another length is the same to an index. */
function findCasts(
  plan: readonly PlanNode[],
  tables: readonly CatalogTable[],
  found: readonly Finding[],
): readonly Finding[] {
  if (found.some((one) => one.code === 'FUNCTION_ON_COLUMN')) return [];
  return plan.flatMap(({ kind, condition }) =>
    !kind.endsWith('Scan')
      ? []
      : [
          ...(condition ?? '').matchAll(
            /\((?:\w+\.)?(\w+)\)::(numeric|text|double precision|timestamp with(?:out)? time zone|bigint)/g,
          ),
        ].flatMap(([, name = '', type = '']) => {
          const column = tables.flatMap((table) => table.columns).find((one) => one.name === name);
          if (column === undefined || /^(character|text|"char"|name)/.test(column.type)) return [];
          return [
            finding(
              'IMPLICIT_CAST',
              'WARNING',
              `Give the value the type of ${name}, ${column.type}, instead of ${type}.`,
            ),
          ];
        }),
  );
}
