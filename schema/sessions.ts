import type { LockNode, LockTree } from '../src/performance/activity/lock-tree.ts';
import type { Wait } from '../src/performance/activity/lock-probe.ts';
import type { Session } from '../src/performance/activity/session-probe.ts';
import { InstanceNotFoundError } from '../src/fleet/fleet.ts';
import { SessionNotFoundError, SessionProtectedError } from '../src/performance/errors.ts';
import type { Activity, SignalOutcome } from '../src/performance/performance.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { encodeNodeId } from './node-id.ts';
import { auditFields } from './requests.ts';

errorType(InstanceNotFoundError, { description: 'The cluster has no instance of that name.' });
errorType(SessionNotFoundError, { description: 'The session has ended.' });
errorType(SessionProtectedError, { description: 'The session must not be stopped, or not by our role.' });

/** A session and where it is. */
export interface PlacedSession extends Session {
  readonly cluster: string;
  readonly instance: string;
}

const SECONDS = 'In seconds; null when there is none, or when we may not see it.';

export const SessionRef = builder.objectRef<PlacedSession>('Session').implement({
  description:
    'One connection to a server, or one of its background processes, as pg_stat_activity shows it.',
  fields: (t) => ({
    id: t.id({
      description: 'What `cancelQuery` and `terminateSession` take. It means this session and no later one.',
      resolve: ({ cluster, instance, pid, startedAt }) =>
        encodeNodeId('Session', `${cluster}/${instance}/${pid}/${startedAt.getTime()}`),
    }),
    cluster: t.exposeString('cluster', { description: 'Name of its cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of its instance.' }),
    pid: t.exposeInt('pid', { description: 'Its process id on the server.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    kind: t.exposeString('kind', { description: 'e.g. `client backend`, `walsender`, `autovacuum worker`.' }),
    user: t.string({
      description: 'The role it logged in with; empty for a background process.',
      resolve: ({ userName }) => userName,
    }),
    database: t.exposeString('database', { description: 'Empty for a background process.' }),
    application: t.string({
      description: 'What the client calls itself; may be empty.',
      resolve: ({ applicationName }) => applicationName,
    }),
    clientAddress: t.exposeString('clientAddress', {
      nullable: true,
      description: 'Address of the client; null when it came through a socket of the machine.',
    }),
    state: t.exposeString('state', {
      nullable: true,
      description:
        'e.g. `active`, `idle`, `idle in transaction`; null for a background process, or when we may not see it.',
    }),
    waitsFor: t.exposeString('waitsFor', {
      nullable: true,
      description: 'What it waits for, e.g. `Lock: transactionid`; null while it works.',
    }),
    transactionSeconds: t.exposeFloat('transactionSeconds', {
      nullable: true,
      description: `How long its transaction has been open. ${SECONDS}`,
    }),
    statementSeconds: t.exposeFloat('statementSeconds', {
      nullable: true,
      description: `How long its statement has run. ${SECONDS}`,
    }),
    stateSeconds: t.exposeFloat('stateSeconds', {
      nullable: true,
      description: `How long it has been in its state. ${SECONDS}`,
    }),
    snapshotAge: t.exposeInt('snapshotAge', {
      nullable: true,
      description: 'So many transactions have begun since the oldest row version that it keeps vacuum from.',
    }),
    query: t.exposeString('query', {
      description: 'What it runs or ran last, at most 1,000 characters. Strings in it are left out.',
    }),
    queryId: t.string({
      nullable: true,
      description: 'Finds it among `slowQueries`; null when the server computes none.',
      resolve: ({ queryId }) => queryId?.toString() ?? null,
    }),
  }),
});

export const ActivityRef = builder.objectRef<Activity>('Activity').implement({
  description: 'What the sessions of one instance do now.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    sessions: t.field({
      type: [SessionRef],
      description: 'The longest transaction first.',
      resolve: ({ cluster, instance, sessions }) => sessions.map((one) => ({ ...one, cluster, instance })),
    }),
    total: t.exposeInt('total', { description: 'How many match, listed or not.' }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was asked.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why statements of other roles are not shown; null when all are.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The GRANT that helps; null when none is needed.',
    }),
  }),
});

export const LockWaitRef = builder.objectRef<Wait>('LockWait').implement({
  description: 'What a session waits for.',
  fields: (t) => ({
    blockedBy: t.exposeIntList('blockedBy', {
      description: 'Process ids in its way; 0 for a prepared transaction.',
    }),
    relation: t.exposeString('relation', {
      nullable: true,
      description: 'Table or index; null for a wait on something else, e.g. for a transaction to end.',
    }),
    lockType: t.exposeString('lockType', {
      nullable: true,
      description:
        'As in pg_locks, e.g. `relation`, `transactionid`, `tuple`; null when it has the lock by now.',
    }),
    mode: t.exposeString('mode', {
      nullable: true,
      description: 'As in pg_locks, e.g. `AccessExclusiveLock`; null when it has the lock by now.',
    }),
    waitingSeconds: t.exposeFloat('waitingSeconds', {
      nullable: true,
      description: 'How long it has waited, in seconds; null when it has the lock by now.',
    }),
  }),
});

type PlacedNode = LockNode & { readonly cluster: string; readonly instance: string };

export const LockNodeRef = builder.objectRef<PlacedNode>('LockNode').implement({
  description: 'One session of a lock tree.',
  fields: (t) => ({
    depth: t.exposeInt('depth', {
      description:
        '0 for one that blocks others and waits for nobody; one more than what it waits for, else.',
    }),
    pid: t.exposeInt('pid', { description: 'Its process id; 0 for a prepared transaction.' }),
    session: t.field({
      type: SessionRef,
      nullable: true,
      description: 'Null when it has ended meanwhile, and for a prepared transaction.',
      resolve: ({ cluster, instance, session }) => session && { ...session, cluster, instance },
    }),
    wait: t.expose('wait', {
      type: LockWaitRef,
      nullable: true,
      description: 'What it waits for; null when it does not.',
    }),
    blockedCount: t.exposeInt('blockedCount', {
      description: 'How many wait for it, directly or behind others.',
    }),
  }),
});

export const LockTreeRef = builder.objectRef<LockTree>('LockTree').implement({
  description: 'Who waits for whom on one instance, in the order of printing.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    nodes: t.field({
      type: [LockNodeRef],
      description:
        'Each right behind what it waits for; who holds up most comes first. Empty when nobody waits.',
      resolve: ({ cluster, instance, nodes }) => nodes.map((one) => ({ ...one, cluster, instance })),
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was asked.' }),
  }),
});

function signalInput(name: string, mutation: string) {
  return builder.inputType(name, {
    description: `Arguments of \`${mutation}\`.`,
    fields: (t) => ({
      id: t.id({ required: true, description: '`Session.id`: this session and no later one.' }),
      force: t.boolean({
        defaultValue: false,
        description: 'True: also when it belongs to this control plane. Null: false.',
      }),
      dryRun: t.boolean({
        defaultValue: false,
        description: 'True: only look whether it could. Null: false.',
      }),
      ...auditFields(t),
    }),
  });
}

export const CancelQueryInputRef = signalInput('CancelQueryInput', 'cancelQuery');
export const TerminateSessionInputRef = signalInput('TerminateSessionInput', 'terminateSession');

type PlacedOutcome = SignalOutcome & { readonly cluster: string; readonly instance: string };

function signalSuccess(name: string, description: string) {
  return builder.objectRef<PlacedOutcome>(name).implement({
    description,
    fields: (t) => ({
      session: t.field({
        type: SessionRef,
        description: 'As it was right before.',
        resolve: ({ cluster, instance, session }) => ({ ...session, cluster, instance }),
      }),
      isDone: t.exposeBoolean('isDone', {
        nullable: true,
        description: 'False: it was told, and had not ended within 5 seconds. Null for a dry run.',
      }),
      waitedMs: t.exposeInt('waitedMs', { description: 'How long we watched, in milliseconds.' }),
    }),
  });
}

export const CancelQuerySuccessRef = signalSuccess('CancelQuerySuccess', 'The statement was told to end.');
export const TerminateSessionSuccessRef = signalSuccess(
  'TerminateSessionSuccess',
  'The session was told to end; its transaction is undone with it.',
);
