import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  startFields,
  wholeNumber,
  withCluster,
  withExamples,
} from '../command.ts';
import { ScheduleMigrationDocument, type ScheduleMigrationInput } from '../generated/graphql.ts';
import { PLAN_HELP, startAgreed } from './agreement.ts';
import { TARGET_HELP } from './plan.ts';
import { formatNextRuns } from '../schedules/set.ts';
import { resolveCluster, unwrap } from '../session.ts';

interface ScheduleOptions {
  readonly cluster?: string;
  readonly at?: string;
  readonly window?: string;
  readonly duration?: number;
  readonly timezone?: string;
  readonly target?: string;
  readonly plan?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly onBehalfOf?: string;
}

const MAX_WINDOW_MINUTES = 10_080;

/** `migrations schedule`. */
export function addSchedule(migrations: Command, context: CommandContext): void {
  const schedule = withCluster(
    migrations
      .command('schedule')
      .description('applies what is pending at a time, or once in the next maintenance window'),
  )
    .option('--at <time>', 'at this time with its zone; with --window: in the first one open then or later')
    .option('--window <cron>', 'begins only while this window is open, e.g. "0 1 * * SUN"')
    .addOption(wholeNumber('--duration <minutes>', 'how long the window is open', [1, MAX_WINDOW_MINUTES]))
    .option('--timezone <name>', 'of the window, and of the times shown, e.g. Europe/Berlin; left out: UTC')
    .option('--target <version>', TARGET_HELP)
    .option('--plan <id>', PLAN_HELP)
    .option('--dry-run', 'only say what would run when')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    schedule,
    'sunday migrations schedule --at 2026-12-01T02:00:00Z',
    'sunday migrations schedule --window "0 1 * * SUN" --duration 240 --timezone Europe/Berlin --dry-run',
  );
  runs<ScheduleOptions>(schedule, context, async (session, options) => {
    const when = toTiming(options);
    const cluster = await resolveCluster(session, options.cluster);
    const { target, plan: named, dryRun = false } = options;
    const wish = { cluster, target, plan: named, direction: 'UP' as const };
    const came = await startAgreed(session, wish, async (agreed) => {
      const about = { cluster, dryRun, ...agreed, ...(target === undefined ? {} : { target }) };
      const input = { ...about, ...when, ...startFields({ ...options, wait: true }) };
      return unwrap((await session.client.request(ScheduleMigrationDocument, { input })).scheduleMigration);
    });
    session.show({ cluster, ...came }, () => {
      const { plan, schedule: made, nextRuns } = came;
      const count = plan.migrations.length;
      const what = `${count} migration${count === 1 ? '' : 's'} on ${cluster} (${plan.verdict})`;
      const done = made === null ? `would apply ${what}` : `✓ ${made.name} applies ${what}`;
      const leave = made === null ? [] : ['', `Not after all: sunday schedules delete ${made.name}`];
      return [done, '', formatNextRuns(nextRuns), ...leave].join('\n');
    });
  });
}

/** A call without a time would begin at once: that is what `apply` is for. */
function toTiming({ at, window, duration, timezone }: ScheduleOptions): Partial<ScheduleMigrationInput> {
  if (at === undefined && window === undefined)
    throw new InvalidInputError(
      ['--at'],
      'say when: --at, or --window with --duration',
      'Now: sunday migrations apply.',
    );
  if ((window === undefined) !== (duration === undefined))
    throw new InvalidInputError(['--window'], 'this goes together with --duration');
  return {
    ...(at === undefined ? {} : { at }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(window === undefined || duration === undefined
      ? {}
      : { window: { cron: window, durationMinutes: duration } }),
  };
}
