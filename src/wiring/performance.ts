import { createIndexOperation } from '../performance/building/operation.ts';
import { createIndexBuilding, type IndexBuildingService } from '../performance/building/service.ts';
import { createPerformance } from '../performance/service.ts';
import type { ReadHistory } from '../performance/history.ts';
import type { PerformanceService } from '../performance/performance.ts';
import { createRecorder } from '../performance/statements/recorder.ts';
import type { Ground, Wiring } from './noun.ts';

export interface PerformanceWiringOptions {
  readonly readHistory: ReadHistory;
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
        performance: createPerformance({ fleet, db, readHistory }),
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
