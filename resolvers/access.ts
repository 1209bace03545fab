import { type AuditEntry, type AuditFilter, TokenNotFoundError } from '../src/access/access.ts';
import { type Scope, SCOPES } from '../src/access/principals.ts';
import { InvalidInputError } from '../src/errors.ts';
import {
  AuditEntryConnectionRef,
  AuditEntryRef,
  AuditFilterRef,
  CreateTokenInputRef,
  CreateTokenSuccessRef,
  RateLimitRef,
  RevokeTokenInputRef,
  RevokeTokenSuccessRef,
  TokenRef,
  ViewerRef,
} from '../schema/access.ts';
import { builder } from '../schema/builder.ts';
import type { Context } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import { OperationRef } from '../schema/operations.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { findOperation } from './operations.ts';

const MOST_TOKENS = 1_000;

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who the token of this request belongs to, and what it may do.',
    resolve: (_root, _args, { principal }) => principal,
  }),
);

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimitRef,
    description: 'What this request costs, and what its token may still spend in this minute.',
    resolve: (_root, _args, { rateLimit }) => rateLimit,
  }),
);

builder.queryField('tokens', (t) =>
  t.field({
    type: [TokenRef],
    description: `Tokens, also revoked and expired ones, newest first; at most ${MOST_TOKENS}.`,
    authScopes: { scope: 'access:write' },
    resolve: (_root, _args, { services }) => services.access.listTokens(MOST_TOKENS),
  }),
);

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: AuditEntryRef,
      description: 'Every mutation, also those that were refused, newest first.',
      authScopes: { scope: 'audit:read' },
      args: { filter: t.arg({ type: AuditFilterRef, description: 'Which lines; null: all.' }) },
      resolve: (_root, { filter, ...page }, context) =>
        readConnection(page, auditList(context, toFilter(filter ?? {}))),
    },
    AuditEntryConnectionRef,
  ),
);

builder.objectField(AuditEntryRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that was started, cancelled or retried; null when there was none.',
    resolve: ({ operationId }, _args, context) =>
      operationId === null ? null : findOperation(operationId, context),
  }),
);

// `auditedBy`: the service writes the line in the transaction of the change; resolvers/audit.ts leaves it to that.
builder.mutationField('createToken', (t) =>
  t.field({
    type: CreateTokenSuccessRef,
    description: 'Makes a bearer token. It cannot have more scopes than the token that makes it.',
    authScopes: { scope: 'access:write' },
    extensions: { auditedBy: 'SERVICE' },
    args: {
      input: t.arg({ type: CreateTokenInputRef, required: true, description: 'For whom, and for what.' }),
    },
    errors: { types: MUTATION_ERRORS },
    resolve: (_root, { input }, { services, requester }) =>
      services.access.createToken(
        {
          name: input.name,
          role: input.role,
          scopes: input.scopes?.map(toScope) ?? null,
          expiresAt: input.expiresAt ?? null,
        },
        requester(input),
      ),
  }),
);

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: RevokeTokenSuccessRef,
    description: 'Makes a token worthless. Twice is the same as once.',
    authScopes: { scope: 'access:write' },
    extensions: { auditedBy: 'SERVICE' },
    args: { input: t.arg({ type: RevokeTokenInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...MUTATION_ERRORS, TokenNotFoundError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      token: await services.access.revokeToken(input.id, requester(input)),
    }),
  }),
);

function auditList({ services }: Context, filter: AuditFilter): KeysetList<AuditEntry, bigint> {
  return {
    name: 'audit',
    toText: ({ id }) => id.toString(),
    toKey: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : null),
    list: (page) => services.access.listAudit(filter, page),
    count: () => services.access.countAudit(filter),
  };
}

function toFilter({ operation, ...others }: typeof AuditFilterRef.$inferInput): AuditFilter {
  const { principal, action, outcome, since, until } = others;
  return {
    ...(principal ? { principal } : {}),
    ...(action ? { action } : {}),
    ...(outcome ? { outcome } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
    ...(operation ? { operationId: toLocalId('Operation', operation, ['filter', 'operation']) } : {}),
  };
}

function toScope(text: string): Scope {
  const scope = SCOPES.find((one) => one === text);
  if (scope === undefined) throw new InvalidInputError(['input', 'scopes'], `there is no scope ${text}`);
  return scope;
}
