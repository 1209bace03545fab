import { formatBytes, formatCount, formatDuration } from '../terminal/format.ts';
import type { MigrationFindingLineFragment, MigrationPlanVerdict } from '../generated/graphql.ts';
import { describeStatements } from './statements.ts';
import {
  describeEstimate,
  describeFinding,
  type Plan,
  type PlannedMigration,
  type PlanStyle,
  VERDICT_COLOURS,
} from './style.ts';
import { clip, wrapText } from '../terminal/paragraphs.ts';
import { formatPairs } from '../terminal/terminal.ts';

const VERDICT_MEANINGS: Record<MigrationPlanVerdict, string> = {
  SAFE: 'nobody will notice',
  NEEDS_WINDOW: 'others will wait for a while: do it when little goes on',
  DANGEROUS: 'it destroys data, or locks others out for long',
  REFUSED: 'it cannot work, or must not: change the script',
};

/** A plan for people: each migration with what somebody should know, then who is in the way, what is lost, what is next. */
export function formatPlan(plan: Plan, style: PlanStyle): string {
  const { cluster, direction, migrations, verdict, warnings } = plan;
  if (migrations.length === 0) {
    const nothing = direction === 'UP' ? 'Nothing is pending on' : 'Nothing is to be taken back on';
    return [`${nothing} ${cluster.name}.`, ...warnings.map((one) => `warning: ${one}`)].join('\n');
  }
  const what = `${formatCount(migrations.length)} migration${migrations.length === 1 ? '' : 's'}`;
  const head =
    direction === 'UP'
      ? `Would apply ${what} to ${cluster.name}`
      : `Would take ${what} back on ${cluster.name}`;
  return [
    `${style.paint('bold', head)}  ${style.paint(VERDICT_COLOURS[verdict], verdict)}`,
    ...migrations.flatMap((one) => ['', ...describeMigration(one, style)]),
    ...describeBlockers(plan, style),
    ...describeLoss(plan, style),
    ...(warnings.length === 0
      ? []
      : ['', ...warnings.flatMap((one) => wrapText(`warning: ${one}`, style.width))]),
    '',
    describeVerdict(plan, style),
  ].join('\n');
}

function describeMigration(migration: PlannedMigration, style: PlanStyle): readonly string[] {
  const { version, name, transaction, statementCount, estimatedMs, verdict, findings, statements } =
    migration;
  const badge = style.paint(VERDICT_COLOURS[verdict], verdict);
  const count = `${formatCount(statementCount)} statement${statementCount === 1 ? '' : 's'}`;
  const how = transaction === 'ONE' ? 'one transaction' : 'no transaction: one after the other';
  const known = new Set(statements.flatMap((one) => one.findings).map(keyOf));
  const ofWhole = findings.filter((one) => !known.has(keyOf(one)));
  return [
    `${style.paint('bold', `${version}_${name}`)}  ${badge}`,
    style.paint('dim', `  ${count}, ${how}, ${describeEstimate(estimatedMs)}`),
    ...describeMeasured(migration, style),
    ...ofWhole.flatMap((one) => describeFinding(one, style, '  ')),
    ...describeStatements(migration, style),
  ];
}

function describeMeasured({ measured }: PlannedMigration, { paint }: PlanStyle): readonly string[] {
  if (measured === null) return [];
  const { upMs, backup, databaseBytes } = measured;
  const size = formatBytes(databaseBytes);
  return [paint('dim', `  took ${formatDuration(upMs / 1000)} on backup ${backup} (${size}), restored`)];
}

function keyOf({ rule, line, message }: MigrationFindingLineFragment): string {
  return `${rule} ${line} ${message}`;
}

function describeBlockers({ blockers }: Plan, { paint, width }: PlanStyle): readonly string[] {
  if (blockers.length === 0) return [];
  return [
    '',
    paint(
      'yellow',
      `In the way now: ${blockers.length === 1 ? 'one session' : `${blockers.length} sessions`}`,
    ),
    ...blockers.flatMap(({ pid, user, applicationName, state, ageMs, table, mode, query }) => {
      const who = `${user}${applicationName === '' ? '' : ` (${applicationName})`}`;
      const holds = table === null ? 'has an old snapshot' : `holds ${mode ?? 'a lock'} on ${table}`;
      const line = `${who}, ${state} for ${formatDuration(ageMs / 1000)}, ${holds}`;
      const [first = '', ...rest] = wrapText(line, width - 14);
      return [
        `  pid ${String(pid).padEnd(8)}${first}`,
        ...rest.map((one) => `              ${one}`),
        paint('dim', `              ${clip(query, width - 14)}`),
      ];
    }),
  ];
}

function describeLoss({ dataLoss }: Plan, { paint, width }: PlanStyle): readonly string[] {
  if (dataLoss.length === 0) return [];
  const lines = dataLoss.flatMap((one) => {
    const [first = '', ...rest] = wrapText(one, width - 4);
    return [`  ${paint('red', '✗')} ${first}`, ...rest.map((next) => `    ${next}`)];
  });
  return ['', paint('red', 'Would destroy'), ...lines];
}

function describeVerdict(plan: Plan, { paint }: PlanStyle): string {
  const { verdict, estimatedMs, id, migrations } = plan;
  const refused = migrations.find((one) => one.verdict === 'REFUSED');
  return formatPairs([
    ['verdict', `${paint(VERDICT_COLOURS[verdict], verdict)}: ${VERDICT_MEANINGS[verdict]}`],
    ['time', estimatedMs === null ? 'unknown' : describeEstimate(estimatedMs)],
    ['plan', id],
    refused === undefined
      ? ['next', paint('cyan', commandFor(plan))]
      : ['next', `correct ${refused.version}_${refused.name}; nothing can be started`],
  ]);
}

/** Long enough that two plans of one fleet never share it, short enough to type. */
const SHORT_PLAN_ID = 12;

/** The command that starts what the plan says. It names the plan where one is needed. */
export function commandFor(
  plan: Pick<Plan, 'id' | 'cluster' | 'direction' | 'target' | 'verdict' | 'dataLoss'>,
): string {
  const { id, cluster, direction, target, verdict, dataLoss } = plan;
  const isGrave = verdict === 'DANGEROUS' || dataLoss.length > 0;
  return [
    `sunday migrations ${direction === 'UP' ? 'apply' : 'rollback'} --cluster ${cluster.name}`,
    ...(target === null ? [] : [`--target ${target}`]),
    ...(isGrave ? [`--plan ${id.slice(0, SHORT_PLAN_ID)}`] : []),
  ].join(' ');
}
