import type { CatalogColumn, CatalogTable } from './catalog-probe.ts';

/** How one level of a statement uses one table. */
export interface TableUse {
  readonly table: CatalogTable;
  readonly alias: string;
  /** Compared for equality with values, or with columns of an outer level. */
  readonly equal: Set<CatalogColumn>;
  /** Compared with columns of other tables. */
  readonly joined: Set<CatalogColumn>;
  readonly ranged: Set<CatalogColumn>;
  /** Each alone in an arm of an OR. */
  readonly alternatives: Set<CatalogColumn>;
  readonly sorted: { readonly column: CatalogColumn; readonly isDescending: boolean }[];
  readonly grouped: Set<CatalogColumn>;
  /** Conditions without values that change, e.g. `deleted_at IS NULL`. */
  readonly constants: Set<string>;
  /** Expressions compared, e.g. `lower(email)`. */
  readonly expressions: Set<string>;
  /** What only a GIN index helps, as SQL, e.g. `tags jsonb_path_ops`. */
  readonly gins: Set<string>;
  readonly mentioned: Set<CatalogColumn>;
  readonly takesAll: boolean;
}

/** A column of a level, with the table it is of. */
export interface FoundColumn {
  readonly use: TableUse;
  readonly column: CatalogColumn;
}

/** Null for what is no column of the level. */
export type FindColumn = (value: unknown) => FoundColumn | null;
