import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, runs, whyFields, type WhyOptions, withExamples } from '../command.ts';
import { formatTime, NOTHING } from '../terminal/format.ts';
import {
  type AlertSeverity,
  type AlertSilenceLineFragment,
  AlertSilencesDocument,
  EndAlertSilenceDocument,
  SilenceAlertsDocument,
} from '../generated/graphql.ts';
import { unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';

const MINUTES = { m: 1, h: 60, d: 1_440 } as const;
const LONGEST_MINUTES = 43_200;

interface SilenceOptions extends WhyOptions {
  readonly cluster?: string;
  readonly rule?: string;
  readonly metric?: string;
  readonly instance?: string;
  readonly severity?: string;
  readonly for: number;
  readonly end?: string;
  readonly list?: boolean;
}

/** `alerts silence`: makes a silence, ends one, or lists them. */
export function addSilence(alerts: Command, context: CommandContext): void {
  const silence = alerts
    .command('silence')
    .description('lets nobody hear of some alerts for a while, also of those that are to come')
    .argument('[id]', 'the rule, cluster and instance of this alert')
    .option('-c, --cluster <name>', 'only those of this cluster')
    .option('--rule <name>', 'only those of this rule')
    .option('--metric <name>', 'only those of this metric')
    .option('--instance <name>', 'only those of this instance')
    .addOption(new Option('--severity <severity>', 'only those of it').choices(['warning', 'critical']))
    .addOption(new Option('--for <duration>', 'how long: 30m, 2h, 1d').argParser(toMinutes).default(60, '1h'))
    .option('--list', 'shows the silences that there are')
    .option('--end <id>', 'ends this silence')
    .option('--reason <text>', 'why')
    .option('--on-behalf-of <person>', 'who asked for it');
  withExamples(
    silence,
    'sunday alerts silence --cluster main --metric replication_lag --for 2h --reason "rebuilding main-2"',
    'sunday alerts silence --list',
    'sunday alerts silence --end 7c9e6679-7425-40de-944b-e07fc1f90ae7',
  );
  runs<SilenceOptions>(silence, context, async ({ client, show }, options, [id]) => {
    if (options.list === true) {
      const { alertSilences } = await client.request(AlertSilencesDocument, {});
      return show({ silences: alertSilences }, () =>
        alertSilences.length === 0 ? 'There is no silence.' : formatSilences(alertSilences),
      );
    }
    const why = whyFields(options);
    if (options.end !== undefined) {
      const ended = await client.request(EndAlertSilenceDocument, { input: { id: options.end, ...why } });
      const { silence: one } = unwrap(ended.endAlertSilence);
      return show({ silence: one }, () => `✓ the silence has ended`);
    }
    const input = { ...toMatch(options), ...(id === undefined ? {} : { id }), minutes: options.for, ...why };
    const made = unwrap((await client.request(SilenceAlertsDocument, { input })).silenceAlerts);
    show(made, () => {
      const head = `✓ silent until ${formatTime(made.silence.endsAt)} (silence ${made.silence.id})`;
      return [head, ...made.alerts.map(({ summary }) => `  ${summary}`)].join('\n');
    });
  });
}

function toMatch({ cluster, instance, metric, rule, severity }: SilenceOptions) {
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(instance === undefined ? {} : { instance }),
    ...(metric === undefined ? {} : { metric }),
    ...(rule === undefined ? {} : { rule }),
    ...(severity === undefined ? {} : { severity: severity.toUpperCase() as AlertSeverity }),
  };
}

function toMinutes(text: string): number {
  const [, number = '', unit = 'm'] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const minutes = Number(number) * MINUTES[unit as keyof typeof MINUTES];
  if (number !== '' && minutes >= 1 && minutes <= LONGEST_MINUTES) return minutes;
  throw new InvalidArgumentError('It takes a time up to 30 days, e.g. 30m, 2h or 1d.');
}

function formatSilences(found: readonly AlertSilenceLineFragment[]): string {
  return formatTable(
    ['silence', 'cluster', 'rule', 'metric', 'instance', 'severity', 'ends', 'by', 'why'],
    found.map((one) => [
      one.id,
      ...[one.clusterName, one.rule, one.metric, one.instance, one.severity].map((part) => part ?? NOTHING),
      formatTime(one.endsAt),
      one.createdBy,
      one.reason ?? '',
    ]),
  );
}
