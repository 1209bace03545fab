import { formatDuration, formatFigure, formatTime, NOTHING, toShortId } from '../terminal/format.ts';
import type { AlertQuery, AlertSeverity, AlertState } from '../generated/graphql.ts';
import { type Colour, formatPairs, type Terminal } from '../terminal/terminal.ts';

type Alert = NonNullable<AlertQuery['alert']>;

export const SEVERITY_COLOURS: Record<AlertSeverity, Colour> = { WARNING: 'yellow', CRITICAL: 'red' };
export const STATE_COLOURS: Record<AlertState, Colour> = {
  FIRING: 'red',
  ACKNOWLEDGED: 'yellow',
  SILENCED: 'dim',
  RESOLVED: 'green',
};

/** All of an alert, for people. */
export function describeAlert(alert: Alert, terminal: Terminal): string {
  const { severity, state, summary } = alert;
  const head = `${terminal.paint(SEVERITY_COLOURS[severity], severity)} ${summary}`;
  return [head, '', formatPairs(toPairs(alert, terminal)), ...describeRest(alert)]
    .join('\n')
    .replace(/\n+$/, '');
  function describeRest(one: Alert): readonly string[] {
    const parts = [
      describeAdvice(one),
      describeEvidence(one),
      describeOperations(one),
      describeFamily(one),
      describeDeliveries(one),
    ];
    return [...(state === 'RESOLVED' ? parts.slice(1) : parts)].flatMap((part) =>
      part === '' ? [] : ['', part],
    );
  }
}

function toPairs(alert: Alert, terminal: Terminal): readonly (readonly [string, string])[] {
  const { acknowledgedAt, acknowledgedBecause, acknowledgedBy, silencedBy, silencedUntil } = alert;
  const pairs: readonly (readonly [string, string | null])[] = [
    ['alert', toShortId(alert.id)],
    ['state', terminal.paint(STATE_COLOURS[alert.state], alert.state)],
    ['rule', alert.rule],
    ['when it fired', formatFigure(alert.firedValue, alert.unit)],
    ['now', formatFigure(alert.value, alert.unit)],
    ['since', formatTime(alert.since)],
    ['last seen', formatTime(alert.lastSeenAt)],
    [
      'in hand',
      acknowledgedAt &&
        `${acknowledgedBy ?? NOTHING}${acknowledgedBecause ? `: ${acknowledgedBecause}` : ''}`,
    ],
    ['silenced', silencedUntil && `until ${formatTime(silencedUntil)} by ${silencedBy ?? NOTHING}`],
    ['escalated', alert.escalatedAt && formatTime(alert.escalatedAt)],
    ['over', alert.resolvedAt && `${formatTime(alert.resolvedAt)}: ${alert.resolvedBecause ?? NOTHING}`],
    ['because', alert.reason],
  ];
  return pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null && pair[1] !== '');
}

function describeAdvice({ cause, runbook, suggestedActions }: Alert): string {
  const actions = suggestedActions.map(
    ({ input, isAvailable, mutation, title }) =>
      `  • ${title}: ${mutation} ${JSON.stringify(input)}${isAvailable ? '' : ' (not in this version)'}`,
  );
  return [`Cause: ${cause}`, `What to do: ${runbook}`, ...actions].join('\n');
}

type Evidence = NonNullable<Alert['evidence']>;

function describeEvidence({ evidence }: Alert): string {
  if (evidence === null) return '';
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['What cost most then:', (evidence.costly ?? []).map(formatCostly)],
    ['Indexes that would help:', (evidence.indexes ?? []).flatMap(formatIndex)],
    ['Who held the connections:', (evidence.clients ?? []).map(formatClients)],
    ['Dead rows:', (evidence.deadSpace ?? []).map(formatDeadSpace)],
    ['What may keep VACUUM from removing them:', (evidence.keepers ?? []).map(formatKeeper)],
    ['Seen on the server when it fired:', listSessions(evidence)],
    ['The end of its log:', (evidence.lastWords ?? []).map((line) => `  ${line}`)],
  ];
  const known = parts.flatMap(([title, lines]) => (lines.length === 0 ? [] : [title, ...lines]));
  const blind = evidence.reason === null ? [] : [`Nothing could be seen on the server: ${evidence.reason}`];
  return [...blind, ...known].join('\n');
}

const formatCostly = ({ calls, meanMs, query, shareOfTime }: NonNullable<Evidence['costly']>[number]) =>
  `  ${Math.round(shareOfTime * 100)} % of the time, ${calls} calls, ${Number(meanMs.toPrecision(3))} ms each: ${(query ?? 'forgotten').replaceAll(/\s+/g, ' ').slice(0, 160)}`;

const formatIndex = ({ bytes, gain, statements }: NonNullable<Evidence['indexes']>[number]) => [
  ...statements.map((statement) => `  ${statement}`),
  `    ${gain === null ? 'by rule' : `about ${Number(gain.toPrecision(3))} times cheaper`}${bytes === null ? '' : `, about ${formatFigure(bytes, 'bytes')}`}`,
];

const formatClients = (one: NonNullable<Evidence['clients']>[number]) =>
  `  ${one.sessions} × ${one.applicationName || 'without a name'} (${one.userName}), ${one.state ?? 'hidden'}`;

const formatDeadSpace = ({ because, bytes, table }: NonNullable<Evidence['deadSpace']>[number]) =>
  `  ${table}: ${bytes === null ? 'nobody knows yet how much' : `about ${formatFigure(bytes, 'bytes')}`}, ${because}`;

const formatKeeper = (one: NonNullable<Evidence['keepers']>[number]) =>
  `  ${one.kind.toLowerCase()} ${one.name}${one.detail ? ` (${one.detail})` : ''}: sees back ${one.ageTransactions.toLocaleString('en-US')} transactions`;

function listSessions({ blockers, statements }: Evidence): readonly string[] {
  return (blockers.length > 0 ? blockers : statements).map((one) => {
    const age = one.transactionAgeMs === null ? '' : `, ${formatDuration(one.transactionAgeMs / 1_000)}`;
    const blocks = 'blocks' in one && one.blocks.length > 0 ? ` blocks ${one.blocks.join(', ')}` : '';
    return `  ${one.pid} (${one.userName}, ${one.applicationName || 'without a name'}${age})${blocks}: ${one.query}`;
  });
}

function describeOperations({ operations }: Alert): string {
  const lines = operations.map(
    ({ finishedAt, kind, state }) =>
      `  ${kind} ${state}${finishedAt === null ? '' : ` ${formatTime(finishedAt)}`}`,
  );
  return lines.length === 0 ? '' : ['What was done:', ...lines].join('\n');
}

function describeFamily({ children, parent }: Alert): string {
  const lines = children.map(({ state, summary }) => `  ${state} ${summary}`);
  if (parent !== null) return `Follows from ${toShortId(parent.id)}: ${parent.summary}`;
  return lines.length === 0 ? '' : ['What follows from it:', ...lines].join('\n');
}

function describeDeliveries({ deliveries }: Alert): string {
  const lines = deliveries.edges.map(
    ({ node }) =>
      `  ${formatTime(node.createdAt)} ${node.channel} ${node.change} ${node.state}${node.lastError === null ? '' : `: ${node.lastError}`}`,
  );
  return lines.length === 0 ? '' : ['Told:', ...lines].join('\n');
}
