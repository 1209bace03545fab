import type { SqlStatement } from '../../postgres/parse.ts';
import { type RelationFacts, type TargetFacts, unknownRelation } from './facts.ts';
import { pickAll, read, type RelationName } from './tree.ts';

/**
 * Below this a table is scanned, indexed or rewritten in some tens of milliseconds even on a slow disk (see
 * estimates.ts): less than the 500 ms for which a lock is waited for anyway, so nobody can tell it from a catalog
 * change. Foreign keys, unbatched changes and everything else that grows with the table use the same limit.
 */
export const SMALL_TABLE_BYTES = 8 * 1024 * 1024;

/** NEW: made by this script. UNKNOWN: no target to ask; counts as big, for a warning is the cheaper mistake. */
export type Weight = 'NEW' | 'SMALL' | 'BIG' | 'UNKNOWN';

/** The target's relations as they are when a statement of the script begins: facts, then what the script did so far. */
export interface World {
  readonly hasTarget: boolean;
  readonly searchPath: readonly string[];
  readonly facts: TargetFacts | null;
  /** `schema.name` of what the script calls so. */
  nameOf(name: RelationName): string;
  /** Null when it does not exist; without a target also when the script has not made it. */
  find(name: string): RelationFacts | null;
  /** What is known of it, at least its name. */
  get(name: string): RelationFacts;
  isNew(name: string): boolean;
  weigh(name: string): Weight;
  /** It and all its partitions, at every level. */
  familyOf(name: string): readonly string[];
  /** Bytes and rows with those of its partitions; null when unknown. */
  sizeOf(name: string): {
    readonly sizeBytes: number | null;
    readonly indexBytes: number;
    readonly rows: number | null;
  };
  /** Surely without a row, in all its partitions. */
  isEmpty(name: string): boolean;
  put(relation: RelationFacts, age?: 'NEW'): void;
  remove(name: string): void;
  setSearchPath(schemas: readonly string[]): void;
}

export function createWorld(facts: TargetFacts | null): World {
  const relations = new Map(facts?.relations);
  const fresh = new Set<string>();
  let searchPath = facts?.searchPath ?? ['public'];
  const familyOf = (name: string): readonly string[] => {
    const family = [name]; // grows while it is walked; a partition has one parent, so this ends
    for (const one of family)
      for (const child of relations.values()) if (child.parent === one) family.push(child.name);
    return family;
  };
  const sizeOf = (name: string) => {
    const family = familyOf(name).map((one) => relations.get(one) ?? unknownRelation(one));
    const leaves = family.filter((one) => one.kind !== 'p');
    return {
      sizeBytes:
        family.length > leaves.length && leaves.length === 0 ? 0 : sum(leaves.map((one) => one.sizeBytes)),
      indexBytes: sum(leaves.map((one) => one.indexBytes ?? 0)) ?? 0,
      rows: family.length > leaves.length && leaves.length === 0 ? 0 : sum(leaves.map((one) => one.rows)),
    };
  };
  return {
    hasTarget: facts !== null,
    get searchPath() {
      return searchPath;
    },
    facts,
    nameOf: (name) => resolve(name, { searchPath, facts, relations }),
    find: (name) => relations.get(name) ?? null,
    get: (name) => relations.get(name) ?? unknownRelation(name),
    isNew: (name) => fresh.has(name),
    weigh(name) {
      if (fresh.has(name)) return 'NEW';
      const { sizeBytes } = sizeOf(name);
      if (sizeBytes === null) return 'UNKNOWN';
      return sizeBytes < SMALL_TABLE_BYTES ? 'SMALL' : 'BIG';
    },
    familyOf,
    sizeOf,
    isEmpty: (name) => familyOf(name).every((one) => relations.get(one)?.isEmpty === true),
    put(relation, age) {
      relations.set(relation.name, relation);
      if (age === 'NEW') fresh.add(relation.name);
    },
    remove(name) {
      relations.delete(name);
    },
    setSearchPath(schemas) {
      searchPath = schemas;
    },
  };
}

/** A name as `to_regclass` reads it. */
export function quoteName({ schema, name }: RelationName): string {
  const quote = (part: string) => `"${part.replaceAll('"', '""')}"`;
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** The schemas of a `SET search_path`; null for any other statement. */
export function readSearchPath(statement: SqlStatement): readonly string[] | null {
  const set = read(statement, 'VariableSetStmt');
  if (set?.name !== 'search_path' || set.kind !== 'VAR_SET_VALUE') return null;
  return pickAll(set.args, 'A_Const').map((one) => one.sval?.sval ?? '');
}

/** Splits `schema.name`; a name may hold dots, a schema of ours does not. */
export function splitName(qualified: string): RelationName {
  const dot = qualified.indexOf('.');
  return { schema: qualified.slice(0, dot), name: qualified.slice(dot + 1) };
}

interface Names {
  readonly searchPath: readonly string[];
  readonly facts: TargetFacts | null;
  readonly relations: ReadonlyMap<string, RelationFacts>;
}

function resolve(name: RelationName, { searchPath, facts, relations }: Names): string {
  if (name.schema !== null) return `${name.schema}.${name.name}`;
  const inPath = searchPath.map((schema) => `${schema}.${name.name}`);
  const made = inPath.find((one) => relations.has(one));
  return made ?? facts?.resolved.get(quoteName(name)) ?? inPath[0] ?? `public.${name.name}`;
}

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, one) => (total === null || one === null ? null : total + one),
    0,
  );
}
