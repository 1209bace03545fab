import type { FindColumn, FoundColumn } from './use.ts';
import {
  functionName,
  isConstant,
  isTree,
  list,
  names,
  node,
  notInSubqueries,
  printConstant,
  text,
  type Tree,
  walk,
} from './tree.ts';

/** What the conditions of a level say of the columns of its tables goes into their uses. */
export function readPredicates(level: Tree, find: FindColumn): void {
  const read = (value: unknown) => readCondition(value, find);
  read(level['whereClause']);
  for (const [tag, one] of walk([level['fromClause'], level['usingClause']], notInSubqueries)) {
    if (tag !== 'JoinExpr') continue;
    read(one['quals']);
  }
}

function readCondition(value: unknown, find: FindColumn): void {
  const bool = node(value, 'BoolExpr');
  if (bool !== null) return readBool(bool, find);
  const expression = node(value, 'A_Expr');
  if (expression !== null) return readComparison(expression, find);
  const test = node(value, 'NullTest');
  const tested = find(test?.['arg']);
  if (tested !== null) {
    const isNull = test?.['nulltesttype'] === 'IS_NULL';
    tested.use.constants.add(`${tested.column.quoted} IS ${isNull ? '' : 'NOT '}NULL`);
    return;
  }
  const link = node(value, 'SubLink');
  if (link?.['subLinkType'] === 'ANY_SUBLINK') addTo('joined', find(link['testexpr']));
  const column = find(value);
  column?.use.constants.add(column.column.quoted);
}

function readBool(bool: Tree, find: FindColumn): void {
  const parts = list(bool['args']);
  if (bool['boolop'] === 'AND_EXPR') {
    for (const one of parts) readCondition(one, find);
  } else if (bool['boolop'] === 'NOT_EXPR') {
    const column = find(parts[0]);
    column?.use.constants.add(`NOT ${column.column.quoted}`);
  } else {
    for (const one of parts) {
      const arm = node(one, 'A_Expr');
      if (arm !== null && names(arm['name'])[0] === '=')
        addTo('alternatives', find(arm['lexpr']) ?? find(arm['rexpr']));
    }
  }
}

type Role = 'equal' | 'joined' | 'ranged' | 'alternatives';

function addTo(role: Role, found: FoundColumn | null): void {
  found?.use[role].add(found.column);
}

const RANGES = new Set(['<', '>', '<=', '>=']);
const GIN_OPERATORS = new Set(['?', '?|', '?&', '@>', '<@', '&&']);

function readComparison(one: Tree, find: FindColumn): void {
  const operator = names(one['name'])[0] ?? '';
  const kind = text(one['kind']);
  const [left, right] = [one['lexpr'], one['rexpr']];
  if (kind === 'AEXPR_BETWEEN') return addTo('ranged', find(left));
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') return readLike(one, find);
  if (operator === '@@') return readFullText(left, find);
  if (GIN_OPERATORS.has(operator)) return readContainment(operator, left, find);
  const isEqual = operator === '=' && kind !== 'AEXPR_OP_ALL';
  if (!isEqual && !(RANGES.has(operator) && kind === 'AEXPR_OP')) return;
  const [a, b] = [find(left), find(right)];
  for (const [found, other, otherSide] of [
    [a, b, right],
    [b, a, left],
  ] as const) {
    if (found === null) continue;
    if (other !== null && other.use === found.use) continue;
    if (!isEqual) addTo('ranged', found);
    else if (other !== null) addTo('joined', found);
    else {
      addTo('equal', found);
      if (isConstant(otherSide) && kind === 'AEXPR_OP') addConstant(found, otherSide);
    }
  }
  for (const side of [left, right]) readExpression(side, find);
}

/** A literal of few values, like a state, may be the condition of a partial index. */
function addConstant({ use, column }: FoundColumn, value: unknown): void {
  const printed = printConstant(value);
  const isFew = column.distinct !== null && column.distinct > 0 && column.distinct <= 20;
  if (printed !== null && printed !== 'NULL' && isFew) use.constants.add(`${column.quoted} = ${printed}`);
}

/** Immutable whatever their arguments are. */
const SAFE_FUNCTIONS = new Set(['lower', 'upper', 'btrim', 'length', 'abs', 'md5']);

function readExpression(value: unknown, find: FindColumn): void {
  const call = node(value, 'FuncCall');
  if (call === null) return;
  const [name, args] = [functionName(call), list(call['args'])];
  const found = find(args[0]);
  if (found !== null && args.length === 1 && SAFE_FUNCTIONS.has(name))
    found.use.expressions.add(`${name}(${found.column.quoted})`);
}

function readLike(one: Tree, find: FindColumn): void {
  const found = find(one['lexpr']);
  if (found === null) return;
  const constant = node(one['rexpr'], 'A_Const');
  const pattern = isTree(constant?.['sval']) ? text(constant['sval']['sval']) : null;
  // Any pattern may come for a mark, so nothing can be said of it.
  if (pattern === null) return;
  if (one['kind'] === 'AEXPR_LIKE' && /^[^%_]/.test(pattern))
    found.use.expressions.add(`${found.column.quoted} text_pattern_ops`);
  else if (/[^%_]{3}/.test(pattern)) found.use.gins.add(`${found.column.quoted} gin_trgm_ops`);
}

function readFullText(left: unknown, find: FindColumn): void {
  const column = find(left);
  if (column !== null) return void column.use.gins.add(column.column.quoted);
  const call = node(left, 'FuncCall');
  const [configuration, document] = list(call?.['args']);
  const inner = find(document);
  const printed = printConstant(configuration);
  // With one argument it depends on a setting, so that no index can be made of it.
  if (call === null || inner === null || printed === null || functionName(call) !== 'to_tsvector') return;
  inner.use.gins.add(`to_tsvector(${printed}::regconfig, ${inner.column.quoted})`);
}

function readContainment(operator: string, left: unknown, find: FindColumn): void {
  const found = find(left);
  if (found === null) return;
  const { type, quoted } = found.column;
  if (type === 'jsonb' && operator !== '<@')
    found.use.gins.add(operator === '@>' ? `${quoted} jsonb_path_ops` : quoted);
  if (type.endsWith('[]')) found.use.gins.add(quoted);
}
