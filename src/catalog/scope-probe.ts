import { raw, type Statement, sql } from '../postgres/sql.ts';
import type { CatalogObject } from './catalog.ts';

/** What the statements of the probes give for each object; a null definition is of one that has just been dropped. */
export type CatalogRow = Pick<CatalogObject, 'kind' | 'name'> & {
  readonly definition: string | null;
  readonly remark?: string | null;
};

/** CTE `schemas`: those that are the user's own. Our ledger is ours, and an extension's schema comes with it. */
export const SCHEMAS = sql`schemas AS MATERIALIZED (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl
  FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'sunday_ledger')
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e'
    )
)`;

/** CTE `members`: what belongs to an extension, by class and oid. Through the extensions there is an index. */
export const MEMBERS = sql`members AS MATERIALIZED (
  SELECT d.classid, d.objid
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
)`;

/**
 * CTE `relations`, behind the two above: tables, views, sequences and so on with their quoted names. Leaves of
 * partitioned tables come and go with the months; they are compared with their parents instead.
 */
export const RELATIONS = sql`relations AS MATERIALIZED (
  SELECT c.*, format('%I.%I', s.nspname, c.relname) AS name
  FROM pg_catalog.pg_class AS c
  JOIN schemas AS s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND NOT c.relispartition
    AND (${notMember('pg_class', 'c.oid')})
)`;

/** Condition that an object belongs to no extension. Both arguments are constants of ours. */
export function notMember(table: string, oid: string): Statement {
  return raw(
    `NOT EXISTS (SELECT FROM members AS m WHERE m.classid = 'pg_catalog.${table}'::regclass AND m.objid = ${oid})`,
  );
}

/** All three, for a statement that begins with WITH. */
export const SCOPE = sql`${SCHEMAS}, ${MEMBERS}, ${RELATIONS}`;
