import { type Command, InvalidArgumentError, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  wholeNumber,
  withExamples,
} from '../command.ts';
import { formatTime, NOTHING } from '../terminal/format.ts';
import {
  type PlannedRunLineFragment,
  type ScheduleLineFragment,
  UpsertScheduleDocument,
  type UpsertScheduleInput,
} from '../generated/graphql.ts';
import { unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';

interface SetOptions extends StartOptions {
  readonly kind: string;
  readonly cluster?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly at?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly window?: string;
  readonly windowMinutes?: number;
  readonly windowTimezone?: string;
  readonly jitterSeconds?: number;
  readonly missed: 'skip' | 'run-once';
  readonly paused?: boolean;
  readonly dryRun?: boolean;
}

const MAX_WINDOW_MINUTES = 10_080;

/** `schedules set`: makes a schedule or replaces all of it. */
export function addSet(schedules: Command, context: CommandContext): void {
  const set = schedules
    .command('set')
    .description('makes a schedule, or replaces all of it')
    .argument('<name>', 'name of the schedule')
    .requiredOption('--kind <kind>', 'what it starts, e.g. backups.start')
    .option('-c, --cluster <name>', 'the cluster that the operation works on')
    .addOption(
      new Option('--input <json>', 'what else the operation takes, as a JSON object').argParser(toObject),
    )
    .option('--at <time>', 'once, at this time with its zone, e.g. 2026-12-01T02:00:00Z')
    .option('--cron <expression>', 'again and again: five fields, or six with the seconds first')
    .option('--timezone <name>', 'of --cron, e.g. Europe/Berlin; left out: UTC')
    .option(
      '--window <expression>',
      'starts only while this window is open; without --at and --cron: once in it',
    )
    .addOption(
      wholeNumber('--window-minutes <number>', 'how long the window is open', [1, MAX_WINDOW_MINUTES]),
    )
    .option('--window-timezone <name>', 'of --window; left out: that of --cron')
    .addOption(wholeNumber('--jitter-seconds <number>', 'starts up to so much later', [0, 3_600]))
    .addOption(
      new Option('--missed <policy>', 'what becomes of moments that were missed')
        .choices(['skip', 'run-once'])
        .default('skip'),
    )
    .option('--paused', 'it waits for `resume`')
    .option('--dry-run', 'only say what would run when')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    set,
    'sunday schedules set weekly-full --kind backups.start --cluster main --input \'{"type":"FULL"}\' --cron "0 2 * * SUN"',
    'sunday schedules set migrate-soon --kind migrations.apply --cluster main --window "0 1 * * SUN" --window-minutes 240 --dry-run',
  );
  runs<SetOptions>(set, context, async (session, options, [name = '']) => {
    const answer = await session.client.request(UpsertScheduleDocument, { input: toInput(name, options) });
    const { schedule, target, nextRuns } = unwrap(answer.upsertSchedule);
    session.show({ schedule, target, nextRuns }, () => {
      const what = `${options.kind} of ${target}`;
      const done = schedule === null ? `${name} would start ${what}` : `✓ ${name} starts ${what}`;
      return [done, '', formatNextRuns(nextRuns)].join('\n');
    });
  });
}

function toInput(name: string, options: SetOptions): UpsertScheduleInput {
  const { kind, cluster, input, at, cron, timezone, jitterSeconds, paused, dryRun = false } = options;
  const { window, windowMinutes, windowTimezone } = options;
  if ((window === undefined) !== (windowMinutes === undefined))
    throw new InvalidInputError(['--window'], 'this goes together with --window-minutes');
  return {
    name,
    kind,
    dryRun,
    missedPolicy: options.missed === 'skip' ? 'SKIP' : 'RUN_ONCE',
    ...startFields(options),
    ...(cluster === undefined ? {} : { cluster }),
    ...(input === undefined ? {} : { operationInput: input }),
    ...(at === undefined ? {} : { at }),
    ...(cron === undefined ? {} : { cron }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(jitterSeconds === undefined ? {} : { jitterSeconds }),
    ...(paused === undefined ? {} : { isPaused: paused }),
    ...(window === undefined || windowMinutes === undefined
      ? {}
      : {
          window: {
            cron: window,
            durationMinutes: windowMinutes,
            ...(windowTimezone === undefined ? {} : { timezone: windowTimezone }),
          },
        }),
  };
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw new InvalidArgumentError('It takes a JSON object, e.g. {"type":"FULL"}.');
}

/** When a schedule runs, in a few words. */
export function describeTiming({ at, cron, timezone, window }: ScheduleLineFragment): string {
  const inWindow = window && `${window.cron} for ${window.durationMinutes} min ${window.timezone}`;
  if (at === null && cron === null) return `once in the window ${inWindow ?? NOTHING}`;
  const moments = at === null ? `${cron} ${timezone}` : `once at ${formatTime(at)}`;
  return inWindow === null ? moments : `${moments}, in the window ${inWindow}`;
}

export function formatNextRuns(nextRuns: readonly PlannedRunLineFragment[]): string {
  return formatTable(
    ['next runs', 'UTC', 'window closes'],
    nextRuns.map(({ localTime, startAt, closesAt }) => [
      localTime,
      formatTime(startAt),
      formatTime(closesAt),
    ]),
  );
}
