import { type AuditEntry, type Token, TokenNotFoundError } from '../src/access/access.ts';
import { type Principal, type Role, ROLES, SCOPES } from '../src/access/principals.ts';
import { builder } from './builder.ts';
import type { RateLimit } from './context.ts';
import { errorType } from './errors.ts';
import { auditFields, line } from './requests.ts';

const ROLE_DESCRIPTIONS: Record<Role, string> = {
  VIEWER: 'Reads everything but the audit log.',
  OPERATOR: 'Also starts, cancels and retries work.',
  ADMIN: 'Also makes and revokes tokens, and reads the audit log.',
};

const RoleRef = builder.enumType('Role', {
  description: 'A named bundle of scopes. All checks are on scopes.',
  values: Object.fromEntries(
    ROLES.map((role) => [role, { value: role, description: ROLE_DESCRIPTIONS[role] }]),
  ) as Record<Role, { value: Role; description: string }>,
});

export const ViewerRef = builder.objectRef<Principal>('Viewer').implement({
  description: 'The owner of the token that came with the request.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the token.' }),
    name: t.exposeString('name', { description: 'Name of the token, as in the audit log.' }),
    role: t.expose('role', { type: RoleRef, description: 'The bundle its scopes come from.' }),
    scopes: t.stringList({
      description: 'What it may do, e.g. `backup:write`; possibly fewer than its role has.',
      resolve: ({ scopes }) => [...scopes],
    }),
  }),
});

export const RateLimitRef = builder.objectRef<RateLimit>('RateLimit').implement({
  description: 'What this request costs, and what its token may still spend.',
  fields: (t) => ({
    cost: t.exposeInt('cost', {
      description: 'Static cost of this document: about one for each object it can give.',
    }),
    limit: t.exposeInt('limit', { description: 'Cost that the token may spend in a minute.' }),
    remaining: t.exposeInt('remaining', {
      description: 'What is left of it after this request; at least 0.',
    }),
    resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When all of it is there again.' }),
  }),
});

export const TokenRef = builder.objectRef<Token>('Token').implement({
  description: 'A bearer token, without its secret.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the token; `revokeToken` takes it.' }),
    name: t.exposeString('name', { description: 'Who or what uses it, as in the audit log.' }),
    role: t.expose('role', { type: RoleRef, description: 'The bundle its scopes come from.' }),
    scopes: t.stringList({ description: 'What it may do.', resolve: ({ scopes }) => [...scopes] }),
    createdBy: t.exposeString('createdBy', {
      nullable: true,
      description: 'Name of the token that made it; null when the server did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stops being good; null: never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, exact to a minute; null: never.',
    }),
  }),
});

/** `operation` is an edge: resolvers add it. */
export const AuditEntryRef = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'One line of the audit log: a mutation, also one that was refused.',
  fields: (t) => ({
    id: t.id({ description: 'Number of the line; grows.', resolve: ({ id }) => id.toString() }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was written.' }),
    principalId: t.exposeID('principalId', { description: 'Id of the token that asked.' }),
    principal: t.exposeString('principal', { description: 'Name of the token that asked.' }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind the token; null when it acted for itself.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why; null when not said.' }),
    requestId: t.exposeString('requestId', { description: 'Finds the request in the log of the server.' }),
    action: t.exposeString('action', {
      description:
        'Kind of the operation that was started, e.g. `backups.start`, else the name of the mutation.',
    }),
    target: t.exposeString('target', {
      nullable: true,
      description: 'What was acted on; null when not known.',
    }),
    input: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The arguments, without secrets, at most 8 kB.',
      resolve: ({ input }) => input,
    }),
    outcome: t.exposeString('outcome', {
      description: '`ACCEPTED`, or the code of the error that refused it.',
    }),
  }),
});

export const AuditEntryConnectionRef = builder.connectionObject(
  {
    type: AuditEntryRef,
    name: 'AuditEntryConnection',
    description: 'One page of the audit log, newest first.',
  },
  { description: 'One line of the audit log and its place in it.' },
);

export const AuditFilterRef = builder.inputType('AuditFilter', {
  description: 'Which lines of the audit log; what is left out does not narrow.',
  fields: (t) => ({
    principal: t.string({ description: 'Only those of the token with this name. Null: of all.' }),
    action: t.string({ description: 'Only those with this action. Null: with any.' }),
    outcome: t.string({ description: 'Only those with this outcome, e.g. `FORBIDDEN`. Null: with any.' }),
    operation: t.id({ description: 'Only those about the operation with this id. Null: about anything.' }),
    since: t.field({
      type: 'DateTime',
      description: 'Only those from this moment on. Null: from the start.',
    }),
    until: t.field({ type: 'DateTime', description: 'Only those before this moment. Null: to now.' }),
  }),
});

export const CreateTokenInputRef = builder.inputType('CreateTokenInput', {
  description: 'Arguments of `createToken`.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Who or what will use it; 1 to 100 characters.',
      validate: line(100),
    }),
    role: t.field({ type: RoleRef, required: true, description: 'The bundle its scopes come from.' }),
    scopes: t.stringList({
      description: `A part of the role's scopes, out of ${SCOPES.map((one) => `\`${one}\``).join(', ')}. Null: all of them.`,
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it stops being good. Null: never.' }),
    ...auditFields(t),
  }),
});

export const RevokeTokenInputRef = builder.inputType('RevokeTokenInput', {
  description: 'Arguments of `revokeToken`.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the token, as `tokens` and `createToken` gave it.' }),
    ...auditFields(t),
  }),
});

export const CreateTokenSuccessRef = builder
  .objectRef<{ readonly token: Token; readonly secret: string }>('CreateTokenSuccess')
  .implement({
    description: 'The token was made.',
    fields: (t) => ({
      token: t.expose('token', { type: TokenRef, description: 'The token.' }),
      secret: t.exposeString('secret', {
        description: 'What to send as `Authorization: Bearer …`. It is shown this once and kept nowhere.',
      }),
    }),
  });

export const RevokeTokenSuccessRef = builder
  .objectRef<{ readonly token: Token }>('RevokeTokenSuccess')
  .implement({
    description: 'The token is not good any more; replicas notice within five seconds.',
    fields: (t) => ({ token: t.expose('token', { type: TokenRef, description: 'The token.' }) }),
  });

errorType(TokenNotFoundError, { description: 'No token has that id.' });
