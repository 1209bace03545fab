import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import { FACTS, type OrganizationFacts } from '../directory/mirror-store.ts';

/** The server goes on a little longer than anybody waits: who waits shall say that it was late. */
const GRACE_MS = 500;

/** For one transaction. Rows that a policy would hide are an error, not missing. */
export async function limitSearch(tx: Transaction, timeoutMs: number): Promise<void> {
  await tx.rows(sql`/* shards.limitSearch */
    SELECT set_config('statement_timeout', ${String(timeoutMs + GRACE_MS)}, true)
      , set_config('lock_timeout', ${String(timeoutMs + GRACE_MS)}, true)
      , set_config('row_security', 'off', true)
  `);
}

/** Those whose name or slug holds `text` (any case), by name. Only those that live here. */
export function searchOrganizations(
  shard: Queryable,
  text: string,
  limit: number,
): Promise<readonly OrganizationFacts[]> {
  return shard.rows<OrganizationFacts>(sql`/* shards.searchOrganizations */
    SELECT ${FACTS} FROM public.organizations
    JOIN ops.tenant_home ON organization_id = id AND state IN ('ACTIVE', 'MOVING')
    WHERE position(lower(${text}) IN lower(name)) > 0 OR slug = lower(${text})
    ORDER BY name, id
    LIMIT ${limit}
  `);
}

/** A user as one shard has him. */
export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Null: not deleted. */
  readonly deletedAt: Date | null;
  readonly updatedAt: Date;
  /** Of organizations that live on this shard. */
  readonly membershipCount: number;
}

/** One organization of a user, on the shard where it lives. */
export interface MembershipRow {
  readonly user: string;
  readonly organization: string;
  readonly name: string;
  readonly slug: string;
  /** Key of the member's role. */
  readonly role: string;
  /** `invited`, `active`, `suspended` or `left`. */
  readonly status: string;
  readonly since: Date;
}

export interface FoundUsers {
  readonly users: readonly UserRow[];
  readonly memberships: readonly MembershipRow[];
}

const MOST_MEMBERSHIPS = 100;
/** A row that was moved away and is not deleted yet is not a membership here. */
const LIVES_HERE = sql`
  JOIN ops.tenant_home AS home ON home.organization_id = member.organization_id AND home.state IN ('ACTIVE', 'MOVING')
`;

/** By address in an order that no collation changes, so that all shards have the same one. */
export async function searchUsers(shard: Queryable, text: string, limit: number): Promise<FoundUsers> {
  const users = await shard.rows<UserRow>(sql`/* shards.searchUsers */
    SELECT id, email::text AS email, name, created_at AS "createdAt", deleted_at AS "deletedAt", updated_at AS "updatedAt"
      , (
        SELECT count(*)::int FROM public.organization_members AS member ${LIVES_HERE}
        WHERE member.user_id = users.id AND member.deleted_at IS NULL
      ) AS "membershipCount"
    FROM public.users
    WHERE starts_with(lower(email::text), lower(${text})) OR position(' ' || lower(${text}) IN ' ' || lower(name)) > 0
      OR id::text = lower(${text})
    ORDER BY lower(email::text) COLLATE "C", id
    LIMIT ${limit}
  `);
  return {
    users,
    memberships: await listMemberships(
      shard,
      users.map(({ id }) => id),
    ),
  };
}

function listMemberships(shard: Queryable, users: readonly string[]): Promise<readonly MembershipRow[]> {
  return shard.rows<MembershipRow>(sql`/* shards.listMemberships */
    SELECT one.id AS user, membership.*
    FROM unnest(${users}::uuid[]) AS one (id)
    CROSS JOIN LATERAL (
      SELECT organizations.id AS organization, organizations.name, slug, roles.key AS role, status
        , member.created_at AS since
      FROM public.organization_members AS member ${LIVES_HERE}
      JOIN public.organizations ON organizations.id = member.organization_id
      JOIN public.roles ON roles.id = role_id
      WHERE member.user_id = one.id AND member.deleted_at IS NULL
      ORDER BY organizations.name, organizations.id
      LIMIT ${MOST_MEMBERSHIPS}
    ) AS membership
  `);
}
