import type { Page } from '../page.ts';
import type { Queryable } from '../postgres/pool.ts';
import { type Statement, sql } from '../postgres/sql.ts';
import type { AuditEntry, AuditFilter, NewAuditEntry, NewToken, Token } from './access.ts';
import { SCOPES, SCOPES_OF } from './principals.ts';

const TOKEN_COLUMNS = sql`
  access_token.id
  , access_token.name
  , access_token.role
  , access_token.scopes
  , access_token.created_by AS "createdBy"
  , access_token.created_at AS "createdAt"
  , access_token.expires_at AS "expiresAt"
  , access_token.revoked_at AS "revokedAt"
  , access_token.last_used_at AS "lastUsedAt"
`;

const AUDIT_COLUMNS = sql`
  id
  , at
  , principal_id AS "principalId"
  , principal
  , on_behalf_of AS "onBehalfOf"
  , reason
  , request_id AS "requestId"
  , action
  , target
  , input
  , outcome
  , operation_id AS "operationId"
`;

type TokenRow = Omit<Token, 'scopes'> & { readonly scopes: readonly string[] | null };

/** The token with this hash if it is good now, and notes (at most once a minute) that it was used. */
export async function findValidToken(db: Queryable, hash: Buffer): Promise<Token | null> {
  const [row] = await db.rows<TokenRow>(sql`/* access.findValidToken */
    WITH touched AS (
      UPDATE access_token
      SET last_used_at = now()
      WHERE secret_sha256 = ${hash}
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > now())
        AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
    )
    SELECT ${TOKEN_COLUMNS}
    FROM access_token
    WHERE secret_sha256 = ${hash}
      AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > now())
  `);
  return row === undefined ? null : toToken(row);
}

export async function insertToken(
  db: Queryable,
  token: NewToken,
  made: { readonly hash: Buffer; readonly by: string | null },
): Promise<Token> {
  const rows = await db.rows<TokenRow>(sql`/* access.insertToken */
    INSERT INTO access_token (name, role, scopes, secret_sha256, created_by, expires_at)
    VALUES (${token.name}, ${token.role}, ${token.scopes}, ${made.hash}, ${made.by}, ${token.expiresAt})
    RETURNING ${TOKEN_COLUMNS}
  `);
  return rows.map(toToken)[0] as Token; // an INSERT of one row gives one row
}

/** Null when there is no such token. A second time changes nothing. */
export async function revokeToken(db: Queryable, id: string): Promise<Token | null> {
  const [row] = await db.rows<TokenRow>(sql`/* access.revokeToken */
    UPDATE access_token
    SET revoked_at = coalesce(revoked_at, now())
    WHERE id::text = ${id}
    RETURNING ${TOKEN_COLUMNS}
  `);
  return row === undefined ? null : toToken(row);
}

/** Revokes the tokens that the server made itself under `name`. */
export async function revokeOwnTokens(db: Queryable, name: string): Promise<void> {
  await db.rows(sql`/* access.revokeOwnTokens */
    UPDATE access_token
    SET revoked_at = now()
    WHERE name = ${name} AND created_by IS NULL AND revoked_at IS NULL
  `);
}

/** Newest first. */
export async function listTokens(db: Queryable, limit: number): Promise<readonly Token[]> {
  const rows = await db.rows<TokenRow>(sql`/* access.listTokens */
    SELECT ${TOKEN_COLUMNS}
    FROM access_token
    ORDER BY access_token.created_at DESC, access_token.id DESC
    LIMIT ${limit}
  `);
  return rows.map(toToken);
}

export async function insertAudit(db: Queryable, entry: NewAuditEntry, input: string): Promise<void> {
  const { requester, action, target, outcome, operationId } = entry;
  await db.rows(sql`/* access.insertAudit */
    INSERT INTO audit_entry
      (principal_id, principal, on_behalf_of, reason, request_id, action, target, input, outcome, operation_id)
    VALUES
      (${requester.principal.id}, ${requester.principal.name}, ${requester.onBehalfOf}, ${requester.reason},
       ${requester.requestId}, ${action}, ${target}, ${input}::jsonb, ${outcome}, ${operationId})
  `);
}

/** Newest first. */
export async function listAudit(
  db: Queryable,
  filter: AuditFilter,
  page: Page<bigint>,
): Promise<readonly AuditEntry[]> {
  const rows = await db.rows<AuditEntry>(sql`/* access.listAudit */
    SELECT ${AUDIT_COLUMNS}
    FROM audit_entry
    WHERE ${matching(filter)}
      AND (${page.after}::bigint IS NULL OR audit_entry.id < ${page.after}::bigint)
      AND (${page.before}::bigint IS NULL OR audit_entry.id > ${page.before}::bigint)
    ORDER BY audit_entry.id ${page.fromEnd ? sql`ASC` : sql`DESC`}
    LIMIT ${page.limit}
  `);
  return page.fromEnd ? rows.toReversed() : rows;
}

export async function countAudit(db: Queryable, filter: AuditFilter): Promise<number> {
  const [row] = await db.rows<{ count: number }>(sql`/* access.countAudit */
    SELECT count(*)::int AS count FROM audit_entry WHERE ${matching(filter)}
  `);
  return row?.count ?? 0;
}

function matching(filter: AuditFilter): Statement {
  const conditions = [
    filter.principal === undefined ? null : sql`principal = ${filter.principal}`,
    filter.action === undefined ? null : sql`action = ${filter.action}`,
    filter.outcome === undefined ? null : sql`outcome = ${filter.outcome}`,
    filter.operationId === undefined ? null : sql`operation_id = ${filter.operationId}`,
    filter.since === undefined ? null : sql`at >= ${filter.since}`,
    filter.until === undefined ? null : sql`at < ${filter.until}`,
  ];
  return conditions.reduce<Statement>((all, one) => (one === null ? all : sql`${all} AND ${one}`), sql`true`);
}

function toToken(row: TokenRow): Token {
  const ofRole = SCOPES_OF[row.role];
  // What a later version dropped from the list means nothing any more, and never more than the role has.
  const scopes =
    row.scopes === null ? ofRole : SCOPES.filter((one) => ofRole.includes(one) && row.scopes?.includes(one));
  return { ...row, scopes };
}
