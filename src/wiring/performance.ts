import { createIndexOperation } from '../performance/building/operation.ts';
import { createIndexBuilding, type IndexBuildingService } from '../performance/building/service.ts';
import { createPerformance } from '../performance/service.ts';
import { HistoryUnavailableError } from '../health/history/errors.ts';
import type { HistoryRequest, MetricPast, ReadHistory } from '../performance/history.ts';
import type { PerformanceService } from '../performance/performance.ts';
import { createRecorder } from '../performance/statements/recorder.ts';
import type { Ground, Wiring } from './noun.ts';

export interface PerformanceWiringOptions {
  readonly readHistory: (request: HistoryRequest) => Promise<Omit<MetricPast, 'reason'>>;
}

export interface PerformanceNouns {
  readonly performance: PerformanceService;
  readonly indexBuilding: IndexBuildingService;
}

/** What the databases do, and what their statements cost. */
export function wirePerformance(
  { fleet, db, log }: Ground,
  { readHistory }: PerformanceWiringOptions,
): Wiring<PerformanceNouns> {
  const definition = createIndexOperation({ fleet });
  return {
    definitions: [definition],
    connect: ({ operations }) => ({
      services: {
        performance: createPerformance({ fleet, db, readHistory: sayWhenAway(readHistory) }),
        indexBuilding: createIndexBuilding({ operations, definition }),
      },
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

/** Without the history a report or a forecast still says what is known without it. */
export function sayWhenAway(read: PerformanceWiringOptions['readHistory']): ReadHistory {
  return async (request) => {
    try {
      return { ...(await read(request)), reason: null };
    } catch (error) {
      if (!(error instanceof HistoryUnavailableError)) throw error;
      return { unit: '', buckets: [], reason: `${error.message}. ${error.hint}` };
    }
  };
}
