import type { Command } from 'commander';
import { RecordedError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  wholeNumber,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { describeFields, formatTime, NOTHING, toShortId } from '../terminal/format.ts';
import {
  DeleteScheduleDocument,
  PauseScheduleDocument,
  ResumeScheduleDocument,
  ScheduleDocument,
  type ScheduleQuery,
  type ScheduleRunOutcome,
  ScheduleRunsDocument,
  type ScheduleRunsQuery,
  SchedulesDocument,
  type SchedulesQuery,
  type ScheduleState,
  TriggerScheduleDocument,
} from '../generated/graphql.ts';
import { addSet, describeTiming, formatNextRuns } from './set.ts';
import { unwrap } from '../session.ts';
import { type Colour, formatPairs, formatTable, type Terminal } from '../terminal/terminal.ts';
import { waitForOperation } from '../terminal/watch.ts';

type Schedule = NonNullable<ScheduleQuery['schedule']>;
type Line = SchedulesQuery['schedules']['edges'][number]['node'];
type Run = NonNullable<ScheduleRunsQuery['schedule']>['runs']['edges'][number]['node'];

const COLOURS: Record<ScheduleState, Colour> = { ACTIVE: 'green', PAUSED: 'yellow', ENDED: 'dim' };
const OUTCOME_COLOURS: Record<ScheduleRunOutcome, Colour> = {
  STARTED: 'green',
  SKIPPED: 'yellow',
  MISSED: 'yellow',
  FAILED_TO_START: 'red',
};

export function addSchedules(program: Command, context: CommandContext): void {
  const schedules = program.command('schedules').description('operations that are started by the clock');
  withExamples(schedules, 'sunday schedules list', 'sunday schedules runs nightly-backup');
  addList(schedules, context);
  addShow(schedules, context);
  addSet(schedules, context);
  addChanges(schedules, context);
  addRun(schedules, context);
  addRuns(schedules, context);
}

function addList(schedules: Command, context: CommandContext): void {
  const list = schedules
    .command('list')
    .description('schedules by name, and when they run next')
    .option('-c, --cluster <name>', 'only those of this cluster')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(50));
  withExamples(list, 'sunday schedules list', 'sunday schedules list --cluster main --json');
  runs<{ cluster?: string; limit: number }>(list, context, async (session, { cluster, limit }) => {
    const named = cluster === undefined ? {} : { cluster };
    const answer = await session.client.request(SchedulesDocument, { first: limit, ...named });
    const found = answer.schedules.edges.map(({ node }) => node);
    session.show({ schedules: found }, () =>
      found.length === 0 ? 'There is no schedule yet.' : formatLines(found, session.terminal),
    );
  });
}

function formatLines(found: readonly Line[], terminal: Terminal): string {
  return formatTable(
    ['schedule', 'kind', 'target', 'state', 'when', 'next run'],
    found.map((one) => [
      one.name,
      one.kind,
      one.target,
      terminal.paint(COLOURS[one.state], one.state),
      describeTiming(one),
      one.nextRuns[0]?.localTime ?? NOTHING,
    ]),
  );
}

function addShow(schedules: Command, context: CommandContext): void {
  const show = schedules
    .command('show')
    .description('one schedule: what it starts, when, and for whom')
    .argument('<name>', 'name of the schedule');
  withExamples(show, 'sunday schedules show nightly-backup');
  runs(show, context, async (session, _options, [name = '']) => {
    const answer = await session.client.request(ScheduleDocument, { name });
    const schedule = requireSchedule(answer.schedule, name);
    session.show({ schedule }, () => formatSchedule(schedule, session.terminal));
  });
}

function formatSchedule(one: Schedule, terminal: Terminal): string {
  const pairs = [
    ['schedule', one.name],
    ['starts', `${one.kind} of ${one.target}`],
    ...describeFields(one.input, 'input '),
    ['state', terminal.paint(COLOURS[one.state], one.state)],
    ['when', describeTiming(one)],
    ['jitter', `${one.jitterSeconds} s`],
    ['when missed', one.missedPolicy],
    ['for', one.onBehalfOf === null ? one.updatedBy : `${one.onBehalfOf} through ${one.updatedBy}`],
    ['changed', formatTime(one.updatedAt)],
    [
      'last operation',
      one.lastOperation === null ? NOTHING : `${toShortId(one.lastOperation.id)} ${one.lastOperation.state}`,
    ],
  ] as const;
  return [formatPairs(pairs), ...(one.nextRuns.length === 0 ? [] : ['', formatNextRuns(one.nextRuns)])].join(
    '\n',
  );
}

const VERBS = [
  ['delete', 'deletes a schedule and the list of its runs', 'deleted'],
  ['pause', 'lets the moments of a schedule pass until it is resumed', 'paused'],
  ['resume', 'lets a paused schedule wait for its next moment', 'resumed'],
] as const;

function addChanges(schedules: Command, context: CommandContext): void {
  for (const [verb, description, done] of VERBS) {
    const command = schedules
      .command(verb)
      .description(description)
      .argument('<name>', 'name of the schedule')
      .option('--reason <text>', 'why, for the audit log')
      .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
    withExamples(command, `sunday schedules ${verb} nightly-backup`);
    runs<StartOptions>(command, context, async ({ client, show }, options, [name = '']) => {
      const input = { name, ...startFields(options) };
      if (verb === 'delete') unwrap((await client.request(DeleteScheduleDocument, { input })).deleteSchedule);
      if (verb === 'pause') unwrap((await client.request(PauseScheduleDocument, { input })).pauseSchedule);
      if (verb === 'resume') unwrap((await client.request(ResumeScheduleDocument, { input })).resumeSchedule);
      show({ name, [done]: true }, () => `✓ ${name} is ${done}`);
    });
  }
}

function addRun(schedules: Command, context: CommandContext): void {
  const run = withStartOptions(
    schedules
      .command('run')
      .description('starts the operation of a schedule now, also outside its window')
      .argument('<name>', 'name of the schedule'),
  );
  withExamples(run, 'sunday schedules run nightly-backup --reason "before the upgrade"');
  runs<StartOptions>(run, context, async (session, options, [name = '']) => {
    const answer = await session.client.start(TriggerScheduleDocument, { name, ...startFields(options) });
    return waitForOperation(session, unwrap(answer.triggerSchedule).operation, { wait: options.wait });
  });
}

function addRuns(schedules: Command, context: CommandContext): void {
  const list = schedules
    .command('runs')
    .description('what became of the moments of a schedule, newest first')
    .argument('<name>', 'name of the schedule')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(20));
  withExamples(list, 'sunday schedules runs nightly-backup --limit 5');
  runs<{ limit: number }>(list, context, async (session, { limit }, [name = '']) => {
    const answer = await session.client.request(ScheduleRunsDocument, { name, first: limit });
    const found = requireSchedule(answer.schedule, name).runs.edges.map(({ node }) => node);
    session.show({ name, runs: found }, () =>
      found.length === 0 ? `${name} has not run yet.` : formatRuns(found, session.terminal),
    );
  });
}

function formatRuns(found: readonly Run[], terminal: Terminal): string {
  return formatTable(
    ['due', 'outcome', 'operation', 'state', 'by', 'why'],
    found.map((one) => [
      formatTime(one.dueAt),
      terminal.paint(OUTCOME_COLOURS[one.outcome], one.outcome),
      one.operation === null ? NOTHING : toShortId(one.operation.id),
      one.operation?.state ?? NOTHING,
      one.requestedBy ?? 'clock',
      one.reason ?? '',
    ]),
  );
}

/** @throws {RecordedError} with the code of a schedule that is not there. */
function requireSchedule<T>(found: T | null, name: string): T {
  if (found !== null) return found;
  throw new RecordedError({
    code: 'SCHEDULE_NOT_FOUND',
    message: `there is no schedule ${name}`,
    hint: '`sunday schedules list` shows those that there are.',
    retryable: false,
  });
}
