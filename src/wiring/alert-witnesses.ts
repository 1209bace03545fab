import type { Witnesses } from '../alerts/witnesses.ts';
import type { InstanceService } from '../instances/instances.ts';
import type { PerformanceService } from '../performance/performance.ts';

export interface WitnessNouns {
  readonly performance: PerformanceService;
  readonly instances: InstanceService;
}

/** An alert comes up to some minutes after the trouble has begun. */
const WINDOW_SECONDS = 120;
const STATEMENTS_SHOWN = 5;
const STATEMENTS_PLANNED = 10;
const MOST_INDEXES = 3;
const BUDGET_BYTES = 1_073_741_824;
const MOST_TABLES = 10;
const UNKNOWN_FIRST = Number.MAX_SAFE_INTEGER;
/** All of it is among the slow queries. */
const LONGEST_QUERY = 500;

const shorten = (query: string) =>
  query.length > LONGEST_QUERY ? `${query.slice(0, LONGEST_QUERY - 1)}…` : query;

/** What other nouns know of a server when an alert has fired there. */
export function createWitnesses({ performance, instances }: WitnessNouns): Witnesses {
  return {
    lastWords: (cluster, instance) => instances.readLog(cluster, instance),
    async costly(cluster, instance) {
      const about = { cluster, instance, windowSeconds: WINDOW_SECONDS };
      const slow = await performance.slowQueries({
        ...about,
        orderBy: 'TOTAL_TIME',
        limit: STATEMENTS_SHOWN,
      });
      const { indexes } = await performance.indexAdvice({
        ...{ ...about, statements: STATEMENTS_PLANNED, limit: MOST_INDEXES, budgetBytes: BUDGET_BYTES },
      });
      return {
        costly: slow.queries.map(({ queryId, query, calls, meanMs, shareOfTime }) => ({
          ...{ queryId, query: query === null ? null : shorten(query), calls, meanMs, shareOfTime },
        })),
        indexes: indexes.map(({ schema, table, statements, bytes, gain, because }) => ({
          ...{ table: `${schema}.${table}`, statements, bytes, gain, because },
        })),
      };
    },
    async deadSpace(cluster) {
      const { tables } = await performance.vacuumNeeds({ cluster, instance: null, limit: MOST_TABLES });
      return tables
        .flatMap(({ schema, name, needs, tableBytes, deadShare }) => {
          const need = needs.find(({ reason }) => reason === 'DEAD_ROWS');
          // Nobody has counted its pages yet.
          const bytes = tableBytes === 0 ? null : Math.round(tableBytes * deadShare);
          return need === undefined ? [] : [{ table: `${schema}.${name}`, bytes, because: need.because }];
        })
        .toSorted((a, b) => (b.bytes ?? UNKNOWN_FIRST) - (a.bytes ?? UNKNOWN_FIRST));
    },
  };
}
