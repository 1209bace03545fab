/** What the analysis knows of the target database. Plain data: the probe reads it, tests can write it down. */

export interface ColumnFacts {
  readonly name: string;
  /** As `pg_type.typname`: `int4`, `varchar`. */
  readonly type: string;
  /** `atttypmod`; -1 for none. */
  readonly modifier: number;
  readonly isNotNull: boolean;
}

export interface ConstraintFacts {
  readonly name: string;
  /** `pg_constraint.contype`: c, f, p, u, x, t. */
  readonly kind: string;
  readonly columns: readonly string[];
  /** Referenced table of a foreign key; else null. */
  readonly references: string | null;
  readonly isValid: boolean;
  /** Columns of which a CHECK says that they are not null, and nothing weaker than that. */
  readonly provesNotNull: readonly string[];
}

export interface IndexFacts {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isValid: boolean;
  /** Key columns; an expression is the empty string. */
  readonly columns: readonly string[];
}

export interface PublicationFacts {
  readonly name: string;
  readonly filterColumns: readonly string[];
}

export interface RelationFacts {
  /** `schema.name`. */
  readonly name: string;
  /** `pg_class.relkind`: r table, p partitioned, i and I index, v view, m materialized view, S sequence. */
  readonly kind: string;
  readonly sizeBytes: number | null;
  readonly indexBytes: number | null;
  readonly rows: number | null;
  /** It has no page, so surely no row. */
  readonly isEmpty: boolean;
  /** Table of an index; else null. */
  readonly tableOf: string | null;
  /** Parent of a partition; else null. */
  readonly parent: string | null;
  /** The parent's default partition is this one. */
  readonly isDefaultPartition: boolean;
  /** Foreign keys of other tables that point here. */
  readonly referencedBy: readonly string[];
  /** Of a view: what it reads. Of a table: the views that read it. Direct ones only. */
  readonly reads: readonly string[];
  readonly readBy: readonly string[];
  /** `pg_class.relreplident`: d, n, f, i. */
  readonly replicaIdentity: string;
  readonly replicaIdentityColumns: readonly string[];
  readonly hasRowSecurity: boolean;
  readonly isUnlogged: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly constraints: readonly ConstraintFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly publications: readonly PublicationFacts[];
}

export interface TargetFacts {
  /** Schemas in which a name without one is looked for; the first is where it is made. */
  readonly searchPath: readonly string[];
  /** From what was asked for (a quoted name, or `schema.name`) to `schema.name`; what is missing does not exist. */
  readonly resolved: ReadonlyMap<string, string>;
  readonly relations: ReadonlyMap<string, RelationFacts>;
  /** Names of functions that were asked for and are volatile in at least one form. */
  readonly volatileFunctions: ReadonlySet<string>;
  /** Domains among the types that were asked for. */
  readonly constrainedDomains: ReadonlySet<string>;
  /** The others of them, with what is below: `pg_type.typname` and `atttypmod`. */
  readonly plainDomains: ReadonlyMap<string, { readonly type: string; readonly modifier: number }>;
}

/** A relation of which nothing is known but its name: no target, or made by the script. */
export function unknownRelation(name: string, kind = 'r'): RelationFacts {
  return {
    name,
    kind,
    sizeBytes: null,
    indexBytes: null,
    rows: null,
    isEmpty: false,
    tableOf: null,
    parent: null,
    isDefaultPartition: false,
    referencedBy: [],
    reads: [],
    readBy: [],
    replicaIdentity: 'd',
    replicaIdentityColumns: [],
    hasRowSecurity: false,
    isUnlogged: false,
    columns: [],
    constraints: [],
    indexes: [],
    publications: [],
  };
}
