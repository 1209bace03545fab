import { createPerformance } from '../performance/service.ts';
import type { ReadHistory } from '../performance/history.ts';
import type { PerformanceService } from '../performance/performance.ts';
import { createRecorder } from '../performance/statements/recorder.ts';
import type { Ground, Wiring } from './noun.ts';

export interface PerformanceWiringOptions {
  readonly readHistory: ReadHistory;
}

/** What the databases do, and what their statements cost. */
export function wirePerformance(
  { fleet, db, log }: Ground,
  { readHistory }: PerformanceWiringOptions,
): Wiring<{ readonly performance: PerformanceService }> {
  return {
    definitions: [],
    connect: () => ({
      services: { performance: createPerformance({ fleet, db, readHistory }) },
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
