import { CAPACITIES, type Capacity, type Forecast } from '../src/performance/capacity/forecast.ts';
import { builder } from './builder.ts';

const WHAT: Record<Capacity, string> = {
  DISK: 'The file system of the data directory.',
  CONNECTIONS: 'max_connections, by the highest of each day.',
  SEQUENCE: 'The sequence that is nearest to its end.',
  XID: 'Transaction ids, if nothing is frozen any more.',
  MULTIXACT: 'Multixact ids, if nothing is frozen any more.',
};

const CapacityRef = builder.enumType('Capacity', {
  description: 'What can come to an end.',
  values: Object.fromEntries(
    CAPACITIES.map((capacity) => [capacity, { value: capacity, description: WHAT[capacity] }]),
  ) as Record<Capacity, { value: Capacity; description: string }>,
});

const NEVER = 'Null: at this rate never, or there is no forecast.';

export const ForecastRef = builder.objectRef<Forecast>('CapacityForecast').implement({
  description:
    'When something of an instance comes to an end, if it goes on as before: a straight line by least squares.',
  fields: (t) => ({
    capacity: t.expose('capacity', { type: CapacityRef, description: 'What ends.' }),
    instance: t.exposeString('instance', { description: 'Name of the instance.' }),
    metric: t.exposeString('metric', {
      description: 'The metric that it is read from, see `metricHistory`.',
    }),
    unit: t.exposeString('unit', { description: 'Unit of `current`, `limit` and `perDay`.' }),
    current: t.exposeFloat('current', {
      nullable: true,
      description: 'The newest value; null: none is known.',
    }),
    limit: t.exposeFloat('limit', { description: 'Where it ends.' }),
    perDay: t.float({
      nullable: true,
      description: 'Growth in a day; null without a forecast.',
      resolve: ({ fit }) => fit?.perDay ?? null,
    }),
    perDayError: t.float({
      nullable: true,
      description:
        'Half the width of the interval that holds the true growth with 95 %; null without a forecast.',
      resolve: ({ fit }) => fit?.perDayError ?? null,
    }),
    r2: t.float({
      nullable: true,
      description: 'Part of the variance that the line explains, 0 to 1; null without a forecast.',
      resolve: ({ fit }) => fit?.r2 ?? null,
    }),
    daysLeft: t.float({
      nullable: true,
      description: `Days until it ends. ${NEVER}`,
      resolve: ({ daysLeft }) => daysLeft?.expected ?? null,
    }),
    daysLeftSoonest: t.float({
      nullable: true,
      description: `The same if it grows as fast as it may, with 95 %. ${NEVER}`,
      resolve: ({ daysLeft }) => daysLeft?.soonest ?? null,
    }),
    daysLeftLatest: t.float({
      nullable: true,
      description: `The same if it grows as slowly as it may. ${NEVER}`,
      resolve: ({ daysLeft }) => daysLeft?.latest ?? null,
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'Why there is no forecast, e.g. since the history of the metrics cannot be read; null: there is one.',
    }),
  }),
});
