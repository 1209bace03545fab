import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type CommandContext,
  runs,
  whyFields,
  type WhyOptions,
  wholeNumber,
  withExamples,
  withWhy,
} from '../command.ts';
import { formatDuration, NOTHING } from '../terminal/format.ts';
import {
  type AlertRuleLineFragment,
  AlertRulesDocument,
  type AlertSeverity,
  DeleteAlertRuleDocument,
  UpsertAlertRuleDocument,
} from '../generated/graphql.ts';
import { unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';

const WEEK = 604_800;

interface RuleOptions extends WhyOptions {
  readonly cluster?: string;
  readonly set?: string;
  readonly reset?: string;
  readonly metric?: string;
  readonly above?: number;
  readonly below?: number;
  readonly recovery?: number;
  readonly severity?: string;
  readonly forSeconds?: number;
  readonly resolveAfterSeconds?: number;
  readonly reminderSeconds?: number;
  readonly escalateAfterSeconds?: number;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/** `alerts rules`: lists the rules in force, changes one, or gives the product's back. */
export function addRules(alerts: Command, context: CommandContext): void {
  const rules = alerts
    .command('rules')
    .description('the rules in force; with --set one is changed, with --reset it is the product’s again')
    .option('-c, --cluster <name>', 'those in force for this cluster; with --set only for it')
    .option('--set <name>', 'the rule to change, or a new one')
    .option('--reset <name>', 'the rule that people made and that is deleted')
    .option('--metric <name>', 'of a new rule: what it is about')
    .addOption(
      new Option('--above <number>', 'what is above is wrong').argParser(toNumber).conflicts('below'),
    )
    .addOption(new Option('--below <number>', 'what is below is wrong').argParser(toNumber))
    .addOption(
      new Option('--recovery <number>', 'only on its good side is it well again').argParser(toNumber),
    )
    .addOption(new Option('--severity <severity>', 'how bad it is').choices(['warning', 'critical']))
    .addOption(wholeNumber('--for-seconds <number>', 'it fires after so long', [0, WEEK]))
    .addOption(wholeNumber('--resolve-after-seconds <number>', 'it is over after so long', [0, WEEK]))
    .addOption(wholeNumber('--reminder-seconds <number>', 'told again each time; 0: once', [0, WEEK]))
    .addOption(wholeNumber('--escalate-after-seconds <number>', 'when nobody has it; 0: never', [0, WEEK]))
    .option('--enable', 'it makes alerts')
    .option('--disable', 'it makes none');
  withExamples(
    withWhy(rules),
    'sunday alerts rules --cluster main',
    'sunday alerts rules --set connections --above 70 --recovery 60 --cluster main',
    'sunday alerts rules --reset connections --cluster main',
  );
  runs<RuleOptions>(rules, context, async ({ client, show }, options) => {
    const { cluster, reset, set } = options;
    const named = cluster === undefined ? {} : { cluster };
    const why = whyFields(options);
    if (set !== undefined) {
      const input = { name: set, ...named, ...toChange(options), ...why };
      const { rule } = unwrap((await client.request(UpsertAlertRuleDocument, { input })).upsertAlertRule);
      return show({ rule }, () => `✓ in force from the next measurement on\n\n${formatRules([rule])}`);
    }
    if (reset !== undefined) {
      const input = { name: reset, ...named, ...why };
      const { rule } = unwrap((await client.request(DeleteAlertRuleDocument, { input })).deleteAlertRule);
      return show({ rule }, () => (rule === null ? '✓ there is no such rule any more' : formatRules([rule])));
    }
    const { alertRules } = await client.request(AlertRulesDocument, named);
    show({ rules: alertRules }, () => formatRules(alertRules));
  });
}

function toChange(options: RuleOptions) {
  const { above, below, disable, enable, metric, recovery, severity } = options;
  const threshold = above ?? below;
  const { forSeconds, resolveAfterSeconds, reminderSeconds, escalateAfterSeconds } = options;
  const times = { forSeconds, resolveAfterSeconds, reminderSeconds, escalateAfterSeconds };
  return {
    ...Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined)),
    ...(metric === undefined ? {} : { metric }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(threshold === undefined
      ? {}
      : { comparison: above === undefined ? ('BELOW' as const) : ('ABOVE' as const) }),
    ...(recovery === undefined ? {} : { recoveryThreshold: recovery }),
    ...(severity === undefined ? {} : { severity: severity.toUpperCase() as AlertSeverity }),
    ...(enable === true ? { isEnabled: true } : disable === true ? { isEnabled: false } : {}),
  };
}

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It takes a number.');
}

function formatRules(rules: readonly AlertRuleLineFragment[]): string {
  return formatTable(
    ['rule', 'cluster', 'wrong', 'well again', 'severity', 'for', 'over after', 'reminder', 'of'],
    rules.map((one) => [
      one.isEnabled ? one.name : `${one.name} (disabled)`,
      one.clusterName ?? 'all',
      one.threshold === null ? 'by its own limits' : `${one.comparison.toLowerCase()} ${one.threshold}`,
      one.recoveryThreshold === null ? NOTHING : String(one.recoveryThreshold),
      one.severity ?? 'by its state',
      formatDuration(one.forSeconds),
      formatDuration(one.resolveAfterSeconds),
      formatDuration(one.reminderSeconds),
      one.isDefault ? 'the product' : 'people',
    ]),
  );
}
