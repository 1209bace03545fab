import type { Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import type { ShapeGrant, ShapePolicy, ShapeTrigger, ShapeView, TableShape } from './shape.ts';

type Dependents = Pick<
  TableShape,
  'referencedBy' | 'triggers' | 'policies' | 'grants' | 'views' | 'dependents'
>;

/** What hangs on a table. Needs a session whose search_path holds no schema of users. */
export async function readDependents(tx: Transaction, table: string): Promise<Dependents> {
  return {
    referencedBy: await readReferences(tx, table),
    triggers: await readTriggers(tx, table),
    policies: await readPolicies(tx, table),
    grants: await readGrants(tx, table),
    views: await readViews(tx, table),
    dependents: await readOthers(tx, table),
  };
}

async function readReferences(tx: Transaction, table: string): Promise<readonly string[]> {
  const rows = await tx.rows<{ readonly name: string }>(sql`/* partitions.readReferences */
    SELECT conrelid::regclass || '.' || quote_ident(conname) AS name
    FROM pg_constraint WHERE confrelid = ${table}::regclass AND contype = 'f' ORDER BY 1
  `);
  return rows.map(({ name }) => name);
}

/** Without those that a conversion has made itself. */
function readTriggers(tx: Transaction, table: string): Promise<readonly ShapeTrigger[]> {
  return tx.rows(sql`/* partitions.readTriggers */
    SELECT tgname AS name, pg_get_triggerdef(oid) AS definition
      , CASE tgenabled WHEN 'O' THEN 'ORIGIN' WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'REPLICA' ELSE 'ALWAYS' END AS enabled
      , (tgtype & 1) = 1 AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL) AS "isImpossible"
    FROM pg_trigger WHERE tgrelid = ${table}::regclass AND NOT tgisinternal AND NOT starts_with(tgname, 'sunday_note_')
    ORDER BY tgname
  `);
}

function readPolicies(tx: Transaction, table: string): Promise<readonly ShapePolicy[]> {
  return tx.rows(sql`/* partitions.readTablePolicies */
    SELECT polname AS name, format('AS %s FOR %s TO %s'
        , CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END
        , CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
        , (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
            FROM unnest(polroles) AS role)
      ) || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
        || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '') AS definition
    FROM pg_policy WHERE polrelid = ${table}::regclass ORDER BY polname
  `);
}

/** Those of others than the owner; the owner has all of them on what he owns. */
function readGrants(tx: Transaction, table: string): Promise<readonly ShapeGrant[]> {
  return tx.rows(sql`/* partitions.readGrants */
    SELECT "column", privilege_type AS privilege, is_grantable AS "isGrantable"
      , CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee
    FROM (
      SELECT NULL AS "column", relowner AS owner, acl.*
      FROM pg_class CROSS JOIN aclexplode(relacl) AS acl WHERE pg_class.oid = ${table}::regclass
      UNION ALL
      SELECT attname::text, relowner, acl.*
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid CROSS JOIN aclexplode(attacl) AS acl
      WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped
    ) AS grants
    WHERE grantee <> owner ORDER BY 1 NULLS FIRST, 4, 2
  `);
}

function readViews(tx: Transaction, table: string): Promise<readonly ShapeView[]> {
  return tx.rows(sql`/* partitions.readViews */
    SELECT DISTINCT nspname AS schema, relname AS name, rtrim(pg_get_viewdef(pg_class.oid), ';') AS definition
      , coalesce(reloptions, '{}') AS options
    FROM pg_depend
    JOIN pg_rewrite ON pg_rewrite.oid = objid
    JOIN pg_class ON pg_class.oid = ev_class AND relkind = 'v'
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = ${table}::regclass
    ORDER BY 1, 2
  `);
}

/**
 * All that PostgreSQL knows to depend on the table, its row type or its keys, less what is carried over or looked at
 * elsewhere: it would go on with the plain table, silently.
 */
async function readOthers(tx: Transaction, table: string): Promise<readonly string[]> {
  const rows = await tx.rows<{ readonly name: string }>(sql`/* partitions.readOtherDependents */
    WITH types AS (
      SELECT unnest(ARRAY[reltype, typarray]) AS oid
      FROM pg_class JOIN pg_type ON pg_type.oid = reltype WHERE pg_class.oid = ${table}::regclass
    ), own AS (SELECT oid FROM pg_constraint WHERE conrelid = ${table}::regclass)
    SELECT DISTINCT coalesce(
        (SELECT pg_describe_object('pg_class'::regclass, ev_class, 0) FROM pg_rewrite
          WHERE classid = 'pg_rewrite'::regclass AND oid = objid)
      , pg_describe_object(classid, objid, objsubid)) AS name
    FROM pg_depend
    WHERE (refclassid = 'pg_class'::regclass AND refobjid = ${table}::regclass
        OR refclassid = 'pg_type'::regclass AND refobjid IN (SELECT oid FROM types)
        OR refclassid = 'pg_constraint'::regclass AND refobjid IN (SELECT oid FROM own))
      AND NOT CASE classid
        WHEN 'pg_constraint'::regclass THEN EXISTS (
          SELECT FROM pg_constraint WHERE oid = objid AND (conrelid = ${table}::regclass OR confrelid = ${table}::regclass))
        WHEN 'pg_attrdef'::regclass THEN EXISTS (SELECT FROM pg_attrdef WHERE oid = objid AND adrelid = ${table}::regclass)
        WHEN 'pg_class'::regclass THEN EXISTS (SELECT FROM pg_class WHERE oid = objid AND relkind IN ('i', 't', 'S'))
        WHEN 'pg_trigger'::regclass THEN EXISTS (
          SELECT FROM pg_trigger WHERE oid = objid AND (tgrelid = ${table}::regclass OR tgisinternal))
        WHEN 'pg_policy'::regclass THEN EXISTS (SELECT FROM pg_policy WHERE oid = objid AND polrelid = ${table}::regclass)
        WHEN 'pg_type'::regclass THEN objid IN (SELECT oid FROM types)
        WHEN 'pg_statistic_ext'::regclass THEN true
        WHEN 'pg_publication_rel'::regclass THEN true
        WHEN 'pg_rewrite'::regclass THEN refclassid = 'pg_class'::regclass AND EXISTS (
          SELECT FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE pg_rewrite.oid = objid AND relkind = 'v')
        ELSE false END
    ORDER BY 1 LIMIT 20
  `);
  return rows.map(({ name }) => name);
}
