import { z } from 'zod';
import { ClusterNotFoundError, InstanceNotFoundError } from '../src/fleet/fleet.ts';
import { SessionNotFoundError, SessionProtectedError } from '../src/performance/errors.ts';
import type { SignalInput } from '../src/performance/performance.ts';
import { DatabaseUnavailableError } from '../src/postgres/errors.ts';
import { InvalidInputError } from '../src/errors.ts';
import { builder } from '../schema/builder.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import { TerminateSessionsInputRef, TerminateSessionsSuccessRef } from '../schema/session-crowds.ts';
import {
  ActivityRef,
  CancelQueryInputRef,
  CancelQuerySuccessRef,
  LockTreeRef,
  TerminateSessionInputRef,
  TerminateSessionSuccessRef,
} from '../schema/sessions.ts';

builder.queryFields((t) => ({
  activity: t.field({
    type: ActivityRef,
    description: 'What the sessions of an instance do now, the longest transaction first.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      instance: t.arg.string({ description: 'Name of the instance. Null: the primary.' }),
      includeIdle: t.arg.boolean({
        defaultValue: false,
        description: 'True: also those that wait for their client. Null: false.',
      }),
      includeBackground: t.arg.boolean({
        defaultValue: false,
        description: 'True: also walsenders, autovacuum workers and the like. Null: false.',
      }),
      first: t.arg.int({
        defaultValue: 100,
        description: 'At most so many, 1 to 500. Null: 100.',
        validate: z.int().min(1, 'this is at least 1').max(500, 'this is at most 500').nullish(),
      }),
    },
    resolve: (_root, { cluster, instance, includeIdle, includeBackground, first }, { services }) =>
      services.performance.activity({
        ...{ cluster, instance: instance ?? null, limit: first ?? 100 },
        ...{ includeIdle: includeIdle ?? false, includeBackground: includeBackground ?? false },
      }),
  }),
  lockTree: t.field({
    type: LockTreeRef,
    description: 'Who waits for whom on an instance. Empty when nobody waits.',
    authScopes: { scope: 'performance:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      instance: t.arg.string({ description: 'Name of the instance. Null: the primary.' }),
    },
    resolve: (_root, { cluster, instance }, { services }) =>
      services.performance.lockTree(cluster, instance ?? null),
  }),
}));

const SIGNAL_ERRORS = [
  ...MUTATION_ERRORS,
  ClusterNotFoundError,
  InstanceNotFoundError,
  DatabaseUnavailableError,
  SessionNotFoundError,
  SessionProtectedError,
];

function toSignal(input: typeof CancelQueryInputRef.$inferInput): SignalInput {
  const opened = toLocalId('Session', String(input.id), ['input', 'id']);
  const [, cluster, instance, pid, startedMs] =
    /^([^/]+)\/([^/]+)\/(\d{1,10})\/(\d{1,15})$/.exec(opened) ?? [];
  if (cluster === undefined || instance === undefined)
    throw new InvalidInputError(['input', 'id'], 'this is no id of a session');
  return {
    session: { cluster, instance, pid: Number(pid), startedAt: new Date(Number(startedMs)) },
    force: input.force ?? false,
    dryRun: input.dryRun ?? false,
  };
}

builder.mutationFields((t) => ({
  cancelQuery: t.field({
    type: CancelQuerySuccessRef,
    description: 'Ends the statement that a session runs, and watches that it does. Its session stays.',
    authScopes: { scope: 'session:write' },
    args: { input: t.arg({ type: CancelQueryInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: SIGNAL_ERRORS },
    async resolve(_root, { input }, { services }) {
      const wanted = toSignal(input);
      return { ...wanted.session, ...(await services.performance.cancelQuery(wanted)) };
    },
  }),
  terminateSession: t.field({
    type: TerminateSessionSuccessRef,
    description: 'Ends a session and so undoes its transaction, and watches that it does.',
    authScopes: { scope: 'session:write' },
    args: {
      input: t.arg({ type: TerminateSessionInputRef, required: true, description: 'Which, and why.' }),
    },
    errors: { types: SIGNAL_ERRORS },
    async resolve(_root, { input }, { services }) {
      const wanted = toSignal(input);
      return { ...wanted.session, ...(await services.performance.terminateSession(wanted)) };
    },
  }),
}));

builder.mutationField('terminateSessions', (t) =>
  t.field({
    type: TerminateSessionsSuccessRef,
    description:
      'Ends the idle sessions of one application or role together, e.g. after a storm of connections, and watches that they end. Never those of this control plane.',
    authScopes: { scope: 'session:write' },
    args: {
      input: t.arg({ type: TerminateSessionsInputRef, required: true, description: 'Which, and why.' }),
    },
    errors: {
      types: [...MUTATION_ERRORS, ClusterNotFoundError, InstanceNotFoundError, DatabaseUnavailableError],
    },
    resolve: (_root, { input }, { services }) =>
      services.performance.terminateSessions({
        ...{ cluster: input.cluster, instance: input.instance ?? null, dryRun: input.dryRun ?? false },
        ...{ applicationName: input.application ?? null, userName: input.user ?? null },
        ...{ states: input.states ?? ['idle'], leastSeconds: input.leastSeconds ?? 0 },
      }),
  }),
);
