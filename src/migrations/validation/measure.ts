import { isStronger, type LockMode, parseLockMode, strongestPerTable } from '../analysis/lock-modes.ts';
import type { HeldLock, StoredRelation } from './measure-probe.ts';

export interface RewrittenTable {
  /** `schema.name`; of an index, when its table was not written anew with it. */
  readonly table: string;
  /** Before. */
  readonly sizeBytes: number;
}

export interface MeasuredLock {
  /** `schema.name`. */
  readonly table: string;
  readonly mode: LockMode;
  /** Of the table alone, without partitions, before. */
  readonly sizeBytes: number;
}

/** What a script did to tables that were there before it; the largest first, at most 50 of each. */
export interface MeasuredWork {
  /** Got a new file. */
  readonly rewritten: readonly RewrittenTable[];
  /**
   * The strongest on each table that is stronger than what writers take themselves, held until the end. Null for a
   * script without a transaction: there they come and go with each statement.
   */
  readonly locks: readonly MeasuredLock[] | null;
}

const MAX_SHOWN = 50;
/** INSERT, UPDATE and DELETE take it, and hinder nobody but DDL. */
const ORDINARY: LockMode = 'ROW EXCLUSIVE';

/** Pure. `held`: null when nobody could look. */
export function toMeasuredWork(
  before: readonly StoredRelation[],
  after: readonly StoredRelation[],
  held: readonly HeldLock[] | null,
): MeasuredWork {
  const known = new Map(before.map((one) => [one.id, one]));
  const isRewritten = ({ id, file }: StoredRelation) => {
    const old = known.get(id);
    return old !== undefined && old.file !== null && old.file !== file;
  };
  const moved = after.filter(isRewritten);
  const tables = new Set(moved.filter(({ tableId }) => tableId === null).map(({ id }) => id));
  const rewritten = moved
    .filter(({ tableId }) => tableId === null || !tables.has(tableId))
    .flatMap(({ id }) => known.get(id) ?? [])
    .map(({ name, sizeBytes }) => ({ table: name, sizeBytes }));
  return {
    rewritten: largest(rewritten),
    locks: held && largest(strongestPerTable(held.flatMap((one) => toLock(known, one)))),
  };
}

function toLock(known: ReadonlyMap<string, StoredRelation>, { id, mode }: HeldLock): readonly MeasuredLock[] {
  const relation = known.get(id);
  const parsed = parseLockMode(mode);
  if (!relation || relation.tableId !== null || !parsed || !isStronger(parsed, ORDINARY)) return [];
  return [{ table: relation.name, mode: parsed, sizeBytes: relation.sizeBytes }];
}

function largest<One extends { readonly table: string; readonly sizeBytes: number }>(
  all: readonly One[],
): readonly One[] {
  return [...all]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.table < b.table ? -1 : 1))
    .slice(0, MAX_SHOWN);
}
