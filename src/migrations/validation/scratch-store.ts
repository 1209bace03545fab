import type { Queryable } from '../../postgres/pool.ts';
import { identifier, literal, raw, sql, type Statement } from '../../postgres/sql.ts';

/** A role of the target, without its password and without the right to do more than on the target. */
export interface TargetRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canInherit: boolean;
  readonly canCreateRoles: boolean;
  readonly canCreateDatabases: boolean;
  readonly bypassesRowSecurity: boolean;
  /** Roles it is a member of. */
  readonly memberOf: readonly string[];
}

/** What a clone has to have before anything is restored into it. */
export interface TargetDatabase {
  readonly database: string;
  readonly owner: string;
  /** Who runs the migrations. */
  readonly user: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** Null unless ICU sorts. */
  readonly icuLocale: string | null;
  readonly hasPublicSchema: boolean;
  readonly hasLedger: boolean;
  readonly roles: readonly TargetRole[];
}

const MAX_ROLES = 5_000;

export async function readTarget(db: Queryable): Promise<TargetDatabase> {
  const [row] = await db.rows<Omit<TargetDatabase, 'roles'>>(sql`/* scratch.target */
    SELECT d.datname AS database, pg_get_userbyid(d.datdba) AS owner, current_user AS user
      , pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype
      , CASE WHEN d.datlocprovider = 'i' THEN coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale') END AS "icuLocale"
      , to_regnamespace('public') IS NOT NULL AS "hasPublicSchema"
      , to_regclass('sunday_ledger.migration') IS NOT NULL AS "hasLedger"
    FROM pg_database AS d WHERE d.datname = current_database()
  `);
  if (row === undefined) throw new Error('a database does not know itself');
  return { ...row, roles: await readRoles(db) };
}

function readRoles(db: Queryable): Promise<readonly TargetRole[]> {
  return db.rows<TargetRole>(sql`/* scratch.roles */
    SELECT r.rolname AS name, r.rolsuper AS "isSuperuser", r.rolinherit AS "canInherit", r.rolcreaterole AS "canCreateRoles"
      , r.rolcreatedb AS "canCreateDatabases", r.rolbypassrls AS "bypassesRowSecurity"
      , coalesce((SELECT array_agg(DISTINCT g.rolname::text) FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid
          WHERE m.member = r.oid), '{}') AS "memberOf"
    FROM pg_roles AS r
    WHERE r.rolname !~ '^pg_'
    ORDER BY r.rolname LIMIT ${MAX_ROLES}
  `);
}

/** Roles that grants and owners name. Only `user` can log in; a superuser is one only where it is that one. */
export async function createRoles(
  db: Queryable,
  { roles, user }: Pick<TargetDatabase, 'roles' | 'user'>,
  password: string,
): Promise<void> {
  for (const role of roles) {
    if (role.name === 'postgres') continue; // initdb makes it
    const options = [
      role.name === user ? `LOGIN PASSWORD ${literal(password).text}` : 'NOLOGIN',
      role.name === user && role.isSuperuser ? 'SUPERUSER' : 'NOSUPERUSER',
      role.canInherit ? 'INHERIT' : 'NOINHERIT',
      role.canCreateRoles ? 'CREATEROLE' : 'NOCREATEROLE',
      role.canCreateDatabases ? 'CREATEDB' : 'NOCREATEDB',
      role.bypassesRowSecurity ? 'BYPASSRLS' : 'NOBYPASSRLS',
    ].join(' ');
    await db.rows(sql`/* scratch.createRole */ CREATE ROLE ${identifier(role.name)} ${raw(options)}`);
  }
  for (const role of roles)
    for (const group of role.memberOf)
      await db.rows(sql`/* scratch.grantRole */ GRANT ${identifier(group)} TO ${identifier(role.name)}`);
}

/** An empty database that sorts as the target does. */
export async function createClone(db: Queryable, name: string, target: TargetDatabase): Promise<void> {
  const icu: Statement =
    target.icuLocale === null ? raw('') : sql`LOCALE_PROVIDER icu ICU_LOCALE ${literal(target.icuLocale)}`;
  await db.rows(sql`/* scratch.createDatabase */
    CREATE DATABASE ${identifier(name)} OWNER ${identifier(target.owner)} TEMPLATE template0
      ENCODING ${literal(target.encoding)} LC_COLLATE ${literal(target.collate)} LC_CTYPE ${literal(target.ctype)} ${icu}
  `);
}

export async function dropPublicSchema(db: Queryable): Promise<void> {
  await db.rows(sql`/* scratch.dropPublic */ DROP SCHEMA public`);
}
