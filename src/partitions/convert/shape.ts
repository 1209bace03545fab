/** A plain table as the catalog has it: all that the partitioned one has to have, too. Kept as JSON. */
export interface TableShape {
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  /** Words for what it is besides a plain table that stays: `is unlogged`, `is inherited by …`. */
  readonly oddities: readonly string[];
  readonly comment: string | null;
  readonly replicaIdentity: 'DEFAULT' | 'NOTHING' | 'FULL' | 'INDEX';
  /** Name; null: another identity. */
  readonly replicaIndex: string | null;
  readonly isSecured: boolean;
  readonly isForced: boolean;
  /** E.g. `fillfactor=70`. */
  readonly options: readonly string[];
  /** Null: that of the database. */
  readonly tablespace: string | null;
  /** Names of extended statistics. */
  readonly statistics: readonly string[];
  readonly columns: readonly ShapeColumn[];
  readonly indexes: readonly ShapeIndex[];
  readonly foreignKeys: readonly ShapeForeignKey[];
  /** Checks that hold for new rows only, or not for children. */
  readonly oddChecks: readonly string[];
  /** `table.constraint` of foreign keys of others, or of its own, that point at it. */
  readonly referencedBy: readonly string[];
  readonly triggers: readonly ShapeTrigger[];
  readonly policies: readonly ShapePolicy[];
  readonly grants: readonly ShapeGrant[];
  readonly sequences: readonly ShapeSequence[];
  readonly views: readonly ShapeView[];
  readonly publications: readonly string[];
  /** What else would stay with the plain table, in PostgreSQL's words. */
  readonly dependents: readonly string[];
}

export interface ShapeColumn {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
  readonly isIdentity: boolean;
}

export interface ShapeIndex {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isValid: boolean;
  /** Its plain columns, in order; one that is an expression is null. */
  readonly columns: readonly (string | null)[];
  /** Whether it names each row: unique at once, on columns that are never NULL, for all rows. */
  readonly isIdentity: boolean;
  /** What stands behind `USING`. */
  readonly tail: string;
  /** As `ADD CONSTRAINT name` takes it; null: it is no constraint's. */
  readonly constraint: string | null;
  readonly isExclusion: boolean;
}

export interface ShapeForeignKey {
  readonly name: string;
  readonly definition: string;
  /** Table that it points at. */
  readonly target: string;
  readonly isValid: boolean;
  /** Whether deleting the other row is refused, or deletes or changes the row here too. */
  readonly refuses: boolean;
}

export interface ShapeTrigger {
  readonly name: string;
  readonly definition: string;
  /** ORIGIN is the usual one. */
  readonly enabled: 'ORIGIN' | 'DISABLED' | 'REPLICA' | 'ALWAYS';
  /** For each row and with a transition table, which partitions cannot have. */
  readonly isImpossible: boolean;
}

export interface ShapePolicy {
  readonly name: string;
  /** What stands behind the table's name in CREATE POLICY. */
  readonly definition: string;
}

export interface ShapeGrant {
  /** Null: the whole table. */
  readonly column: string | null;
  readonly privilege: string;
  /** PUBLIC, or a role, quoted. */
  readonly grantee: string;
  readonly isGrantable: boolean;
}

export interface ShapeSequence {
  readonly column: string;
  readonly schema: string;
  readonly name: string;
  /** False: a default that calls nextval, as serial has it. */
  readonly isIdentity: boolean;
}

export interface ShapeView {
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  readonly options: readonly string[];
}

/** The index by which rows are told apart: the primary key, or another one that could be. Null: there is none. */
export function findKey({ indexes }: TableShape): ShapeIndex | null {
  const able = indexes.filter(({ isIdentity, isValid }) => isIdentity && isValid);
  return able.find(({ isPrimary }) => isPrimary) ?? able[0] ?? null;
}

/** Columns of the key, and the one of time behind them where it is not one of them. */
export function keyColumns(key: ShapeIndex, column: string): readonly string[] {
  const names = key.columns.filter((one): one is string => one !== null);
  return names.includes(column) ? names : [...names, column];
}

/** `UNIQUE (a)` with `, "at"` before the first parenthesis closes: the key columns of an index or a constraint. */
export function appendColumn(definition: string, quoted: string): string {
  let depth = 0;
  let quote: string | null = null;
  for (let at = 0; at < definition.length; at += 1) {
    const one = definition[at];
    if (quote !== null) quote = one === quote ? null : quote;
    else if (one === "'" || one === '"') quote = one;
    else if (one === '(') depth += 1;
    else if (one === ')' && (depth -= 1) === 0)
      return `${definition.slice(0, at)}, ${quoted}${definition.slice(at)}`;
  }
  throw new Error(`no list of columns in: ${definition}`);
}
