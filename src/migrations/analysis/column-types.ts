import type { ColumnDef, Node } from '@pgsql/types';
import type { ColumnFacts } from './facts.ts';
import { modifierOf } from './evolve.ts';
import { constraintsOf, functionsIn, pick, stringsOf, typeOf, visit } from './tree.ts';
import type { World } from './world.ts';

/** Of a new type for a column: does the server keep the rows as they are, and can a value be lost? */
export interface TypeChange {
  readonly isRewrite: boolean;
  /** Values may be cut or refused: fewer digits, fewer characters, a smaller number. */
  readonly isNarrowing: boolean;
}

const NUMBERS = ['int2', 'int4', 'int8', 'numeric'];

export interface WantedType {
  /** The column as it is; null when nothing is known of it. */
  readonly current: ColumnFacts | null;
  readonly wanted: ColumnDef;
  /** Its name. */
  readonly column: string;
  readonly world: World;
}

/**
 * What ALTER COLUMN … TYPE does to a column (manual, ALTER TABLE, "Notes"; a test compares it with relfilenode).
 * A column of which nothing is known counts as rewritten.
 */
export function typeChangeOf({ current, wanted, column, world }: WantedType): TypeChange {
  const { name: written, isArray } = typeOf(wanted.typeName);
  // Over a domain that checks nothing the server sees the type below it.
  const { type: name, modifier } = world.facts?.plainDomains.get(written) ?? {
    type: written,
    modifier: modifierOf(wanted),
  };
  const isNarrowing = current !== null && !isArray && narrows(current, name, modifier);
  if (current === null || isArray || !isPlain(wanted.raw_default, column))
    return { isRewrite: true, isNarrowing };
  return { isRewrite: !isCompatible(current, name, modifier), isNarrowing };
}

/** USING that says nothing: none, the column itself, or a cast of it. */
function isPlain(using: Node | undefined, column: string): boolean {
  if (using === undefined) return true;
  const inner = pick(using, 'TypeCast')?.arg ?? using;
  return stringsOf(pick(inner, 'ColumnRef')?.fields).at(-1) === column;
}

const DEFAULT_PRECISION = 6; // of times and intervals; to name it or to leave it out is the same

function isCompatible(current: ColumnFacts, type: string, modifier: number): boolean {
  if (current.type === 'varchar' && type === 'text') return true;
  if (current.type === 'text' && type === 'varchar') return modifier === -1;
  if (current.type === 'cidr' && type === 'inet') return true;
  if (current.type !== type) return false;
  if (current.modifier === modifier || modifier === -1)
    return type !== 'bpchar' || current.modifier === modifier;
  if (current.modifier === -1) return /^time/.test(type) && modifier === DEFAULT_PRECISION;
  if (type === 'varchar' || type === 'varbit' || /^time/.test(type)) return modifier > current.modifier;
  return type === 'numeric' && keepsDigits(current.modifier, modifier);
}

/** More digits in front, the same number behind: any change of the scale rounds or pads each value. */
function keepsDigits(from: number, to: number): boolean {
  return scaleOf(from) === scaleOf(to) && precisionOf(to) >= precisionOf(from);
}

const precisionOf = (modifier: number) => (modifier - 4) >> 16;
const scaleOf = (modifier: number) => (modifier - 4) & 0x7ff;

function narrows(current: ColumnFacts, type: string, modifier: number): boolean {
  if (NUMBERS.includes(current.type) && NUMBERS.includes(type) && type !== current.type)
    return NUMBERS.indexOf(type) < NUMBERS.indexOf(current.type) || (type === 'numeric' && modifier !== -1);
  if (/^(float8|numeric)$/.test(current.type) && /^(float4|int)/.test(type)) return true;
  if (current.type === 'timestamptz' && /^(date|time)$/.test(type)) return true;
  if (current.type === 'timestamp' && /^(date|time)$/.test(type)) return true;
  if (current.type === 'jsonb' && type !== 'jsonb') return false;
  if (modifier === -1 || modifier === current.modifier) return false;
  if (/^(varchar|bpchar|text)$/.test(current.type) && /^(varchar|bpchar)$/.test(type))
    return current.modifier === -1 || modifier < current.modifier;
  if (current.type === 'numeric' && type === 'numeric')
    return (
      current.modifier === -1 ||
      scaleOf(modifier) < scaleOf(current.modifier) ||
      precisionOf(modifier) - scaleOf(modifier) < precisionOf(current.modifier) - scaleOf(current.modifier)
    );
  return false;
}

/** Every server has these and none is volatile; the parser turns CURRENT_TIMESTAMP and its like into no call at all. */
const STEADY_FUNCTIONS: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp to_timestamp to_date to_char to_jsonb jsonb_build_object
  jsonb_build_array json_build_object lower upper concat length md5 coalesce current_setting current_schema
  current_database timezone make_interval make_date date_trunc date_part extract abs round floor ceil repeat
  array_fill to_tsvector hashtext hashtextextended int4range int8range tstzrange numrange daterange`.split(
    /\s+/,
  ),
);

/** The server must call it for each row, so a new column with it as default means a rewrite. */
export function isVolatile(expression: Node | undefined, world: World): boolean {
  if (expression === undefined) return false;
  const known = world.facts?.volatileFunctions;
  return functionsIn(expression).some((one) => (known ? known.has(one) : !STEADY_FUNCTIONS.has(one)));
}

const SERIAL = /^(small|big)?serial[248]?$/;

/** `serial` and its sizes: each row gets a number of its own. */
export function isSerial(column: ColumnDef): boolean {
  return SERIAL.test(typeOf(column.typeName).name);
}

/** Why adding this column writes the table anew; null when it changes only the catalog. */
export function rewriteReason(column: ColumnDef, world: World): string | null {
  if (isSerial(column)) return 'a serial column numbers every row';
  const constraints = constraintsOf(column);
  if (constraints.some((one) => one.contype === 'CONSTR_IDENTITY'))
    return 'an identity column numbers every row';
  if (constraints.some((one) => one.contype === 'CONSTR_GENERATED'))
    return 'a generated column is computed for every row';
  if (world.facts?.constrainedDomains.has(typeOf(column.typeName).name))
    return 'a domain with constraints is checked for every row';
  return isVolatile(defaultOf(column), world) ? 'a volatile default is computed for every row' : null;
}

/** Null literals count as none. */
export function defaultOf(column: ColumnDef): Node | undefined {
  const found = constraintsOf(column).find((one) => one.contype === 'CONSTR_DEFAULT')?.raw_expr;
  return isNull(found) ? undefined : found;
}

function isNull(expression: Node | undefined): boolean {
  let found = false;
  visit(expression, (tag, node) => (found ||= tag === 'A_Const' && node['isnull'] === true));
  return found;
}
