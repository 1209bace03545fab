import { SundayError } from '../errors.ts';
import type { Page } from '../page.ts';
import type { Queryable } from '../postgres/pool.ts';
import type { Principal, Requester, Role, Scope } from './principals.ts';

/** The same for a token that is missing, unknown, expired or revoked: the difference is nobody's business. */
export class UnauthenticatedError extends SundayError {
  readonly code = 'UNAUTHENTICATED';
  override readonly hint = 'Send `Authorization: Bearer sun_…` with a token that is valid now.';
  constructor() {
    super('no valid token was sent');
  }
}

/** The token is good, but not for this. */
export class ForbiddenError extends SundayError {
  readonly code = 'FORBIDDEN';
  override readonly hint = 'Use a token that has the scope, or ask an administrator for one.';
  /** Null when no single scope would do. */
  readonly scope: Scope | null;
  constructor(what: string, scope: Scope | null) {
    super(scope === null ? `${what} is not allowed` : `${what} needs the scope ${scope}`);
    this.scope = scope;
  }
}

export class TokenNotFoundError extends SundayError {
  readonly code = 'TOKEN_NOT_FOUND';
  override readonly hint = 'List the tokens to see their ids.';
  override readonly argument = ['input', 'id'];
  constructor(id: string) {
    super(`there is no token ${id}`);
  }
}

/** A bearer token, without its secret: that is shown once and never stored. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Name of the token that made it; null for the first one of a fleet. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  /** Null: it does not expire. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Exact to a minute; null: never used. */
  readonly lastUsedAt: Date | null;
}

export interface NewToken {
  /** 1 to 100 characters. */
  readonly name: string;
  readonly role: Role;
  /** A subset of the role's scopes; null means all of them. */
  readonly scopes: readonly Scope[] | null;
  readonly expiresAt: Date | null;
}

/** Who asks, and until when a long connection may rely on it (null: until the token is revoked). */
export interface Session {
  readonly principal: Principal;
  readonly expiresAt: Date | null;
}

/** One line of the audit log. */
export interface AuditEntry {
  readonly id: bigint;
  readonly at: Date;
  readonly principalId: string;
  readonly principal: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly requestId: string;
  /** Name of the mutation, or the kind of the operation, e.g. `backups.start`. */
  readonly action: string;
  readonly target: string | null;
  /** The arguments, without secrets. */
  readonly input: unknown;
  /** `ACCEPTED`, or the code of the refusal. */
  readonly outcome: string;
  readonly operationId: string | null;
}

export interface NewAuditEntry {
  readonly requester: Requester;
  readonly action: string;
  readonly target: string | null;
  readonly input: unknown;
  readonly outcome: string;
  readonly operationId: string | null;
}

export interface AuditFilter {
  readonly principal?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly operationId?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** Tokens and the audit log. */
export interface Access {
  /** @throws {UnauthenticatedError} A revocation is noticed after at most five seconds. */
  authenticate(token: string | null): Promise<Session>;
  /** The secret is in the answer and nowhere else. @throws {ForbiddenError} when it would have more rights than its maker. */
  createToken(
    token: NewToken,
    requester: Requester,
  ): Promise<{ readonly token: Token; readonly secret: string }>;
  /** Twice is the same as once. @throws {TokenNotFoundError} */
  revokeToken(id: string, requester: Requester): Promise<Token>;
  /** Newest first, at most `limit`. */
  listTokens(limit: number): Promise<readonly Token[]>;
  /** Makes an administrator's token and writes it to `file` (0600), unless what is there is still valid. */
  ensureBootstrapToken(file: string): Promise<void>;
  /** Writes one line in the caller's transaction. */
  record(tx: Queryable, entry: NewAuditEntry): Promise<void>;
  /** The same in a transaction of its own, for mutations that were refused and so have none. */
  recordAlone(entry: NewAuditEntry): Promise<void>;
  /** Newest first. */
  listAudit(filter: AuditFilter, page: Page<bigint>): Promise<readonly AuditEntry[]>;
  countAudit(filter: AuditFilter): Promise<number>;
}
