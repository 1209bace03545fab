import type { Migration } from '../src/migrations/migrations.ts';
import {
  type Direction,
  MIGRATION_STATES,
  type MigrationAttempt,
  type MigrationState,
  countOpenStatements,
} from '../src/migrations/state.ts';
import { builder } from './builder.ts';

const STATES: Record<MigrationState, string> = {
  PENDING: 'Not applied; it is next, or behind others that are.',
  APPLIED: 'Applied, and the file is still the same.',
  FAILED:
    'Not applied: the last attempt failed. Or it stands in the middle, if it runs without a transaction.',
  ROLLED_BACK: 'Not applied: it was, and was taken back.',
  DRIFTED:
    'Applied, but the file was changed afterwards. Nothing is applied until it is put back or repaired.',
  MISSING: 'Applied, but this server has no file of it: it is of a newer release, or was deleted.',
  OUT_OF_ORDER: 'Not applied, although one with a higher number is. It is refused; give it a new number.',
};

export const MigrationStateRef = builder.enumType('MigrationState', {
  description: 'What the files and the ledger of the database say about a migration.',
  values: Object.fromEntries(
    MIGRATION_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<MigrationState, { value: MigrationState; description: string }>,
});

export const MigrationDirectionRef = builder.enumType('MigrationDirection', {
  description: 'Which of the two scripts of a migration.',
  values: {
    UP: { value: 'UP', description: 'The one that makes the change.' },
    DOWN: { value: 'DOWN', description: 'The one that takes it back.' },
  } satisfies Record<Direction, { value: Direction; description: string }>,
});

export const MigrationTransactionRef = builder.enumType('MigrationTransaction', {
  description: 'How the statements of a script are committed.',
  values: {
    ONE: { value: 'ONE', description: 'All in one transaction: all or nothing.' },
    NONE: {
      value: 'NONE',
      description:
        'One after the other, remembered step by step: for statements that cannot run in a transaction.',
    },
  },
});

/** `operation` is an edge: resolvers add it. */
export const MigrationAttemptRef = builder.objectRef<MigrationAttempt>('MigrationAttempt').implement({
  description: 'An attempt that did not leave the migration applied: a failure, or its rollback.',
  fields: (t) => ({
    direction: t.expose('direction', { type: MigrationDirectionRef, description: 'Which script it was.' }),
    outcome: t.exposeString('outcome', { description: '`FAILED` or `ROLLED_BACK`.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', description: 'When it ended.' }),
    durationMs: t.exposeInt('durationMs', { description: 'How long it took, in milliseconds.' }),
    requestedBy: t.exposeString('requestedBy', { description: 'Name of the token that asked for it.' }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind the token; null when it acted for itself.',
    }),
    statementNumber: t.exposeInt('statementNumber', {
      nullable: true,
      description: 'The statement that failed, counted from 1; null when it was at the commit, or none did.',
    }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'Line of the script, counted from 1; null with the statement.',
    }),
    statement: t.exposeString('statement', {
      nullable: true,
      description: 'Text of that statement, at most 2,000 characters; null with it.',
    }),
    sqlState: t.exposeString('sqlState', {
      nullable: true,
      description: 'SQLSTATE of the failure, e.g. `42703`; null when none failed.',
    }),
    message: t.exposeString('message', {
      nullable: true,
      description: "The server's words; null when none failed.",
    }),
  }),
});

/** The id is `<cluster>/<version>`. `cluster` and `operation` are edges: resolvers add them. */
export const MigrationRef = builder.node(builder.objectRef<Migration>('Migration'), {
  description: "One numbered change of the product's schema, and how it stands on one cluster.",
  id: { resolve: ({ cluster, version }) => `${cluster}/${version}` },
  fields: (t) => ({
    version: t.exposeString('version', { description: "Number as in the file's name, e.g. `001`." }),
    name: t.exposeString('name', { description: 'What follows the number, e.g. `init_schema`.' }),
    state: t.expose('state', { type: MigrationStateRef, description: 'How it stands on this cluster.' }),
    checksum: t.exposeString('checksum', {
      description:
        'SHA-256 of the file with LF line endings, in hexadecimal; of the ledger when the file is missing.',
    }),
    lastAttempt: t.expose('attempt', {
      type: MigrationAttemptRef,
      nullable: true,
      description: 'The last failure or rollback since it was applied last; null when there is none.',
    }),
    doneStatements: t.int({
      nullable: true,
      description:
        'For a script without a transaction that stands in the middle: how many of its statements are done. Else null.',
      resolve: ({ openSteps }) => openSteps?.doneCount,
    }),
  }),
});

/** What its file says; all null or empty when there is none. */
builder.objectFields(MigrationRef, (t) => ({
  hasDownScript: t.boolean({
    description: 'True when there is a script that takes it back.',
    resolve: ({ file }) => (file?.down ?? null) !== null,
  }),
  irreversibleReason: t.string({
    nullable: true,
    description: 'Why it cannot be taken back, as its header says; null when it can.',
    resolve: ({ file }) => file?.header.irreversible,
  }),
  depends: t.stringList({
    description: 'Versions that it says it needs; empty when it says nothing.',
    resolve: ({ file }) => [...(file?.header.depends ?? [])],
  }),
  transaction: t.field({
    type: MigrationTransactionRef,
    nullable: true,
    description: 'How its statements are committed; null when there is no file.',
    resolve: ({ file }) => file?.header.transaction,
  }),
}));

/** What the ledger says; all null while it is not applied. */
builder.objectFields(MigrationRef, (t) => ({
  appliedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When it was applied; null when it is not.',
    resolve: ({ applied }) => applied?.appliedAt,
  }),
  appliedBy: t.string({
    nullable: true,
    description: 'Name of the token that applied it; null when it is not applied.',
    resolve: ({ applied }) => applied?.appliedBy,
  }),
  onBehalfOf: t.string({
    nullable: true,
    description: 'The person behind the token; null when it acted for itself, or it is not applied.',
    resolve: ({ applied }) => applied?.onBehalfOf,
  }),
  durationMs: t.int({
    nullable: true,
    description: 'How long it took, in milliseconds; null when it is not applied.',
    resolve: ({ applied }) => applied?.durationMs,
  }),
  statementCount: t.int({
    nullable: true,
    description:
      'Statements that were run; of a script that stands in the middle, all that it has. Null when it is not applied, or its file cannot be read.',
    resolve: (migration) =>
      migration.openSteps ? countOpenStatements(migration) : migration.applied?.statementCount,
  }),
  fingerprint: t.string({
    nullable: true,
    description:
      'SHA-256 of the catalog right after it, in hexadecimal; null when it is not applied, or nobody computed it.',
    resolve: ({ applied }) => applied?.fingerprint,
  }),
}));
