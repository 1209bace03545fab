import type { AlertEvidence, BlockingSession, KeptSample, RunningStatement } from '../src/alerts/alerts.ts';
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
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why nothing could be seen; null when it could.',
    }),
  }),
});
