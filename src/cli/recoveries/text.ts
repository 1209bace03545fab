import { formatBytes, formatCount, formatDuration, formatTime } from '../terminal/format.ts';
import type { RecoverOrganizationMutation, RecoveryReportFragment } from '../generated/graphql.ts';
import { formatPairs, formatTable, right } from '../terminal/terminal.ts';

type Success = Extract<
  RecoverOrganizationMutation['recoverOrganization'],
  { __typename: 'RecoverOrganizationSuccess' }
>;
export type RecoveryPlan = NonNullable<Success['plan']>;

/** The plan for people. */
export function formatRecoveryPlan({ plan, ...one }: RecoveryPlan): string {
  const pairs = formatPairs([
    ['plan', one.id],
    ['organization', `${one.organizationName ?? 'not in the live database'} (${one.organizationId})`],
    ['backup', `${one.backup}, ${formatBytes(one.databaseBytes)}`],
    ['state of', formatTime(one.at)],
    ['tables', String(one.tables.length)],
    ['takes', `${formatDuration(one.estimatedSeconds)} until rows are compared (${one.estimateBasis})`],
  ]);
  const steps = plan.steps.map((step, index) => `  ${index + 1}. ${step}`);
  return [plan.summary, ...steps, pairs, ...plan.warnings.map((text) => `warning: ${text}`)].join('\n');
}

const COLUMNS = ['then', 'now', 'deleted', 'changed', 'added'] as const;

/** What was found and done, table by table; tables in which nothing happened are one line. */
export function formatReport(report: RecoveryReportFragment): string {
  const isMerge = report.mode === 'MERGE';
  const different = report.tables.filter((one) => one.deleted + one.changed + one.added > 0);
  const titles = [...COLUMNS, ...(isMerge ? ['restored', 'overwritten', 'left out'] : [])];
  const rows = different.map((one) => [
    one.kind === 'REFERENCE' ? `${one.table} (of all)` : one.table,
    ...[one.rowsThen, one.rowsNow, one.deleted, one.changed, one.added].map(formatCount),
    ...(isMerge ? [one.restored, one.overwritten, one.conflicts].map(formatCount) : []),
  ]);
  const same = report.tables.length - different.length;
  const table = formatTable(['table', ...titles.map(right)], rows);
  return [
    ...(different.length === 0 ? [] : [table]),
    `${same} tables have the same rows as then`,
    '',
    formatFacts(report),
    ...report.warnings.map((text) => `warning: ${text}`),
  ].join('\n');
}

function formatFacts(report: RecoveryReportFragment): string {
  const { restoreMs, recoveryMs, rowsMs, mode, rowsRecovered } = report;
  const seconds = (ms: number) => formatDuration(ms / 1000);
  return formatPairs([
    ['organization', `${report.organizationName ?? ''} (${report.organizationId})`],
    ['state of', `${report.target}; its last transaction ended ${formatTime(report.lastCommitAt)}`],
    ['from', `backup ${report.backup}`],
    [
      'took',
      `${seconds(restoreMs)} to restore, ${seconds(recoveryMs)} to recover, ${seconds(rowsMs)} for the rows`,
    ],
    ...(mode === 'COMPARE' ? [['plan', report.planId] as const] : []),
    ...(mode === 'COMPARE' ? [] : [['rows', `${formatCount(rowsRecovered)} ${DONE[mode]}`] as const]),
    ...(report.destination === null ? [] : [['files in', report.destination] as const]),
    ...(report.sideSchema === null ? [] : [['schema', report.sideSchema] as const]),
    ...(report.proof === null ? [] : [['others', report.proof.statement] as const]),
    ...(report.transactionId === null ? [] : [['transaction', report.transactionId] as const]),
  ]);
}

const DONE: Readonly<Record<'EXPORT' | 'SIDE_SCHEMA' | 'MERGE', string>> = {
  EXPORT: 'written to files',
  SIDE_SCHEMA: 'copied beside the live ones',
  MERGE: 'put back',
};
