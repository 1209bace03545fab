import {
  type AlertEvidence,
  type BlockingSession,
  type ClientGroup,
  type CostlyStatement,
  type DeadRowKeeper,
  type DeadSpace,
  KEEPER_KINDS,
  type KeptSample,
  type MissingIndex,
  type RunningStatement,
} from '../src/alerts/alerts.ts';
import { builder } from './builder.ts';
import { HealthStateRef } from './health.ts';

/** Kept with its alert. */
export const AlertSampleRef = builder.objectRef<KeptSample>('AlertSample').implement({
  description: 'What was measured at one moment.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'The figure, in the unit of the alert; null when it was not known.',
    }),
    state: t.expose('state', { type: HealthStateRef, description: 'How the metric was.' }),
  }),
});

const EvidenceStatementRef = builder.interfaceRef<RunningStatement>('EvidenceSession').implement({
  description: 'A session of the server when the alert fired.',
  fields: (t) => ({
    pid: t.exposeInt('pid', { description: 'Its process; 0 for a prepared transaction, which has none.' }),
    sessionId: t.exposeID('sessionId', {
      nullable: true,
      description: 'What `terminateSession` and `cancelQuery` take; null: it has none.',
    }),
    userName: t.exposeString('userName', { description: 'Its role; empty when it is not known.' }),
    applicationName: t.exposeString('applicationName', {
      description: 'What it calls itself; may be empty.',
    }),
    state: t.exposeString('state', {
      nullable: true,
      description: 'As PostgreSQL has it, e.g. `idle in transaction`; null when we may not see it.',
    }),
    query: t.exposeString('query', {
      description: 'What it runs or ran last: at most 200 characters, strings left out.',
    }),
    transactionAgeMs: t.exposeFloat('transactionAgeMs', {
      nullable: true,
      description: 'Age of its transaction in milliseconds; null when it is in none, or we may not see it.',
    }),
  }),
});

const RunningStatementRef = builder.objectRef<RunningStatement>('RunningStatement').implement({
  description: 'A session in a transaction.',
  interfaces: [EvidenceStatementRef],
});

const BlockingSessionRef = builder.objectRef<BlockingSession>('BlockingSession').implement({
  description: 'A session that others wait for.',
  interfaces: [EvidenceStatementRef],
  fields: (t) => ({
    blocks: t.exposeIntList('blocks', { description: 'Processes that wait for it, directly.' }),
    waitsFor: t.exposeInt('waitsFor', {
      nullable: true,
      description: 'The process that it waits for itself; null for a root of the tree.',
    }),
  }),
});

const CostlyStatementRef = builder.objectRef<CostlyStatement>('CostlyStatement').implement({
  description: 'A statement that took much time when the alert fired.',
  fields: (t) => ({
    queryId: t.exposeString('queryId', { description: 'Finds it among `slowQueries`.' }),
    query: t.exposeString('query', {
      nullable: true,
      description: 'Its text with `$n` for values, strings left out; null when the server has forgotten it.',
    }),
    calls: t.exposeFloat('calls', { description: 'How often it ran in the last minutes.' }),
    meanMs: t.exposeFloat('meanMs', { description: 'Time of a call on average, in milliseconds.' }),
    shareOfTime: t.exposeFloat('shareOfTime', {
      description: 'Its part of the time of all statements, 0 to 1.',
    }),
  }),
});

const MissingIndexRef = builder.objectRef<MissingIndex>('MissingIndex').implement({
  description: 'An index that would have made statements cheaper; `createIndex` makes it.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'With its schema.' }),
    statements: t.exposeStringList('statements', { description: 'What makes it, one after the other.' }),
    bytes: t.exposeFloat('bytes', {
      nullable: true,
      description: 'How big it becomes, in bytes; null where it cannot be said.',
    }),
    gain: t.exposeFloat('gain', {
      nullable: true,
      description: 'So many times cheaper; null where nobody could ask the planner.',
    }),
    because: t.exposeString('because', { description: 'What it is for.' }),
  }),
});

const ClientGroupRef = builder.objectRef<ClientGroup>('ClientGroup').implement({
  description: 'Sessions of one role, application and state.',
  fields: (t) => ({
    userName: t.exposeString('userName', { description: 'Their role; empty when it is not known.' }),
    applicationName: t.exposeString('applicationName', {
      description: 'What they call themselves; may be empty.',
    }),
    state: t.exposeString('state', {
      nullable: true,
      description: 'As PostgreSQL has it, e.g. `idle`; null when we may not see it.',
    }),
    sessions: t.exposeInt('sessions', { description: 'How many.' }),
    longestSeconds: t.exposeFloat('longestSeconds', {
      nullable: true,
      description:
        'How long the first of them has been in that state, in seconds; null when it is not known.',
    }),
  }),
});

const DeadSpaceRef = builder.objectRef<DeadSpace>('DeadSpace').implement({
  description: 'A table with dead rows that VACUUM is due for.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'With its schema.' }),
    bytes: t.exposeFloat('bytes', {
      nullable: true,
      description:
        'What its dead rows take, estimated, in bytes; null: neither VACUUM nor ANALYZE has seen it yet.',
    }),
    because: t.exposeString('because', { description: 'The figure against the limit of autovacuum.' }),
  }),
});

const KEEPERS: Record<(typeof KEEPER_KINDS)[number], string> = {
  SESSION: 'A session whose transaction began before the rows died.',
  STANDBY: 'A standby that tells what it still sees (hot_standby_feedback).',
  SLOT: 'A replication slot that keeps what its standby said last.',
  PREPARED: 'A prepared transaction that nobody has ended.',
};

const DeadRowKeeperKindRef = builder.enumType('DeadRowKeeperKind', {
  description: 'What keeps dead rows.',
  values: Object.fromEntries(
    KEEPER_KINDS.map((kind) => [kind, { value: kind, description: KEEPERS[kind] }]),
  ) as Record<(typeof KEEPER_KINDS)[number], { value: (typeof KEEPER_KINDS)[number]; description: string }>,
});

const DeadRowKeeperRef = builder.objectRef<DeadRowKeeper>('DeadRowKeeper').implement({
  description: 'For it the server keeps rows that are dead for all others, and no VACUUM removes them.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DeadRowKeeperKindRef, description: 'What it is.' }),
    name: t.exposeString('name', {
      description: 'Its process, or the name of the standby, the slot or the prepared transaction.',
    }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'Role, application and state, for people; null: there is nothing to say.',
    }),
    sessionId: t.exposeID('sessionId', {
      nullable: true,
      description: 'What `terminateSession` takes; null: it is no session.',
    }),
    transactionAgeMs: t.exposeFloat('transactionAgeMs', {
      nullable: true,
      description: 'Age of its transaction in milliseconds; null where the server does not know it.',
    }),
    ageTransactions: t.exposeInt('ageTransactions', {
      description: 'Transactions begun since the oldest one that it may still see.',
    }),
  }),
});

/** Gathered once, when it fired. */
export const AlertEvidenceRef = builder.objectRef<AlertEvidence>('AlertEvidence').implement({
  description: 'What was seen on the server right after the alert had fired.',
  fields: (t) => ({
    gatheredAt: t.field({
      type: 'DateTime',
      description: 'When it was looked at.',
      resolve: ({ gatheredAt }) => new Date(gatheredAt),
    }),
    statements: t.field({
      type: [RunningStatementRef],
      description: 'The oldest transactions, at most 10, the oldest first.',
      resolve: ({ statements }) => statements,
    }),
    blockers: t.field({
      type: [BlockingSessionRef],
      description: 'Who holds up whom, the oldest transaction first.',
      resolve: ({ blockers }) => blockers,
    }),
    costly: t.field({
      type: [CostlyStatementRef],
      nullable: true,
      description: 'What cost most then, the dearest first, at most 5; null when it is not about statements.',
      resolve: ({ costly }) => costly ?? null,
    }),
    indexes: t.field({
      type: [MissingIndexRef],
      nullable: true,
      description: 'Indexes that would have helped, at most 3; null when it is not about statements.',
      resolve: ({ indexes }) => indexes ?? null,
    }),
    clients: t.field({
      type: [ClientGroupRef],
      nullable: true,
      description: 'Who holds the connections, the most first, at most 10; null when it is not about them.',
      resolve: ({ clients }) => clients ?? null,
    }),
    deadSpace: t.field({
      type: [DeadSpaceRef],
      nullable: true,
      description:
        'Where VACUUM is due, the most space first, unknown before known, at most 10; null when it is not about space.',
      resolve: ({ deadSpace }) => deadSpace ?? null,
    }),
    keepers: t.field({
      type: [DeadRowKeeperRef],
      nullable: true,
      description:
        'What may keep dead rows from VACUUM, the oldest view first, at most 3, sessions from 30 s on; null when it is not about space.',
      resolve: ({ keepers }) => keepers ?? null,
    }),
    lastWords: t.exposeStringList('lastWords', {
      nullable: true,
      description:
        'The end of the log of a server that is down and ours to start, oldest first, strings left out; null otherwise.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why nothing could be seen; null when it could.',
    }),
  }),
});
