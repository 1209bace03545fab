import { RecoverySchemaDiffersError } from '../errors.ts';
import { sortByForeignKeys } from './order.ts';

export interface Column {
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
  readonly isGenerated: boolean;
  readonly isIdentity: boolean;
  /** NOT NULL without a default. */
  readonly isRequired: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly referenced: readonly string[];
}

/** One table of schema `public` in one of the two databases; partitions are seen through their root. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, in its order; empty when there is none. */
  readonly key: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly isPartitioned: boolean;
  /** With indexes and partitions. */
  readonly bytes: number;
}

/** One table as it was then and as it is now. */
export interface TablePair {
  readonly name: string;
  /** REFERENCE: belongs to no organization, and is only compared. */
  readonly kind: 'TENANT' | 'REFERENCE';
  /** The column with the organization's id; null for a table of reference. */
  readonly tenantColumn: string | null;
  readonly key: readonly Column[];
  /** In both databases, without generated ones; by name. */
  readonly columns: readonly Column[];
  /** Those of the table as it was then. */
  readonly thenColumns: readonly Column[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly isPartitioned: boolean;
  /** Why rows can't be compared; null when they can. */
  readonly incomparable: string | null;
  /** Why rows can't be put back; null when they can. */
  readonly unmergeable: string | null;
  readonly warnings: readonly string[];
}

const ORGANIZATIONS = 'organizations';
const TENANT = 'organization_id';

/** Pure: what is compared with what, parents before children. Tables that are new since hold nothing to recover. */
export function pairTables(then: readonly Table[], now: readonly Table[]): readonly TablePair[] {
  const live = new Map(now.map((one) => [one.name, one]));
  const pairs = then.map((one) => pair(one, live.get(one.name) ?? null));
  return sortByForeignKeys(pairs);
}

function pair(then: Table, now: Table | null): TablePair {
  const tenantColumn = findTenantColumn(then);
  const current = new Map(now?.columns.map((one) => [one.name, one]));
  const columns = then.columns
    .filter((one) => !one.isGenerated && current.get(one.name)?.isGenerated === false)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const key = then.key.flatMap((name) => then.columns.find((one) => one.name === name) ?? []);
  const thenOnly = then.columns.filter((one) => !one.isGenerated && !current.has(one.name));
  const incomparable = findIncomparable(then, now);
  return {
    ...{ name: then.name, kind: tenantColumn === null ? 'REFERENCE' : 'TENANT', tenantColumn, key, columns },
    thenColumns: then.columns,
    foreignKeys: now?.foreignKeys ?? then.foreignKeys,
    isPartitioned: now?.isPartitioned ?? then.isPartitioned,
    incomparable,
    unmergeable: incomparable ?? findUnmergeable(then, now),
    warnings:
      now === null ? [] : thenOnly.map((one) => `${then.name}.${one.name} is gone: its values stay behind`),
  };
}

function findTenantColumn({ name, columns }: Table): string | null {
  if (name === ORGANIZATIONS) return 'id';
  return columns.some((one) => one.name === TENANT) ? TENANT : null;
}

function findIncomparable(then: Table, now: Table | null): string | null {
  if (now === null) return 'the table is gone';
  if (then.key.length === 0) return 'it has no primary key';
  return then.key.join() === now.key.join() ? null : 'its primary key is another one now';
}

function findUnmergeable(then: Table, now: Table | null): string | null {
  const past = new Set(then.columns.map((one) => one.name));
  const required = now?.columns.filter((one) => one.isRequired && !past.has(one.name)) ?? [];
  return required.length === 0 ? null : `${required.map((one) => one.name).join(', ')} must have a value now`;
}

/** Those of the organization that were asked for; null: all. @throws {RecoverySchemaDiffersError} */
export function chooseTables(
  pairs: readonly TablePair[],
  names: readonly string[] | null,
): readonly TablePair[] {
  const chosen = pairs.filter((one) => one.kind === 'TENANT' && (names?.includes(one.name) ?? true));
  const missing = names?.filter((name) => !chosen.some((one) => one.name === name)) ?? [];
  if (missing.length > 0)
    throw new RecoverySchemaDiffersError(
      missing.map((name) => `${name} was no table with rows of organizations`),
    );
  return chosen;
}

/** @throws {RecoverySchemaDiffersError} */
export function requireMergeable(pairs: readonly TablePair[]): void {
  const problems = pairs.flatMap((one) =>
    one.unmergeable === null ? [] : [`${one.name}: ${one.unmergeable}`],
  );
  if (problems.length > 0) throw new RecoverySchemaDiffersError(problems);
}
