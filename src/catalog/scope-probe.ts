import { raw, type Statement, sql } from '../postgres/sql.ts';
import type { CatalogObject } from './catalog.ts';

/** What the parts of a catalog give for each object; a null definition is of one that has just been dropped. */
export type CatalogRow = Pick<CatalogObject, 'kind' | 'name'> & {
  readonly definition: string | null;
  readonly remark?: string | null;
};

/** CTE `schemas`: those that are the user's own. Our ledger is ours, and an extension's schema comes with it. */
const SCHEMAS = sql`schemas AS MATERIALIZED (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl
  FROM pg_catalog.pg_namespace AS n
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'sunday_ledger')
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e'
    )
)`;

/** CTE `members`: what belongs to an extension, by class and oid. Through the extensions there is an index. */
const MEMBERS = sql`members AS MATERIALIZED (
  SELECT d.classid, d.objid
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
)`;

/**
 * CTE `relations`, behind the two above: tables, views, sequences and so on with their quoted names. Leaves of
 * partitioned tables come and go with the months; they are compared with their parents instead.
 */
const RELATIONS = sql`relations AS MATERIALIZED (
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

/**
 * CTE `roles`. The owner of the database has no name here: it may be called otherwise on another server, and that is
 * no difference between two schemas.
 */
const ROLES = sql`roles AS MATERIALIZED (
  SELECT 0::oid AS oid, 'PUBLIC' AS name, false AS is_owner
  UNION ALL
  SELECT r.oid, CASE WHEN o.yes THEN '(database owner)' ELSE quote_ident(r.rolname) END, o.yes
  FROM pg_roles AS r
  CROSS JOIN LATERAL (SELECT r.rolname = 'pg_database_owner'
    OR r.oid = (SELECT d.datdba FROM pg_database AS d WHERE d.datname = current_database()) AS yes) AS o
)`;

/** What the parts of a catalog can use, behind WITH: read once, however many parts there are. */
export const SCOPE = sql`${SCHEMAS}, ${MEMBERS}, ${RELATIONS}, ${ROLES}`;

/** As much of it as partitions need. */
export const SMALL_SCOPE = sql`${SCHEMAS}, ${MEMBERS}`;
