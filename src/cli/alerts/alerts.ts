import { type Command, Option } from 'commander';
import { RecordedError } from '../../errors.ts';
import { addChannels } from './channels.ts';
import { addRules } from './rules.ts';
import { addSilence } from './silences.ts';
import { addWindows } from './windows.ts';
import { describeAlert, SEVERITY_COLOURS, STATE_COLOURS } from './text.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  wholeNumber,
  withExamples,
} from '../command.ts';
import { formatAge, NOTHING, toShortId } from '../terminal/format.ts';
import {
  AcknowledgeAlertDocument,
  AlertDocument,
  type AlertFilter,
  type AlertLineFragment,
  AlertsDocument,
  type AlertSeverity,
  type AlertState,
} from '../generated/graphql.ts';
import { type Session, unwrap } from '../session.ts';
import { formatTable, type Terminal } from '../terminal/terminal.ts';

const STATES = ['firing', 'acknowledged', 'silenced', 'resolved'] as const;
const SEVERITIES = ['warning', 'critical'] as const;

interface FilterOptions {
  readonly cluster?: string;
  readonly state?: readonly string[];
  readonly severity?: string;
  readonly metric?: string;
}

export function addAlerts(program: Command, context: CommandContext): void {
  const alerts = program.command('alerts').description('what is wrong, and who has it in hand');
  withExamples(alerts, 'sunday alerts list', 'sunday alerts watch --severity critical');
  addList(alerts, context);
  addShow(alerts, context);
  addWatch(alerts, context);
  addAck(alerts, context);
  addSilence(alerts, context);
  addRules(alerts, context);
  addWindows(alerts, context);
  addChannels(alerts, context);
}

function withFilter(command: Command): Command {
  return command
    .option('-c, --cluster <name>', 'only those of this cluster')
    .addOption(new Option('--state <state...>', 'only those in these states').choices(STATES))
    .addOption(new Option('--severity <severity>', 'only those of this severity').choices(SEVERITIES))
    .option('--metric <name>', 'only those of this metric');
}

function toFilter({ cluster, metric, severity, state }: FilterOptions): AlertFilter {
  return {
    ...(cluster === undefined ? {} : { clusters: [cluster] }),
    ...(metric === undefined ? {} : { metrics: [metric] }),
    ...(severity === undefined ? {} : { severities: [severity.toUpperCase() as AlertSeverity] }),
    ...(state === undefined ? {} : { states: state.map((one) => one.toUpperCase() as AlertState) }),
  };
}

function addList(alerts: Command, context: CommandContext): void {
  const list = withFilter(alerts.command('list').description('alerts that are open, newest first'))
    .option('--all', 'those that are over, too')
    .option('--check', 'end with exit code 7 when anything is FIRING, for cron and monitors')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(50));
  withExamples(list, 'sunday alerts list', 'sunday alerts list --state resolved --cluster main --json');
  type Options = FilterOptions & { all?: boolean; check?: boolean; limit: number };
  runs<Options>(list, context, async (session, options) => {
    const open: readonly AlertState[] = ['FIRING', 'ACKNOWLEDGED', 'SILENCED'];
    const isOpenOnly = options.all !== true && options.state === undefined;
    const filter = { ...toFilter(options), ...(isOpenOnly ? { states: [...open] } : {}) };
    const answer = await session.client.request(AlertsDocument, { filter, first: options.limit });
    const found = answer.alerts.edges.map(({ node }) => node);
    session.show({ alerts: found }, () =>
      found.length === 0 ? 'Nothing is wrong.' : formatLines(found, session.terminal),
    );
    return options.check === true && found.some(({ state }) => state === 'FIRING') ? 7 : 0;
  });
}

function formatLines(found: readonly AlertLineFragment[], terminal: Terminal): string {
  return formatTable(
    ['alert', 'severity', 'state', 'since', 'by', 'what'],
    found.map((one) => [
      toShortId(one.id),
      terminal.paint(SEVERITY_COLOURS[one.severity], one.severity),
      terminal.paint(STATE_COLOURS[one.state], one.state),
      formatAge(one.since),
      one.acknowledgedBy ?? NOTHING,
      one.summary,
    ]),
  );
}

function addShow(alerts: Command, context: CommandContext): void {
  const show = alerts
    .command('show')
    .description('one alert: its cause, what was seen, and what helps')
    .argument('<id>', 'id of the alert');
  withExamples(show, 'sunday alerts show 7c9e6679-7425-40de-944b-e07fc1f90ae7');
  runs(show, context, async (session, _options, [id = '']) => {
    const { alert } = await session.client.request(AlertDocument, { id });
    if (alert === null)
      throw new RecordedError({
        code: 'ALERT_NOT_FOUND',
        message: `there is no alert ${id}`,
        hint: '`sunday alerts list --all` shows those that there are.',
        retryable: false,
      });
    session.show({ alert }, () => describeAlert(alert, session.terminal));
  });
}

function addWatch(alerts: Command, context: CommandContext): void {
  const watch = withFilter(
    alerts.command('watch').description('prints what happens to alerts, as it happens'),
  )
    .option('--after <cursor>', 'go on behind this event; left out: from now on')
    .addOption(wholeNumber('--events <number>', 'end after so many; left out: never', [1, 1_000_000]));
  withExamples(watch, 'sunday alerts watch', 'sunday alerts watch --severity critical --json | your-program');
  type Options = FilterOptions & { after?: string; events?: number };
  runs<Options>(watch, context, async (session, options) => {
    const leaving = new AbortController();
    const leave = () => leaving.abort();
    process.once('SIGINT', leave).once('SIGTERM', leave);
    try {
      await printEvents(session, options, leaving.signal);
    } finally {
      process.off('SIGINT', leave).off('SIGTERM', leave);
    }
  });
}

/** With --json one document in each line: what reads it has no end to wait for. */
async function printEvents(
  { client, isJson, terminal }: Session,
  options: FilterOptions & { readonly after?: string; readonly events?: number },
  signal: AbortSignal,
): Promise<void> {
  let count = 0;
  const events = client.followAlerts(toFilter(options), {
    signal,
    after: options.after ?? null,
    onReconnect: ({ message }) => terminal.note(`${message}; it goes on once the API answers`),
  });
  for await (const event of events) {
    if (isJson) terminal.print(JSON.stringify(event));
    else if (event.__typename === 'AlertEvent') {
      const by = event.by === null ? '' : ` by ${event.by}`;
      const severity = terminal.paint(SEVERITY_COLOURS[event.severity], event.severity);
      terminal.print(
        `${event.at.slice(0, 19).replace('T', ' ')}Z ${severity} ${event.change}${by}: ${event.summary}`,
      );
    } else terminal.note('some events are past their retention: `sunday alerts list` shows what is open');
    if (++count === options.events) return;
  }
}

function addAck(alerts: Command, context: CommandContext): void {
  const ack = alerts
    .command('ack')
    .description('says that somebody has an alert in hand: no reminders any more')
    .argument('<id>', 'id of the alert')
    .option('--reason <text>', 'shown with the alert')
    .option('--on-behalf-of <person>', 'who has it in hand');
  withExamples(
    ack,
    'sunday alerts ack 7c9e6679-7425-40de-944b-e07fc1f90ae7 --reason "the disk is on its way"',
  );
  runs<StartOptions>(ack, context, async ({ client, show }, options, [id = '']) => {
    const input = { id, ...startFields(options) };
    const { alert } = unwrap((await client.request(AcknowledgeAlertDocument, { input })).acknowledgeAlert);
    show({ alert }, () => `✓ ${alert.acknowledgedBy} has it in hand: ${alert.summary}`);
  });
}
