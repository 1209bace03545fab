import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** A role that can do more than its grants say. */
export interface PowerfulRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canLogIn: boolean;
  readonly bypassesRowSecurity: boolean;
  /** The role that initdb made: it cannot be anything else. */
  readonly isBootstrap: boolean;
  /** Predefined roles with which the server's files or programs can be reached, e.g. `pg_write_server_files`. */
  readonly serverRoles: readonly string[];
}

/** Something that everybody may do. */
export interface PublicGrant {
  /** `table`, `schema`, `database` or `function`. */
  readonly kind: string;
  readonly name: string;
  /** Sorted, e.g. `INSERT, SELECT`. */
  readonly privileges: string;
}

/** A schema by how its tables are covered by row-level security. */
export interface RowSecurity {
  readonly schema: string;
  readonly tables: number;
  readonly protectedTables: number;
  /** With policies that nothing applies. */
  readonly switchedOff: readonly string[];
  /** Without row security, in a schema where other tables have it; at most 50. */
  readonly bare: readonly string[];
  /** Protected, but not from their owner; at most 50. */
  readonly unforced: readonly string[];
}

const MOST = 1_000;

export function listPowerfulRoles(db: Queryable): Promise<readonly PowerfulRole[]> {
  return db.rows<PowerfulRole>(sql`/* maintenance.listPowerfulRoles */
    SELECT * FROM (
      SELECT rolname AS name, rolsuper AS "isSuperuser", rolcanlogin AS "canLogIn"
        , rolbypassrls AS "bypassesRowSecurity", oid = 10 AS "isBootstrap"
        , ARRAY(
            SELECT given.rolname::text FROM pg_auth_members
            JOIN pg_roles AS given ON given.oid = roleid
            WHERE member = pg_roles.oid AND given.rolname IN
              ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')
            ORDER BY 1
          ) AS "serverRoles"
      FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'
    ) AS roles
    WHERE "isSuperuser" OR "bypassesRowSecurity" OR "serverRoles" <> '{}'
    ORDER BY name LIMIT ${MOST}
  `);
}

export async function countRoles(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ count: number }>(sql`/* maintenance.countRoles */
    SELECT count(*)::int AS count FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'
  `);
  return row?.count ?? 0;
}

/** Functions only where they run with the rights of their owner: EXECUTE for everybody is the default of all. */
export function listPublicGrants(db: Queryable): Promise<readonly PublicGrant[]> {
  return db.rows<PublicGrant>(sql`/* maintenance.listPublicGrants */
    SELECT kind, name, string_agg(DISTINCT acl.privilege_type, ', ') AS privileges
    FROM (
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind
        , n.nspname || '.' || c.relname AS name, c.relacl AS acl
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      UNION ALL
      SELECT 'schema', nspname, nspacl FROM pg_namespace
      WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
      UNION ALL
      SELECT 'database', datname, coalesce(datacl, acldefault('d', datdba))
      FROM pg_database WHERE datname = current_database()
      UNION ALL
      SELECT 'function', p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
      FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
      WHERE p.prosecdef AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ) AS things
    CROSS JOIN LATERAL aclexplode(acl) AS acl
    WHERE acl.grantee = 0
    GROUP BY kind, name ORDER BY kind, name LIMIT ${MOST}
  `);
}

export function listRowSecurity(db: Queryable): Promise<readonly RowSecurity[]> {
  return db.rows<RowSecurity>(sql`/* maintenance.listRowSecurity */
    SELECT schema, count(*)::int AS tables
      , count(*) FILTER (WHERE relrowsecurity)::int AS "protectedTables"
      , (array_remove(array_agg(CASE WHEN NOT relrowsecurity AND policies > 0 THEN name END), NULL))[:50] AS "switchedOff"
      , (array_remove(array_agg(CASE WHEN NOT relrowsecurity AND policies = 0 THEN name END), NULL))[:50] AS bare
      , (array_remove(array_agg(CASE WHEN relrowsecurity AND NOT relforcerowsecurity THEN name END), NULL))[:50]
        AS unforced
    FROM (
      SELECT n.nspname AS schema, c.relname::text AS name, relrowsecurity, relforcerowsecurity
        , (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policies
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY 1, 2
    ) AS tables
    GROUP BY schema ORDER BY schema LIMIT ${MOST}
  `);
}
