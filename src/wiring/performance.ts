import type { ReadHighest } from '../performance/capacity/forecast.ts';
import { createPerformance } from '../performance/service.ts';
import type { PerformanceService } from '../performance/performance.ts';
import { createRecorder } from '../performance/statements/recorder.ts';
import type { HealthService } from '../health/service.ts';
import type { Ground, Wiring } from './noun.ts';

export interface PerformanceWiringOptions {
  readonly readHistory: HealthService['history'];
}

/** What the databases do, and what their statements cost. */
export function wirePerformance(
  { fleet, db, log }: Ground,
  { readHistory }: PerformanceWiringOptions,
): Wiring<{ readonly performance: PerformanceService }> {
  const readHighest: ReadHighest = async (request) => {
    const { buckets } = await readHistory(request);
    return buckets.map(({ at, highest }) => ({ at, value: highest }));
  };
  return {
    definitions: [],
    connect: () => ({
      services: { performance: createPerformance({ fleet, db, readHighest }) },
      background: [
        createRecorder({
          ...{ fleet, db },
          onError: (error, { cluster, name }) =>
            log.warn({ err: error, cluster, instance: name }, 'the cost of statements was not recorded'),
        }),
      ],
    }),
  };
}
