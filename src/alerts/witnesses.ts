import type { AlertEvidence } from './alerts.ts';

/** What others know of a server in trouble; each may be left out, and then nobody is asked. */
export interface Witnesses {
  /** What statements cost in the last minutes, and which indexes would help. `instance` is null for the primary. */
  readonly costly?: (
    cluster: string,
    instance: string | null,
  ) => Promise<Required<Pick<AlertEvidence, 'costly' | 'indexes'>>>;
  /** The end of the log of a server that is ours to start; null when it is not. */
  readonly lastWords?: (cluster: string, instance: string) => Promise<readonly string[] | null>;
  /** What VACUUM would give back on the primary. */
  readonly deadSpace?: (cluster: string) => Promise<NonNullable<AlertEvidence['deadSpace']>>;
}

/** Alerts that say that statements are slow, or read too much. */
const OF_STATEMENTS = [
  ...['query_p95', 'cache_hit_ratio', 'cache_hit_heap', 'cache_hit_index'],
  ...['io_wait', 'longest_transaction'],
];
/** Alerts of a server that is down, or of which nothing is known. */
const OF_SERVERS = ['instance_up', 'replication_lag'];
/** Alerts for which dead rows count. */
export const OF_SPACE = ['disk_used', 'dead_rows', 'table_bloat', 'vacuum_age'];

type Part = Partial<Pick<AlertEvidence, 'costly' | 'indexes' | 'deadSpace' | 'lastWords'>>;

/** Those that know something of this alert are asked at once. */
export async function askWitnesses(
  { costly, deadSpace, lastWords }: Witnesses,
  about: {
    readonly metric: string;
    readonly cluster: string;
    readonly instance: string | null;
    readonly firedValue: number | null;
  },
): Promise<Part> {
  const { cluster, instance, metric, firedValue } = about;
  // A lag that is a figure comes from a standby that runs.
  const isDown = OF_SERVERS.includes(metric) && (metric === 'instance_up' || firedValue === null);
  const [statements, space, words] = await Promise.all([
    OF_STATEMENTS.includes(metric) ? costly?.(cluster, instance) : undefined,
    OF_SPACE.includes(metric) ? deadSpace?.(cluster) : undefined,
    isDown && instance !== null ? lastWords?.(cluster, instance) : undefined,
  ]);
  return {
    ...statements,
    ...(space === undefined ? {} : { deadSpace: space }),
    ...(words === undefined || words === null ? {} : { lastWords: words }),
  };
}
