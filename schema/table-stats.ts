import {
  INDEX_VERDICTS,
  type IndexReport,
  type IndexUsage,
  type IndexVerdict,
} from '../src/performance/tables/indexes.ts';
import {
  TABLE_ORDERS,
  type TableOrder,
  type TableReport,
  type TableStats,
} from '../src/performance/tables/tables.ts';
import { VACUUM_REASONS, type VacuumNeed, type VacuumReason } from '../src/performance/tables/vacuum.ts';
import { builder } from './builder.ts';

const ORDERS: Record<TableOrder, string> = {
  SIZE: 'By size, with the indexes.',
  DEAD_ROWS: 'By rows that VACUUM would remove.',
  BLOAT: 'By space that rows do not fill.',
  SEQUENTIAL_ROWS: 'By rows that sequential scans read: where an index may be missing.',
  XID_AGE: 'By transactions since the oldest row was frozen.',
};

export const TableOrderRef = builder.enumType('TableOrder', {
  description: 'Which tables come first.',
  values: Object.fromEntries(
    TABLE_ORDERS.map((order) => [order, { value: order, description: ORDERS[order] }]),
  ) as Record<TableOrder, { value: TableOrder; description: string }>,
});

const REASONS: Record<VacuumReason, string> = {
  WRAPAROUND: 'Its oldest row must be frozen soon; at the limit the server does it whatever else goes on.',
  DEAD_ROWS: 'More dead rows than autovacuum lets be.',
  INSERTED_ROWS: 'More new rows than autovacuum lets be without marking their pages.',
  STALE_STATISTICS: 'More changed rows than the planner’s statistics bear.',
  VACUUM_OFF: 'Autovacuum is switched off for it.',
};

const VacuumReasonRef = builder.enumType('VacuumReason', {
  description: 'Why a table needs VACUUM or ANALYZE.',
  values: Object.fromEntries(
    VACUUM_REASONS.map((reason) => [reason, { value: reason, description: REASONS[reason] }]),
  ) as Record<VacuumReason, { value: VacuumReason; description: string }>,
});

const VacuumNeedRef = builder.objectRef<VacuumNeed>('VacuumNeed').implement({
  description:
    'One reason to visit a table, by the rules and settings of autovacuum (PostgreSQL manual, 25.1.6).',
  fields: (t) => ({
    reason: t.expose('reason', { type: VacuumReasonRef, description: 'Why.' }),
    urgency: t.exposeFloat('urgency', {
      description: 'The figure divided by the limit at which autovacuum begins; wraparound counts tenfold.',
    }),
    because: t.exposeString('because', { description: 'The figure and the limit, for people.' }),
    statement: t.exposeString('statement', { description: 'What helps.' }),
  }),
});

const AGE = 'Null: never since statistics began.';

const TableStatsRef = builder.objectRef<TableStats>('TableStats').implement({
  description:
    'One table or leaf, as the statistics of one instance have it. Counters began with its last reset.',
  fields: (t) => ({
    schema: t.exposeString('schema', { description: 'Its schema.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    parent: t.exposeString('parent', {
      nullable: true,
      description: 'The partitioned table that it is a leaf of; null: of none.',
    }),
    liveRows: t.exposeFloat('liveRows', { description: 'Estimate of its rows.' }),
    deadRows: t.exposeFloat('deadRows', { description: 'Estimate of the rows that VACUUM would remove.' }),
    deadShare: t.exposeFloat('deadShare', { description: 'Their part of all rows, 0 to 1.' }),
    tableBytes: t.exposeFloat('tableBytes', {
      description: 'Size of the table in bytes, in pages that VACUUM or ANALYZE last saw.',
    }),
    indexBytes: t.exposeFloat('indexBytes', { description: 'Size of its indexes in bytes, so too.' }),
    bloatBytes: t.float({
      nullable: true,
      description:
        'Estimate of the bytes that its rows do not fill. Null: below 10 MB, without statistics, hidden.',
      resolve: ({ bloat }) => bloat?.freeBytes ?? null,
    }),
    bloatShare: t.float({
      nullable: true,
      description: 'Their part of the table, 0 to 1. Null as above.',
      resolve: ({ bloat }) => bloat?.share ?? null,
    }),
    sequentialScans: t.exposeFloat('sequentialScans', { description: 'How often all of it was read.' }),
    sequentialRows: t.exposeFloat('sequentialRows', { description: 'Rows that this read.' }),
    indexScans: t.exposeFloat('indexScans', { description: 'How often one of its indexes was used.' }),
    inserts: t.exposeFloat('inserts', { description: 'Rows inserted.' }),
    updates: t.exposeFloat('updates', { description: 'Rows updated.' }),
    deletes: t.exposeFloat('deletes', { description: 'Rows deleted.' }),
    hotShare: t.exposeFloat('hotShare', {
      nullable: true,
      description: 'Part of its updates that touched no index, 0 to 1; null without updates.',
    }),
    vacuumedAt: t.expose('vacuumedAt', {
      type: 'DateTime',
      nullable: true,
      description: `Last VACUUM. ${AGE}`,
    }),
    analyzedAt: t.expose('analyzedAt', {
      type: 'DateTime',
      nullable: true,
      description: `Last ANALYZE. ${AGE}`,
    }),
    xidAge: t.exposeFloat('xidAge', { description: 'Transactions since its oldest row was frozen.' }),
    needs: t.expose('needs', { type: [VacuumNeedRef], description: 'What it needs; empty: nothing.' }),
  }),
});

export const TableReportRef = builder.objectRef<TableReport>('TableReport').implement({
  description: 'Tables of one instance.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    tables: t.expose('tables', { type: [TableStatsRef], description: 'In the order asked for.' }),
    total: t.exposeInt('total', { description: 'How many match, listed or not.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why no bloat is known; null when it is.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The GRANT that helps; null when none is needed.',
    }),
  }),
});

const VERDICTS: Record<IndexVerdict, string> = {
  INVALID: 'Its build failed.',
  DUPLICATE: 'Another index has the same columns.',
  UNUSED: 'Never scanned, on any instance, for a week or more.',
  UNKNOWN: 'Never scanned, and that says nothing yet; `because` tells why.',
  USED: 'It is scanned, or a constraint stands on it.',
};

const IndexVerdictRef = builder.enumType('IndexVerdict', {
  description: 'What is to be thought of an index.',
  values: Object.fromEntries(
    INDEX_VERDICTS.map((verdict) => [verdict, { value: verdict, description: VERDICTS[verdict] }]),
  ) as Record<IndexVerdict, { value: IndexVerdict; description: string }>,
});

const IndexUsageRef = builder.objectRef<IndexUsage>('IndexUsage').implement({
  description: 'One index; the leaves of a partitioned one count as one.',
  fields: (t) => ({
    schema: t.exposeString('schema', { description: 'Its schema.' }),
    table: t.exposeString('table', { description: 'Its table.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    bytes: t.exposeFloat('bytes', {
      description: 'Its size in bytes, in pages that VACUUM or ANALYZE last saw.',
    }),
    scans: t.exposeFloat('scans', { description: 'How often it was used, on all instances together.' }),
    verdict: t.expose('verdict', { type: IndexVerdictRef, description: 'What is to be thought of it.' }),
    because: t.exposeString('because', { description: 'Why, for people.' }),
    statement: t.exposeString('statement', {
      nullable: true,
      description: 'What would be done about it, to be made a migration; null: nothing.',
    }),
  }),
});

export const IndexReportRef = builder.objectRef<IndexReport>('IndexReport').implement({
  description: 'How the indexes of a cluster are used.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    indexes: t.expose('indexes', {
      type: [IndexUsageRef],
      description: 'The worst verdict first, then by size.',
    }),
    total: t.exposeInt('total', { description: 'How many there are, listed or not.' }),
    countedSince: t.expose('countedSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when all instances count scans; null when not all answer.',
    }),
    silent: t.exposeStringList('silent', { description: 'Instances that did not answer.' }),
  }),
});
