/** What a token may do. One scope for reading and one for writing of each noun. */
export const SCOPES = [
  'fleet:read',
  'operation:read',
  'operation:write',
  'backup:read',
  'backup:write',
  'recovery:read',
  'recovery:write',
  'migration:read',
  'migration:write',
  'schedule:read',
  'schedule:write',
  'partition:read',
  'partition:write',
  'shard:read',
  'shard:write',
  'health:read',
  'health:write',
  'performance:read',
  'session:write',
  'maintenance:read',
  'maintenance:write',
  'alert:read',
  'alert:write',
  'audit:read',
  'access:write',
  'demo:write',
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ['VIEWER', 'OPERATOR', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** Roles are bundles of scopes and nothing more: all checks are on scopes. */
export const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  VIEWER: SCOPES.filter((scope) => scope.endsWith(':read') && scope !== 'audit:read'),
  OPERATOR: SCOPES.filter((scope) => scope !== 'access:write' && scope !== 'audit:read'),
  ADMIN: SCOPES,
};

/** Who asks: the owner of a token. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
}

/** Who asks, for whom, and why; kept in the audit log with every mutation. */
export interface Requester {
  readonly principal: Principal;
  /** Name of the mutation, as the audit log has it whether it is accepted or refused. */
  readonly action: string;
  /** The person behind a bot; null when the principal acts for itself. */
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  /** Finds the request in the log. */
  readonly requestId: string;
}
