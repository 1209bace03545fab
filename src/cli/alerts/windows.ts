import type { Command } from 'commander';
import {
  type CommandContext,
  runs,
  whyFields,
  type WhyOptions,
  wholeNumber,
  withExamples,
  withWhy,
} from '../command.ts';
import { formatDuration } from '../terminal/format.ts';
import {
  type AlertWindowLineFragment,
  AlertWindowsDocument,
  DeleteAlertWindowDocument,
  UpsertAlertWindowDocument,
} from '../generated/graphql.ts';
import { unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';
import { addRemoval } from './removal.ts';

const LONGEST_MINUTES = 10_080;

interface AddOptions extends WhyOptions {
  readonly cron: string;
  readonly minutes: number;
  readonly timezone?: string;
  readonly cluster?: readonly string[];
  readonly metric?: readonly string[];
  readonly disable?: boolean;
}

/** `alerts windows`: announced work, in which nobody is told. */
export function addWindows(alerts: Command, context: CommandContext): void {
  const windows = alerts
    .command('windows')
    .description('maintenance windows: what fires while one is open is silenced until it closes');
  withExamples(windows, 'sunday alerts windows list', 'sunday alerts windows remove sundays');
  addList(windows, context);
  addAdd(windows, context);
  addRemove(windows, context);
}

function addList(windows: Command, context: CommandContext): void {
  const list = windows.command('list').description('all windows');
  withExamples(list, 'sunday alerts windows list');
  runs(list, context, async ({ client, show }) => {
    const { alertMaintenanceWindows: found } = await client.request(AlertWindowsDocument, {});
    show({ windows: found }, () => (found.length === 0 ? 'There is no window.' : formatWindows(found)));
  });
}

function addAdd(windows: Command, context: CommandContext): void {
  const add = windows
    .command('add')
    .description('makes a window, or replaces all of the one of that name')
    .argument('<name>', 'its name')
    .requiredOption('--cron <cron>', 'when it opens: five fields, or six with the seconds first')
    .addOption(
      wholeNumber('--minutes <number>', 'how long it stays open', [1, LONGEST_MINUTES]).makeOptionMandatory(),
    )
    .option('--timezone <name>', 'IANA timezone of the cron, e.g. Europe/Berlin; left out: UTC')
    .option('-c, --cluster <name...>', 'only alerts of these clusters')
    .option('--metric <name...>', 'only alerts of these metrics')
    .option('--disable', 'it does not open for now');
  withExamples(
    withWhy(add),
    'sunday alerts windows add sundays --cron "0 1 * * SUN" --minutes 120 --timezone Europe/Berlin --cluster main',
  );
  runs<AddOptions>(add, context, async ({ client, show }, options, [name = '']) => {
    const { cluster, cron, disable, metric, minutes, timezone } = options;
    const input = {
      ...{ name, cron, durationMinutes: minutes },
      ...(timezone === undefined ? {} : { timezone }),
      ...(cluster === undefined ? {} : { clusters: [...cluster] }),
      ...(metric === undefined ? {} : { metrics: [...metric] }),
      ...(disable === true ? { isEnabled: false } : {}),
      ...whyFields(options),
    };
    const answer = await client.request(UpsertAlertWindowDocument, { input });
    const { window } = unwrap(answer.upsertAlertMaintenanceWindow);
    show({ window }, () => formatWindows([window]));
  });
}

function addRemove(windows: Command, context: CommandContext): void {
  addRemoval(windows, context, {
    noun: 'window',
    description: 'deletes a window; what it silenced is heard again',
    example: 'sunday alerts windows remove sundays',
    async remove(client, input) {
      const answer = await client.request(DeleteAlertWindowDocument, { input });
      return unwrap(answer.deleteAlertMaintenanceWindow).name;
    },
  });
}

function formatWindows(found: readonly AlertWindowLineFragment[]): string {
  return formatTable(
    ['window', 'opens', 'for', 'timezone', 'clusters', 'metrics', 'by'],
    found.map((one) => [
      one.isEnabled ? one.name : `${one.name} (disabled)`,
      ...[one.cron, formatDuration(one.durationMinutes * 60), one.timezone],
      ...[one.clusterNames, one.metrics].map((part) => part?.join(', ') ?? 'all'),
      one.updatedBy,
    ]),
  );
}
