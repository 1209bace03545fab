import type { OthersProof } from '../src/recoveries/apply/proof.ts';
import type { RecoveredTable, RecoveryReport } from '../src/recoveries/recoveries.ts';
import type { OrganizationRecovery } from '../src/recoveries/service.ts';
import { builder } from './builder.ts';
import { OperationRef } from './operations.ts';

export const RecoveryModeRef = builder.enumType('RecoveryMode', {
  description: 'What is done with the rows of then.',
  values: {
    COMPARE: { description: 'Only look: what was added, changed and deleted since.' },
    EXPORT: { description: 'Write all rows of then into files, a CSV file for each table.' },
    SIDE_SCHEMA: {
      description: 'Copy all rows of then into a schema of their own in the live database.',
    },
    MERGE: {
      description: 'Put the rows back that are missing in the live tables. Nothing is deleted.',
    },
  },
});

const RecoveryTableKindRef = builder.enumType('RecoveryTableKind', {
  description: 'Whose rows a table holds.',
  values: {
    TENANT: { description: 'Rows of organizations: all rows of this one were compared.' },
    REFERENCE: {
      description:
        'Rows of no organization: those that rows of this one referred to were compared, and never written.',
    },
  },
});

const ROWS = 'rows, 0 or more';

export const RecoveredTableRef = builder.objectRef<RecoveredTable>('RecoveredTable').implement({
  description: 'What became of one table, seen from then.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'Its name.' }),
    kind: t.expose('kind', { type: RecoveryTableKindRef, description: 'Whose rows it holds.' }),
    rowsThen: t.exposeFloat('rowsThen', { description: `There then: ${ROWS}.` }),
    rowsNow: t.exposeFloat('rowsNow', { description: `There now: ${ROWS}; before anything was put back.` }),
    added: t.exposeFloat('added', { description: `Only there now: ${ROWS}. They are left alone.` }),
    changed: t.exposeFloat('changed', { description: `In both, with other values: ${ROWS}.` }),
    deleted: t.exposeFloat('deleted', { description: `Only there then: ${ROWS}.` }),
    restored: t.exposeFloat('restored', { description: `Missing, and put back: ${ROWS}.` }),
    overwritten: t.exposeFloat('overwritten', {
      description: `Changed, and given their values of then: ${ROWS}.`,
    }),
    conflicts: t.exposeFloat('conflicts', {
      description: `Missing, and left out since a row of now has a value that must be unique: ${ROWS}.`,
    }),
  }),
});

const ProofKindRef = builder.enumType('RecoveryProofKind', {
  description: 'How it is known that rows of others were left alone.',
  values: {
    HASHES: {
      description:
        'All rows of others were hashed before and behind, in the snapshot of the transaction that merged.',
    },
    COUNTERS: {
      description:
        'The tables are too large to be hashed: the server counted the rows that the transaction wrote, and these are the ones that were put back.',
    },
  },
});

export const RecoveryProofRef = builder.objectRef<OthersProof>('RecoveryProof').implement({
  description: 'Proof that no row of others is another one. Without it the merge is taken back.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ProofKindRef, description: 'How it was taken.' }),
    statement: t.exposeString('statement', { description: 'The same in one sentence.' }),
    tables: t.exposeInt('tables', { description: 'Tables that were looked at.' }),
    rows: t.exposeFloat('rows', { description: 'Rows of others that were hashed; 0 for COUNTERS.' }),
    before: t.exposeString('before', {
      nullable: true,
      description: 'SHA-256 over the hashes of all tables, hexadecimal, before; null for COUNTERS.',
    }),
    after: t.exposeString('after', { nullable: true, description: 'The same behind; equal to `before`.' }),
  }),
});

export const RecoveryReportRef = builder.objectRef<RecoveryReport>('OrganizationRecoveryReport').implement({
  description: 'What a recovery found and did.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    organizationId: t.exposeString('organizationId', { description: 'Whose rows.' }),
    organizationName: t.exposeString('organizationName', {
      nullable: true,
      description: 'What it was called when it was started; null when it was not in the live database.',
    }),
    mode: t.expose('mode', { type: RecoveryModeRef, description: 'What was asked for.' }),
    target: t.string({
      description: 'The state that was asked for, for people.',
      resolve: ({ recoveredTo }) => recoveredTo.target,
    }),
    backup: t.string({
      description: 'Label of the backup it began with.',
      resolve: ({ recoveredTo }) => recoveredTo.backup,
    }),
    lastCommitAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last transaction in that state ended; null when none was replayed.',
      resolve: ({ recoveredTo: { lastCommitAt } }) => (lastCommitAt === null ? null : new Date(lastCommitAt)),
    }),
    planId: t.exposeString('planId', {
      description: 'Stands for exactly these differences: a MERGE that names it puts them back, or nothing.',
    }),
  }),
});

builder.objectFields(RecoveryReportRef, (t) => ({
  tables: t.field({
    type: [RecoveredTableRef],
    description: 'In the order of foreign keys; those of reference last.',
    resolve: ({ tables }) => tables,
  }),
  rowsRecovered: t.exposeFloat('rowsRecovered', {
    description: 'Rows that were written: to files, beside the live ones, or back; 0 for a comparison.',
  }),
  proof: t.expose('proof', {
    type: RecoveryProofRef,
    nullable: true,
    description: 'That rows of others were left alone; null unless rows were merged.',
  }),
  transactionId: t.exposeString('transactionId', {
    nullable: true,
    description: 'Of the merge, as the audit trail of the product has it; null unless rows were merged.',
  }),
  destination: t.exposeString('destination', {
    nullable: true,
    description: 'Directory of the export; null for other modes.',
  }),
  sideSchema: t.exposeString('sideSchema', {
    nullable: true,
    description: 'Schema beside the live tables; null for other modes. Drop it when it has served.',
  }),
  warnings: t.exposeStringList('warnings', { description: 'What to know; empty when there is nothing.' }),
  restoreMs: t.float({
    description: 'Copying the files, in milliseconds.',
    resolve: ({ ms }) => ms.restore,
  }),
  recoveryMs: t.float({
    description: 'Replaying the log, in milliseconds.',
    resolve: ({ ms }) => ms.recovery,
  }),
  rowsMs: t.float({
    description: 'Comparing and writing rows, in milliseconds.',
    resolve: ({ ms }) => ms.rows,
  }),
}));

export const OrganizationRecoveryRef = builder
  .objectRef<OrganizationRecovery>('OrganizationRecovery')
  .implement({
    description: 'A recovery of one organization.',
    fields: (t) => ({
      operation: t.expose('operation', { type: OperationRef, description: 'The operation that does it.' }),
      report: t.expose('report', {
        type: RecoveryReportRef,
        nullable: true,
        description: 'Null until it has succeeded.',
      }),
    }),
  });
