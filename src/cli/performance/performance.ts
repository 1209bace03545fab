import { type Command, Option } from 'commander';
import { type CommandContext, runs, wholeNumber, withExamples } from '../command.ts';
import { formatCount, formatDuration, formatFraction, formatTime, NOTHING } from '../terminal/format.ts';
import { SlowQueriesDocument, type SlowQueriesQuery, type SlowQueryOrder } from '../generated/graphql.ts';
import { addForecast } from './forecast.ts';
import { addOptimizeCommands } from './optimize.ts';
import { addMonitorCommand } from './monitor.ts';
import { addReportCommand } from './report.ts';
import { addTableCommands } from './tables.ts';
import { toOneLine } from '../sessions/lines.ts';
import { resolveCluster } from '../session.ts';
import { withInstance } from '../sessions/sessions.ts';
import { formatTable, right } from '../terminal/terminal.ts';

type Found = SlowQueriesQuery['slowQueries'];

const ORDERS: Readonly<Record<string, SlowQueryOrder>> = {
  total: 'TOTAL_TIME',
  mean: 'MEAN_TIME',
  p95: 'P95_BOUND',
  calls: 'CALLS',
  io: 'IO',
};
const QUERY_WIDTH = 70;

export function addPerformance(program: Command, context: CommandContext): void {
  const performance = program
    .command('performance')
    .description('what statements cost, and what would make them cheaper');
  withExamples(performance, 'sunday performance slow-queries --minutes 60');
  addSlowQueries(performance, context);
  addTableCommands(performance, context);
  addOptimizeCommands(performance, context);
  addReportCommand(performance, context);
  addMonitorCommand(performance, context);
  addForecast(performance, context);
}

function addSlowQueries(performance: Command, context: CommandContext): void {
  const slow = withInstance(performance.command('slow-queries'))
    .description('the statements that cost most in the last time')
    .addOption(wholeNumber('--minutes <number>', 'of the last so many minutes', [1, 10_080]).default(60))
    .addOption(new Option('--by <order>', 'what comes first').choices(Object.keys(ORDERS)).default('total'))
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(20))
    .option('--full', 'the whole text of each statement')
    .option('--plan', 'also the plan that each has whatever its values are; nothing is executed');
  withExamples(
    slow,
    'sunday performance slow-queries',
    'sunday performance slow-queries --by p95 --minutes 1440 --full',
    'sunday performance slow-queries --limit 3 --plan',
  );
  type Options = {
    cluster?: string;
    instance?: string;
    minutes: number;
    by: string;
    limit: number;
    full?: boolean;
    plan?: boolean;
  };
  runs<Options>(slow, context, async (session, { instance, minutes, by, limit, full, plan, ...named }) => {
    const cluster = await resolveCluster(session, named.cluster);
    const { slowQueries } = await session.client.request(SlowQueriesDocument, {
      ...{ cluster, windowSeconds: minutes * 60, orderBy: ORDERS[by] ?? 'TOTAL_TIME', first: limit },
      ...{ withPlan: plan ?? false, ...(instance === undefined ? {} : { instance }) },
    });
    session.show({ slowQueries }, () => formatSlowQueries(slowQueries, full ?? false));
  });
}

function formatSlowQueries(found: Found, isFull: boolean): string {
  if (found.reason !== null) return `UNKNOWN: ${found.reason}\nhint:  ${found.hint ?? ''}`;
  if (found.queries.length === 0) return `No statement ran on ${found.instance} in that time.`;
  const table = formatTable(
    [...['time', 'share', 'calls', 'mean', 'p95 at most', 'rows', 'hit'].map(right), 'statement'],
    found.queries.map((one) => [
      formatDuration(one.totalMs / 1_000),
      formatFraction(one.shareOfTime),
      formatCount(one.calls),
      formatDuration(one.meanMs / 1_000),
      formatDuration(one.p95BoundMs / 1_000),
      formatCount(one.rows),
      one.hitRatio === null ? NOTHING : formatFraction(one.hitRatio),
      one.query === null ? NOTHING : isFull ? one.query : toOneLine(one.query, QUERY_WIDTH),
    ]),
  );
  return [describePeriod(found), '', table, ...formatPlans(found)].join('\n');
}

/** Nothing when nobody asked for plans. */
function formatPlans({ queries }: Found): readonly string[] {
  return queries.flatMap(({ query, plan }) => {
    if (plan === undefined) return [];
    const hint = plan.hint === null ? [] : [`hint:  ${plan.hint}`];
    const about = query === null ? NOTHING : toOneLine(query, QUERY_WIDTH);
    return ['', about, ...(plan.text === null ? [`UNKNOWN: ${plan.reason ?? ''}`, ...hint] : [plan.text])];
  });
}

function describePeriod({ from, to, method, totalCalls, totalMs, instance }: Found): string {
  const since = from === null ? 'the first' : formatTime(from);
  const period =
    method === 'SINCE_RESET'
      ? `since its counters began (${since}); nothing was recorded yet to compare with`
      : `from ${since} to ${formatTime(to)}`;
  return `${instance}: ${formatCount(totalCalls)} statements in ${formatDuration(totalMs / 1_000)} ${period}`;
}
