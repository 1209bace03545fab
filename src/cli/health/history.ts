import { InvalidArgumentError, type Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { runs, wholeNumber, withCluster, withExamples, type CommandContext } from '../command.ts';
import { formatDuration, formatFigure, formatTime } from '../terminal/format.ts';
import { MetricHistoryDocument, type MetricHistoryQuery } from '../generated/graphql.ts';
import { formatPlot } from '../terminal/plot.ts';
import { resolveCluster } from '../session.ts';
import { formatPairs } from '../terminal/terminal.ts';

type History = MetricHistoryQuery['metricHistory'];

interface HistoryOptions {
  readonly cluster?: string;
  readonly instance?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly step?: number;
}

const AGE = /^(\d{1,6})\s*(s|m|min|h|d)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };
const WIDEST = 100;

export function addHealthHistory(health: Command, context: CommandContext): void {
  const history = withCluster(
    health
      .command('history')
      .description('plots a metric over time')
      .argument(
        '<metric>',
        'name of the metric, e.g. replication_lag; `sunday health thresholds list` has all',
      )
      .option('-i, --instance <name>', 'the instance; left out for a metric of the whole cluster')
      .option(
        '--from <time>',
        'start: a time with its zone, or how long ago, e.g. 6h, 2d; left out: an hour ago',
        toMoment,
      )
      .option('--to <time>', 'end, in the same way; left out: now', toMoment)
      .addOption(wholeNumber('--step <seconds>', 'length of a step', [10, 2_678_400])),
  );
  withExamples(
    history,
    'sunday health history connections --instance main-1',
    'sunday health history query_p95 --instance main-1 --from 7d --json',
  );
  runs<HistoryOptions>(history, context, async (session, options, [metric = '']) => {
    const { instance, from = toMoment('1h'), to, step } = options;
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(MetricHistoryDocument, {
      ...{ cluster, metric },
      ...(instance === undefined ? {} : { instance }),
      range: { from: from.toISOString(), ...(to === undefined ? {} : { to: to.toISOString() }) },
      step: step ?? widthOf(from, to),
    });
    const found = answer.metricHistory;
    session.show({ cluster, instance: instance ?? null, metric, history: found }, () =>
      formatHistory(`${metric.replaceAll('_', ' ')} of ${instance ?? cluster}`, found),
    );
  });
}

/** A moment, or an age like `6h`. */
export function toMoment(text: string): Date {
  const [, count, unit = ''] = AGE.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() - Number(count) * (SECONDS[unit] ?? 1) * 1_000);
  const moment = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : null;
  if (moment !== null && !Number.isNaN(moment.getTime())) return moment;
  throw new InvalidArgumentError(
    'It takes a time with its zone, e.g. 2026-11-22T06:00:00Z, or an age, e.g. 6h.',
  );
}

/** A step of whole minutes that fills the width of a terminal. */
export function widthOf(from: Date, to: Date = new Date()): number {
  const seconds = (to.getTime() - from.getTime()) / 1_000;
  if (seconds <= 0) throw new InvalidInputError(['--to'], 'it must lie after --from');
  const step = seconds / WIDEST;
  return step <= 10 ? 10 : Math.min(2_678_400, Math.ceil(step / 60) * 60);
}

export function formatHistory(title: string, { unit, from, to, stepSeconds, buckets }: History): string {
  if (buckets.length === 0) return `Nothing is known of ${title} in this time.`;
  const values = toColumns({ from, to, stepSeconds, buckets });
  const newest = buckets.at(-1);
  const samples = buckets.reduce((sum, one) => sum + one.samples, 0);
  const mean = buckets.reduce((sum, one) => sum + one.avg * one.samples, 0) / samples;
  const show = (value: number) => formatFigure(Number(value.toPrecision(4)), unit);
  return [
    `${title}, one column for ${formatDuration(stepSeconds)}`,
    '',
    formatPlot(values, unit),
    '',
    formatPairs([
      ['from', formatTime(from)],
      ['to', formatTime(to)],
      ['lowest', show(Math.min(...buckets.map(({ min }) => min)))],
      ['mean', show(mean)],
      ['highest', show(Math.max(...buckets.map(({ max }) => max)))],
      ['newest', show(newest?.last ?? NaN)],
      ['samples', String(samples)],
    ]),
  ].join('\n');
}

/** One value for each step, null where there is none: gaps are seen as gaps. */
function toColumns({ from, to, stepSeconds, buckets }: Omit<History, 'unit'>): readonly (number | null)[] {
  const byStart = new Map(buckets.map((one) => [new Date(one.at).getTime(), one.avg]));
  const stepMs = stepSeconds * 1_000;
  const start = Math.floor(new Date(from).getTime() / stepMs) * stepMs;
  const count = Math.ceil((new Date(to).getTime() - start) / stepMs);
  return Array.from({ length: count }, (_, index) => byStart.get(start + index * stepMs) ?? null);
}
