import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withCluster, withExamples } from '../command.ts';
import { formatFigure, formatFraction, NOTHING } from '../terminal/format.ts';
import { CapacityForecastDocument, type CapacityForecastQuery } from '../generated/graphql.ts';
import { resolveCluster } from '../session.ts';
import { formatTable, right } from '../terminal/terminal.ts';

type Forecast = CapacityForecastQuery['capacityForecast'][number];

/** `sunday performance forecast`. */
export function addForecast(performance: Command, context: CommandContext): void {
  const forecast = withCluster(performance.command('forecast'))
    .description('when disk, connections, sequences and transaction ids come to an end')
    .addOption(wholeNumber('--days <number>', 'look at the last so many days', [1, 80]).default(14));
  withExamples(forecast, 'sunday performance forecast --days 30');
  runs<{ cluster?: string; days: number }>(forecast, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { capacityForecast } = await session.client.request(CapacityForecastDocument, {
      cluster,
      days: options.days,
    });
    session.show({ capacityForecast }, () =>
      formatTable(
        ['what', 'instance', ...['now', 'limit', 'in a day', 'r²'].map(right), 'ends'],
        capacityForecast.map((one) => [
          one.capacity.toLowerCase(),
          one.instance,
          formatFigure(one.current, one.unit),
          formatFigure(one.limit, one.unit),
          one.perDay === null
            ? NOTHING
            : `${formatFigure(one.perDay, one.unit)} ± ${formatFigure(one.perDayError, one.unit)}`,
          one.r2 === null ? NOTHING : formatFraction(one.r2),
          describeEnd(one),
        ]),
      ),
    );
  });
}

function describeEnd({ daysLeft, daysLeftSoonest, daysLeftLatest, reason }: Forecast): string {
  if (reason !== null) return `UNKNOWN: ${reason}`;
  if (daysLeft === null)
    return daysLeftSoonest === null ? 'not at this rate' : `perhaps in ${days(daysLeftSoonest)}, if at all`;
  const range = daysLeftLatest === null ? 'or never' : `or ${days(daysLeftLatest)} at the latest`;
  return `in ${days(daysLeft)} (${days(daysLeftSoonest ?? daysLeft)} at the soonest, ${range})`;
}

const days = (count: number) =>
  count < 1 ? 'less than a day' : `${Math.round(count).toLocaleString('en-US')} days`;
