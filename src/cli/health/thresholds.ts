import { InvalidArgumentError, Option, type Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { runs, withCluster, withExamples, type CommandContext } from '../command.ts';
import { formatFigure } from '../terminal/format.ts';
import {
  ThresholdsDocument,
  UpsertThresholdDocument,
  type ThresholdLineFragment,
} from '../generated/graphql.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatTable, right } from '../terminal/terminal.ts';

export function addHealthThresholds(health: Command, context: CommandContext): void {
  const thresholds = health.command('thresholds').description('the limits of all metrics');
  addList(thresholds, context);
  addSet(thresholds, context);
}

function addList(thresholds: Command, context: CommandContext): void {
  const list = withCluster(
    thresholds
      .command('list')
      .description('the limits that hold for a cluster')
      .option('--set', 'only those that somebody has set'),
  );
  withExamples(list, 'sunday health thresholds list', 'sunday health thresholds list --set --cluster main');
  runs<{ cluster?: string; set?: boolean }>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(ThresholdsDocument, { cluster });
    const found = answer.thresholds.filter(({ setFor }) => options.set !== true || setFor !== 'DEFAULT');
    session.show({ cluster, thresholds: found }, () =>
      found.length === 0 ? `Nobody has set limits for ${cluster}.` : formatThresholds(found),
    );
  });
}

export function formatThresholds(found: readonly ThresholdLineFragment[]): string {
  return formatTable(
    ['metric', 'better', right('target'), right('critical'), 'set for', 'because'],
    found.map((one) => [
      one.metric,
      one.better.toLowerCase(),
      formatFigure(one.target, one.unit),
      formatFigure(one.critical, one.unit),
      one.setFor === 'DEFAULT' ? 'default' : one.setFor.toLowerCase(),
      one.source,
    ]),
  );
}

/** What a command that sets limits takes. */
export interface LimitOptions {
  readonly target?: number | null;
  readonly critical?: number | null;
  readonly default?: boolean;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly onBehalfOf?: string;
}

interface SetOptions extends LimitOptions {
  readonly cluster?: string;
}

function addSet(thresholds: Command, context: CommandContext): void {
  const set = withLimits(
    thresholds
      .command('set')
      .description('sets both limits of a metric, for one cluster or for all')
      .argument('<metric>', 'name of the metric, e.g. replication_lag')
      .option('-c, --cluster <name>', 'the cluster; left out: all that have no limits of their own'),
  );
  withExamples(
    set,
    'sunday health thresholds set replication_lag --target 5 --critical 30 --cluster main --reason "far away"',
    'sunday health thresholds set replication_lag --default --cluster main',
  );
  runs<SetOptions>(set, context, async (session, options, [metric = '']) => {
    const { cluster } = options;
    const input = { metric, ...(cluster === undefined ? {} : { cluster }), ...toLimitFields(options) };
    const answer = await session.client.request(UpsertThresholdDocument, { input });
    const { threshold } = unwrap(answer.upsertThreshold);
    session.show({ cluster: cluster ?? null, threshold, dryRun: options.dryRun === true }, () =>
      describeThreshold(threshold, cluster ?? 'all clusters', options),
    );
  });
}

/** `✓ connections of main has target 80 %, critical 95 %` */
export function describeThreshold(
  { metric, unit, target, critical }: ThresholdLineFragment,
  owner: string,
  { dryRun }: Pick<LimitOptions, 'dryRun'>,
): string {
  const what = `target ${formatFigure(target, unit)}, critical ${formatFigure(critical, unit)}`;
  return `✓ ${metric} of ${owner} ${dryRun === true ? 'would have' : 'has'} ${what}`;
}

/** The options of a command that sets limits. */
export function withLimits(command: Command): Command {
  return command
    .addOption(limit('--target <value>', 'beyond it: WARNING'))
    .addOption(limit('--critical <value>', 'beyond it: CRITICAL'))
    .option('--default', 'take back what was set')
    .option('--dry-run', 'only say what would hold')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
}

function limit(flags: string, description: string): Option {
  return new Option(flags, `${description}; a number in the unit of the metric, or none`).argParser(
    (text) => {
      if (text === 'none') return null;
      if (/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return Number(text);
      throw new InvalidArgumentError('It takes a number, or none.');
    },
  );
}

/** Both limits go together: one that is left out by mistake would be gone. */
export function toLimitFields(options: LimitOptions) {
  const { target, critical, dryRun = false, reason, onBehalfOf } = options;
  const isDefault = options.default === true;
  if (isDefault === (target !== undefined || critical !== undefined))
    throw new InvalidInputError(['--target'], 'it takes --target and --critical, or --default alone');
  if (!isDefault && (target === undefined || critical === undefined))
    throw new InvalidInputError(
      [target === undefined ? '--target' : '--critical'],
      'both limits go together',
      'Say `none` for a limit that there is not to be.',
    );
  return {
    ...(isDefault ? { restoreDefault: true } : { target: target ?? null, critical: critical ?? null }),
    ...{ dryRun },
    ...(reason === undefined ? {} : { reason }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
}
