import {
  type Blocker,
  type Effect,
  EFFECTS,
  type Finding,
  type LockTaken,
  SEVERITIES,
  type Severity,
  type StatementAnalysis,
  type TableSize,
  type Verdict,
  VERDICTS,
} from '../src/migrations/analysis/analysis.ts';
import type { MigrationReview, ReviewedMigration } from '../src/migrations/review.ts';
import { builder } from './builder.ts';
import { MeasuredTimeRef } from './migration-measures.ts';
import { MigrationDirectionRef, MigrationTransactionRef } from './migrations.ts';

const VERDICT_TEXTS: Record<Verdict, string> = {
  SAFE: 'Nobody will notice.',
  NEEDS_WINDOW: 'Others will wait for a while, or are in its way now: do it when little goes on.',
  DANGEROUS: 'It destroys data, or locks others out for long. It is started only with the id of the plan.',
  REFUSED: 'It cannot work on this database, or must not: change the script.',
};

const SEVERITY_TEXTS: Record<Severity, string> = {
  INFO: 'Good to know; it changes no verdict.',
  WARNING: 'Others will wait: NEEDS_WINDOW.',
  DANGER: 'Data is lost, or others are locked out for long: DANGEROUS.',
  REFUSED: 'It cannot work, or must not.',
};

const EFFECT_TEXTS: Record<Effect, string> = {
  NONE: 'Nothing is changed.',
  METADATA: 'Only the catalog is changed, whatever the size of the table.',
  DATA: 'The rows that the statement names.',
  SCAN: 'The whole table is read.',
  INDEX_BUILD: 'The whole table is read, and an index is written.',
  REWRITE: 'The whole table is written anew, with its indexes.',
  UNKNOWN: 'Code that only the server runs: a DO block, a function.',
};

export const MigrationVerdictRef = builder.enumType('MigrationPlanVerdict', {
  description: 'Whether it can be done now; from harmless to impossible.',
  values: Object.fromEntries(
    VERDICTS.map((one) => [one, { value: one, description: VERDICT_TEXTS[one] }]),
  ) as Record<Verdict, { value: Verdict; description: string }>,
});

const SeverityRef = builder.enumType('MigrationFindingSeverity', {
  description: 'How much a finding weighs.',
  values: Object.fromEntries(
    SEVERITIES.map((one) => [one, { value: one, description: SEVERITY_TEXTS[one] }]),
  ) as Record<Severity, { value: Severity; description: string }>,
});

const EffectRef = builder.enumType('StatementEffect', {
  description: 'What the server has to do for a statement.',
  values: Object.fromEntries(
    EFFECTS.map((one) => [one, { value: one, description: EFFECT_TEXTS[one] }]),
  ) as Record<Effect, { value: Effect; description: string }>,
});

const FindingRef = builder.objectRef<Finding>('MigrationFinding').implement({
  description: 'What somebody should know about a statement before it runs.',
  fields: (t) => ({
    rule: t.exposeString('rule', {
      description: 'Stable name of the rule, e.g. `adding-not-nullable-field`.',
    }),
    severity: t.expose('severity', { type: SeverityRef, description: 'How much it weighs.' }),
    message: t.exposeString('message', { description: 'What is the matter, for people.' }),
    hint: t.exposeString('hint', { description: 'What to do instead.' }),
    line: t.exposeInt('line', { description: 'Line of the script, counted from 1.' }),
  }),
});

const LockRef = builder.objectRef<LockTaken>('StatementLock').implement({
  description: 'A lock that a statement takes.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'What is locked, `schema.name`.' }),
    mode: t.exposeString('mode', { description: "PostgreSQL's name of the mode, e.g. `ACCESS EXCLUSIVE`." }),
    isNew: t.exposeBoolean('isNew', {
      description: 'True when an earlier statement of the plan makes the table: nobody waits for it.',
    }),
    hold: t.exposeString('hold', {
      description:
        'How long the statement itself needs it: `MOMENT`, `SCAN`, `BUILD`, `REWRITE`. In one transaction it stays until the end.',
    }),
  }),
});

const TableSizeRef = builder.objectRef<TableSize>('PlannedTable').implement({
  description: 'A table that a statement works on, as it is now.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '`schema.name`.' }),
    sizeBytes: t.field({
      type: 'BigInt',
      nullable: true,
      description:
        'Bytes of the heap and its TOAST, with all partitions; null when there is no such table yet.',
      resolve: ({ sizeBytes }) => (sizeBytes === null ? null : BigInt(Math.round(sizeBytes))),
    }),
    rows: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Live rows, as the planner estimates them; null when they were never counted.',
      resolve: ({ rows }) => (rows === null ? null : BigInt(Math.round(rows))),
    }),
  }),
});

const BlockerRef = builder.objectRef<Blocker>('MigrationBlocker').implement({
  description: 'A session that would make it wait if it began now.',
  fields: (t) => ({
    pid: t.exposeInt('pid', { description: 'Process id on the server.' }),
    user: t.exposeString('user', { description: 'Role of the session.' }),
    applicationName: t.exposeString('applicationName', { description: 'As it calls itself; may be empty.' }),
    state: t.exposeString('state', { description: 'As in pg_stat_activity, e.g. `idle in transaction`.' }),
    query: t.exposeString('query', { description: 'What it runs, or ran last; at most 500 characters.' }),
    ageMs: t.exposeFloat('ageMs', { description: 'Age of its transaction in milliseconds.' }),
    table: t.exposeString('table', {
      nullable: true,
      description: 'What it has locked; null for an old snapshot, which is in the way of CONCURRENTLY only.',
    }),
    mode: t.exposeString('mode', {
      nullable: true,
      description: 'The lock that it holds; null with the table.',
    }),
  }),
});

const StatementRef = builder.objectRef<StatementAnalysis>('PlannedStatement').implement({
  description: 'One statement, and what it would do to this database now.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Line of the script, counted from 1.' }),
    text: t.exposeString('text', { description: 'The statement; at most 500 characters.' }),
    effect: t.expose('effect', { type: EffectRef, description: 'What the server has to do.' }),
    locks: t.field({
      type: [LockRef],
      description: 'The locks that it takes, the strongest on each table.',
      resolve: ({ locks }) => locks,
    }),
    tables: t.field({
      type: [TableSizeRef],
      description: 'The tables that it works on.',
      resolve: ({ tables }) => tables,
    }),
    estimatedMs: t.exposeFloat('estimatedMs', {
      nullable: true,
      description: 'How long it would take, in milliseconds; null when that cannot be known.',
    }),
    estimateBasis: t.exposeString('estimateBasis', {
      description: 'Where the estimate comes from, or why there is none.',
    }),
    findings: t.field({
      type: [FindingRef],
      description: 'What to know about it; empty when there is nothing.',
      resolve: ({ findings }) => findings,
    }),
    dataLoss: t.exposeString('dataLoss', {
      nullable: true,
      description: 'What is gone afterwards; null when nothing is.',
    }),
    verdict: t.expose('verdict', { type: MigrationVerdictRef, description: 'Whether it can be done now.' }),
  }),
});

const PlannedMigrationRef = builder.objectRef<ReviewedMigration>('PlannedMigration').implement({
  description: 'One script that would run.',
  fields: (t) => ({
    version: t.exposeString('version', { description: "Number as in the file's name, e.g. `001`." }),
    name: t.exposeString('name', { description: 'What follows the number, e.g. `init_schema`.' }),
    checksum: t.exposeString('checksum', { description: 'SHA-256 of the script, in hexadecimal.' }),
    transaction: t.expose('transaction', {
      type: MigrationTransactionRef,
      description: 'How its statements are committed.',
    }),
    statementCount: t.int({
      description: 'Statements in the script; at least 1.',
      resolve: ({ analysis }) => analysis.statements.length,
    }),
    statements: t.field({
      type: [StatementRef],
      description: 'Every statement, in order.',
      resolve: ({ analysis }) => analysis.statements,
    }),
    findings: t.field({
      type: [FindingRef],
      description: 'All findings: of its statements, and of the script as a whole.',
      resolve: ({ analysis }) => analysis.findings,
    }),
    estimatedMs: t.float({
      nullable: true,
      description: 'Sum of its statements, in milliseconds; null as soon as one of them is unknown.',
      resolve: ({ analysis }) => analysis.estimatedMs,
    }),
    measured: t.expose('measured', {
      type: MeasuredTimeRef,
      nullable: true,
      description:
        'The newest time that was measured for this very script on a backup of the cluster; null when nobody tried it there, and for a rollback.',
    }),
    verdict: t.field({
      type: MigrationVerdictRef,
      description: 'The worst of its findings.',
      resolve: ({ analysis }) => analysis.verdict,
    }),
  }),
});

/** `cluster` is an edge: resolvers add it. */
export const MigrationPlanRef = builder.objectRef<MigrationReview>('MigrationPlan').implement({
  description: 'What an apply or a rollback would do to a database now, looked at statement by statement.',
  fields: (t) => ({
    id: t.exposeString('id', {
      description:
        'SHA-256 over what would be run. `applyMigrations` and `rollbackMigrations` want it for what is dangerous; it changes as soon as a script or the ledger does.',
    }),
    direction: t.expose('direction', { type: MigrationDirectionRef, description: 'Applied, or taken back.' }),
    target: t.exposeString('target', {
      nullable: true,
      description:
        'UP: the last version that would be applied, null for the newest. DOWN: the one that stays.',
    }),
    migrations: t.field({
      type: [PlannedMigrationRef],
      description: 'What would be run, in this order; empty when there is nothing to do.',
      resolve: ({ migrations }) => migrations,
    }),
    verdict: t.expose('verdict', { type: MigrationVerdictRef, description: 'The worst of them.' }),
    estimatedMs: t.exposeFloat('estimatedMs', {
      nullable: true,
      description: 'Sum of all, in milliseconds; null as soon as one of them is unknown.',
    }),
    blockers: t.field({
      type: [BlockerRef],
      description: 'Sessions that are in the way now; empty when there are none.',
      resolve: ({ blockers }) => blockers,
    }),
    dataLoss: t.stringList({
      description: 'Everything that would be destroyed; empty when nothing is.',
      resolve: ({ dataLoss }) => [...dataLoss],
    }),
    warnings: t.stringList({
      description: 'What else to know before it is started; empty when there is nothing.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});
