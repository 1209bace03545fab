import { type Statement, sql } from '../postgres/sql.ts';
import { notMember } from './scope-probe.ts';

/**
 * One row for each object and grantee, in terms of what the owner's default would be: a list that says the same as
 * no list gives nothing, a default that was taken away shows as REVOKE. Who granted does not matter.
 */
const GRANTS = sql`/* catalog.grants */
  WITH holders AS MATERIALIZED (
    SELECT CASE r.relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'table ' END || r.name AS name
      , r.relowner AS owner, r.relacl AS acl, CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS class
    FROM relations AS r WHERE r.relkind <> 'c'
    UNION ALL
    SELECT 'column ' || r.name || '.' || quote_ident(a.attname), NULL, a.attacl, 'c'
    FROM relations AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND NOT a.attisdropped WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'function ' || format('%I.%I(%s)', s.nspname, p.proname, oidvectortypes(p.proargtypes)), p.proowner, p.proacl, 'f'
    FROM pg_proc AS p JOIN schemas AS s ON s.oid = p.pronamespace WHERE ${notMember('pg_proc', 'p.oid')}
    UNION ALL
    SELECT 'schema ' || quote_ident(s.nspname), s.nspowner, s.nspacl, 'n' FROM schemas AS s
    UNION ALL
    SELECT 'type ' || format('%I.%I', s.nspname, t.typname), t.typowner, t.typacl, 'T'
    FROM pg_type AS t JOIN schemas AS s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r', 'c') AND ${notMember('pg_type', 't.oid')}
      AND (t.typrelid = 0 OR EXISTS (SELECT FROM relations AS r WHERE r.oid = t.typrelid AND r.relkind = 'c'))
  )
  , granted AS (
    SELECT h.name, e.grantee, e.privilege_type, e.is_grantable
    FROM holders AS h CROSS JOIN LATERAL aclexplode(h.acl) AS e WHERE h.acl IS NOT NULL
  )
  , standard AS (
    SELECT h.name, e.grantee, e.privilege_type, e.is_grantable
    FROM holders AS h CROSS JOIN LATERAL aclexplode(acldefault(h.class, h.owner)) AS e
    WHERE h.acl IS NOT NULL AND h.owner IS NOT NULL
  )
  , changes AS (
    SELECT 'GRANT ' AS act, more.* FROM (TABLE granted EXCEPT TABLE standard) AS more
    UNION ALL
    SELECT 'REVOKE ', less.* FROM (TABLE standard EXCEPT TABLE granted) AS less
  )
  SELECT 'GRANT' AS kind, c.name || ' to ' || o.name AS name
    , string_agg(c.act || c.privilege_type || CASE WHEN c.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
        ORDER BY c.act, c.privilege_type, c.is_grantable) AS definition
  FROM changes AS c LEFT JOIN roles AS o ON o.oid = c.grantee
  GROUP BY c.name, o.name
  UNION ALL
  SELECT 'OWNER', h.name, o.name
  FROM holders AS h JOIN roles AS o ON o.oid = h.owner WHERE NOT o.is_owner
`;

const DEFAULT_PRIVILEGES = sql`/* catalog.defaultPrivileges */
  WITH holders AS MATERIALIZED (
    SELECT concat('for role ', o.name, ' in schema ' || quote_ident(s.nspname), ' on ', CASE d.defaclobjtype
        WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END) AS name
      , d.defaclacl AS acl
      , CASE WHEN d.defaclnamespace = 0 THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)
          END AS standard -- none for one schema: there the list is what is added
    FROM pg_default_acl AS d
    JOIN roles AS o ON o.oid = d.defaclrole
    LEFT JOIN schemas AS s ON s.oid = d.defaclnamespace
    WHERE d.defaclnamespace = 0 OR s.oid IS NOT NULL
  )
  , granted AS (SELECT h.name, e.grantee, e.privilege_type, e.is_grantable FROM holders AS h CROSS JOIN LATERAL aclexplode(h.acl) AS e)
  , standard AS (SELECT h.name, e.grantee, e.privilege_type, e.is_grantable FROM holders AS h CROSS JOIN LATERAL aclexplode(h.standard) AS e)
  , changes AS (
    SELECT 'GRANT ' AS act, more.* FROM (TABLE granted EXCEPT TABLE standard) AS more
    UNION ALL
    SELECT 'REVOKE ', less.* FROM (TABLE standard EXCEPT TABLE granted) AS less
  )
  SELECT 'DEFAULT_PRIVILEGE' AS kind, c.name || ' to ' || o.name AS name
    , string_agg(c.act || c.privilege_type || CASE WHEN c.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
        ORDER BY c.act, c.privilege_type, c.is_grantable) AS definition
  FROM changes AS c LEFT JOIN roles AS o ON o.oid = c.grantee
  GROUP BY c.name, o.name
`;

/** Not those of leaves, which CREATE TABLE (LIKE) copies, nor those that an extension brings. */
const COMMENTS = sql`/* catalog.comments */
  WITH commented AS (
    SELECT d.*, CASE d.classoid
      WHEN 'pg_class'::regclass THEN d.objoid
      WHEN 'pg_constraint'::regclass THEN (SELECT nullif(c.conrelid, 0) FROM pg_constraint AS c WHERE c.oid = d.objoid)
      WHEN 'pg_trigger'::regclass THEN (SELECT t.tgrelid FROM pg_trigger AS t WHERE t.oid = d.objoid)
      WHEN 'pg_policy'::regclass THEN (SELECT p.polrelid FROM pg_policy AS p WHERE p.oid = d.objoid)
      WHEN 'pg_rewrite'::regclass THEN (SELECT w.ev_class FROM pg_rewrite AS w WHERE w.oid = d.objoid)
    END AS relation
    FROM pg_description AS d
    WHERE d.classoid <> 'pg_extension'::regclass AND (d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass
      AND d.description <> 'standard public schema' AND d.objoid IN (SELECT s.oid FROM schemas AS s)))
  )
  SELECT 'COMMENT' AS kind, i.type || ' ' || i.identity AS name, d.description AS definition
  FROM commented AS d
  CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
  WHERE NOT EXISTS (SELECT FROM members AS m WHERE m.classid = d.classoid AND m.objid = d.objoid)
    AND (d.relation IS NULL OR EXISTS (SELECT FROM pg_class AS c
      WHERE c.oid = d.relation AND NOT c.relispartition AND c.relnamespace IN (SELECT s.oid FROM schemas AS s)))
    AND (d.classoid <> 'pg_namespace'::regclass OR d.objoid IN (SELECT s.oid FROM schemas AS s))
    AND (i.schema IS NULL OR i.schema IN (SELECT quote_ident(s.nspname) FROM schemas AS s))
`;

/** Owners, grants, default privileges and comments. */
export const PRIVILEGE_PARTS: readonly Statement[] = [GRANTS, DEFAULT_PRIVILEGES, COMMENTS];
