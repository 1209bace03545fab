import { ADVICE_METHODS, type AdviceMethod, type IndexSuggestion } from '../src/performance/advice/advise.ts';
import { INDEX_KINDS, type IndexKind } from '../src/performance/advice/candidates.ts';
import { StatementRefusedError, StatementUnplannableError } from '../src/performance/advice/errors.ts';
import type { Optimization } from '../src/performance/advice/optimize.ts';
import type { PlanNode } from '../src/performance/advice/plan.ts';
import {
  type Finding,
  REWRITES,
  type RewriteCode,
  SEVERITIES,
  type Severity,
} from '../src/performance/advice/rewrites.ts';
import type { IndexAdvice } from '../src/performance/advice/workload.ts';
import type { WriteCost } from '../src/performance/advice/writes.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';

errorType(StatementRefusedError, {
  description: 'The text is not one SELECT, INSERT, UPDATE or DELETE; or it may not be executed.',
});
errorType(StatementUnplannableError, {
  description: 'The server cannot plan the statement: something it names is not there, or types do not fit.',
});

/** An enum of texts, each with its description. */
function enumOf<Value extends string>(
  name: string,
  description: string,
  [values, describe]: readonly [readonly Value[], Readonly<Record<Value, string>>],
) {
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(
      values.map((value) => [value, { value, description: describe[value] }]),
    ) as Record<Value, { value: Value; description: string }>,
  });
}

const METHODS: Record<AdviceMethod, string> = {
  HYPOTHETICAL_INDEXES: 'The planner was asked what it would do if the index were there (HypoPG).',
  RULES: 'Rules decided, because no hypothetical index could be made.',
};
const KINDS: Record<IndexKind, string> = {
  BTREE: 'A B-tree over one column.',
  MULTI_COLUMN: 'A B-tree over several columns.',
  PARTIAL: 'A B-tree over the rows for which a condition holds.',
  COVERING: 'A B-tree that carries other columns along, so that the table is not read.',
  EXPRESSION: 'A B-tree over an expression, or with the order of bytes for patterns.',
  GIN: 'An inverted index: parts of documents, words, trigrams.',
};
const SEVERE: Record<Severity, string> = {
  INFO: 'Good to know.',
  WARNING: 'Slow, or will be with more rows.',
  CRITICAL: 'Wrong results or a lot of harm are likely.',
};

const MethodRef = enumOf('AdviceMethod', 'What advice about indexes rests on.', [ADVICE_METHODS, METHODS]);
const KindRef = enumOf('SuggestedIndexKind', 'What sort of index is suggested.', [INDEX_KINDS, KINDS]);
const SeverityRef = enumOf('QueryFindingSeverity', 'How grave a finding is.', [SEVERITIES, SEVERE]);
const CodeRef = enumOf('QueryFindingCode', 'What is in the way of a good plan.', [
  Object.keys(REWRITES) as readonly RewriteCode[],
  REWRITES,
]);

const NodeRef = builder.objectRef<PlanNode>('PlanStep').implement({
  description: 'One step of a plan.',
  fields: (t) => ({
    depth: t.exposeInt('depth', {
      description: 'How far below the step that gives the result; 0 is that one.',
    }),
    position: t.exposeInt('position', { description: 'Its line in the plan, as EXPLAIN prints it, from 0.' }),
    kind: t.exposeString('kind', { description: 'e.g. `Seq Scan`, `Index Scan`, `Sort`.' }),
    relation: t.exposeString('relation', {
      nullable: true,
      description: 'The table it reads; null when it reads none.',
    }),
    index: t.exposeString('index', {
      nullable: true,
      description: 'The index it uses; null when it uses none.',
    }),
    condition: t.exposeString('condition', {
      nullable: true,
      description: 'Its conditions or sort keys; null when it has none.',
    }),
    rows: t.exposeFloat('rows', { description: 'Rows that the planner expects of it.' }),
    totalCost: t.exposeFloat('totalCost', {
      description: 'With all below it, in the planner’s units: 1 is about a page read in order.',
    }),
    ownCost: t.exposeFloat('ownCost', { description: 'Without what is below it, in the planner’s units.' }),
    actualRows: t.exposeFloat('actualRows', {
      nullable: true,
      description: 'Rows that it gave; null when nothing was executed.',
    }),
    actualMs: t.exposeFloat('actualMs', {
      nullable: true,
      description: 'Time of it with all below it, in milliseconds; null when nothing was executed.',
    }),
  }),
});

const FindingRef = builder.objectRef<Finding>('QueryFinding').implement({
  description: 'Something in the words of a statement that is in the way of a good plan.',
  fields: (t) => ({
    code: t.expose('code', { type: CodeRef, description: 'What it is.' }),
    severity: t.expose('severity', { type: SeverityRef, description: 'How grave it is.' }),
    explanation: t.exposeString('explanation', { description: 'Why it is slow or wrong.' }),
    suggestion: t.exposeString('suggestion', { description: 'What to write instead.' }),
  }),
});

const WritesRef = builder.objectRef<WriteCost>('IndexWriteCost').implement({
  description: 'What an index costs those who write to its table.',
  fields: (t) => ({
    entriesPerDay: t.exposeFloat('entriesPerDay', {
      description: 'Entries that it would take each day, as rows were written so far.',
    }),
    hotUpdatesPerDay: t.exposeFloat('hotUpdatesPerDay', {
      description: 'Updates each day that no index notices yet; those of its columns would become dearer.',
    }),
    existingIndexes: t.exposeInt('existingIndexes', { description: 'Indexes that the table has already.' }),
    countedSince: t.field({
      type: 'DateTime',
      description: 'Since when writes are counted.',
      resolve: ({ countedSince }) => new Date(countedSince),
    }),
  }),
});

const IndexRef = builder.objectRef<IndexSuggestion>('IndexSuggestion').implement({
  description: 'An index that would make statements cheaper.',
  fields: (t) => ({
    kind: t.expose('kind', { type: KindRef, description: 'What sort of index.' }),
    method: t.expose('method', { type: MethodRef, description: 'What this suggestion rests on.' }),
    schema: t.exposeString('schema', { description: 'Schema of its table.' }),
    table: t.exposeString('table', { description: 'Name of its table.' }),
    name: t.exposeString('name', { description: 'The name that it would get.' }),
    statements: t.exposeStringList('statements', {
      description:
        'Ready for a migration, one after the other, outside of a transaction. A partitioned table takes several.',
    }),
    bytes: t.exposeFloat('bytes', {
      nullable: true,
      description: 'Its size, estimated with equal keys merged, in bytes; null when it cannot be said.',
    }),
    costBefore: t.exposeFloat('costBefore', {
      description:
        'Of the statements it is for, with the suggestions before it in place, in the planner’s units.',
    }),
    costAfter: t.exposeFloat('costAfter', {
      nullable: true,
      description: 'With it; null when the planner could not be asked.',
    }),
    gain: t.exposeFloat('gain', {
      nullable: true,
      description: 'So many times cheaper: costBefore / costAfter; null when the planner could not be asked.',
    }),
    writes: t.expose('writes', { type: WritesRef, description: 'What it costs those who write.' }),
    because: t.exposeString('because', { description: 'Why it is suggested.' }),
  }),
});

export const OptimizationRef = builder.objectRef<Optimization>('QueryOptimization').implement({
  description: 'What the planner makes of a statement, and what would make it cheaper.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance that planned it.' }),
    statement: t.exposeString('statement', {
      description: 'As it was planned, with `$n` for values that are not known.',
    }),
    plannedAs: t.exposeString('plannedAs', {
      nullable: true,
      description: 'The role whose rights and row policies the plan has; null when none may plan it.',
    }),
    isExecuted: t.exposeBoolean('isExecuted', { description: 'True only when `analyze` was asked for.' }),
    totalCost: t.exposeFloat('totalCost', {
      nullable: true,
      description: 'Of the whole plan, in the planner’s units; null without a plan.',
    }),
    plan: t.expose('plan', { type: [NodeRef], description: 'Its steps, the dearest first, at most 50.' }),
    findings: t.expose('findings', {
      type: [FindingRef],
      description: 'What to write in another way, the gravest first.',
    }),
    indexes: t.expose('indexes', {
      type: [IndexRef],
      description: 'At most three indexes, the one that saves most first.',
    }),
    method: t.expose('method', { type: MethodRef, description: 'What the advice about indexes rests on.' }),
    hints: t.exposeStringList('hints', { description: 'What to know about this advice.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why there is no plan; null when there is one.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The GRANT that helps; null when none is needed.',
    }),
  }),
});

export const IndexAdviceRef = builder.objectRef<IndexAdvice>('IndexAdvice').implement({
  description: 'The indexes that save most over all that ran in a time.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    method: t.expose('method', { type: MethodRef, description: 'What the advice rests on.' }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'Begin of the time of the statements; null when it is not known.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'End of it; null without statements.',
    }),
    looked: t.exposeInt('looked', { description: 'Statements that were looked at: queries and writes.' }),
    planned: t.exposeInt('planned', { description: 'Those of them that could be planned.' }),
    shareOfTime: t.exposeFloat('shareOfTime', {
      description: 'Part of the time of all statements that these took, 0 to 1.',
    }),
    indexes: t.expose('indexes', { type: [IndexRef], description: 'In the order in which they save most.' }),
    bytes: t.exposeFloat('bytes', { description: 'All of them together, in bytes.' }),
    hints: t.exposeStringList('hints', { description: 'What to know about this advice.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why nothing could be said; null when something could.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The statement that helps; null when none is needed.',
    }),
  }),
});
