import type { AlertSample } from '../alerts/alerts.ts';
import type { SampleSource } from '../alerts/rounds.ts';
import type { KnownMetric } from '../alerts/rules.ts';
import type { BackupService } from '../backups/backups.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { MigrationService } from '../migrations/migrations.ts';
import type { Operations } from '../operations/service.ts';
import type { PartitionService } from '../partitions/partitions.ts';
import type { ScheduleService } from '../schedules/schedules.ts';
import { COVERAGE_METRIC, measureCoverage } from './partition-samples.ts';

/** What our own records say of a cluster; health knows nothing of these. Lower is better. */
export const RECORD_METRICS: readonly KnownMetric[] = [
  // Guide: an incremental backup each day. Two hours for it to run.
  { name: 'backup_age', better: 'LOWER', target: 26 * 3_600 },
  { name: 'schema_drift', better: 'LOWER', target: 0 },
  { name: 'failed_operations', better: 'LOWER', target: 0 },
  { name: 'failed_schedules', better: 'LOWER', target: 0 },
  COVERAGE_METRIC,
];
const CRITICAL_BACKUP_AGE = 50 * 3_600; // two were missed

const MINUTE_MS = 60_000;
const RECENT_MS = 3_600_000;
const NAMES_SHOWN = 5;
const SCHEDULES_READ = 100;
const OPERATIONS_READ = 50;
const FIRST = { after: null, before: null, fromEnd: false } as const;

export interface RecordNouns {
  readonly fleet: Fleet;
  readonly backups: Pick<BackupService, 'listByCluster'>;
  readonly migrations: Pick<MigrationService, 'drift'>;
  readonly operations: Pick<Operations, 'list' | 'findMany'>;
  readonly schedules: Pick<ScheduleService, 'list' | 'listRuns'>;
  readonly partitions: Pick<PartitionService, 'listByCluster'>;
}

/** Who measures what health does not. */
export function createRecordSources(nouns: RecordNouns): readonly SampleSource[] {
  return [
    {
      name: 'records',
      everyMs: MINUTE_MS,
      measure: async (cluster) => [
        await countFailedOperations(nouns, cluster),
        await countFailedSchedules(nouns, cluster),
      ],
    },
    // Each costs a program on the repository's host or a look at the whole catalog.
    { name: 'backups', everyMs: 10 * MINUTE_MS, measure: (cluster) => measureBackups(nouns, cluster) },
    { name: 'drift', everyMs: 10 * MINUTE_MS, measure: (cluster) => measureDrift(nouns, cluster) },
    {
      name: 'partitions',
      everyMs: 10 * MINUTE_MS,
      measure: (cluster) => measureCoverage(nouns.partitions, cluster),
    },
  ];
}

async function countFailedOperations({ operations }: RecordNouns, cluster: string): Promise<AlertSample> {
  const found = await operations.list({ cluster, states: ['FAILED'] }, { ...FIRST, limit: OPERATIONS_READ });
  const since = Date.now() - RECENT_MS;
  const failed = found.filter(({ finishedAt }) => finishedAt !== null && finishedAt.getTime() > since);
  const names = failed.map(
    ({ kind, id, error }) => `${kind} ${id}${error === null ? '' : ` (${error.code})`}`,
  );
  return toCount('failed_operations', cluster, names);
}

async function countFailedSchedules(nouns: RecordNouns, cluster: string): Promise<AlertSample> {
  const { operations, schedules } = nouns;
  const found = await schedules.list({ cluster }, { ...FIRST, limit: SCHEDULES_READ });
  const names: string[] = [];
  for (const { id, name, state } of found) {
    if (state === 'PAUSED') continue;
    const [run] = await schedules.listRuns(id, { ...FIRST, limit: 1 });
    if (run === undefined) continue;
    const [operation] = run.operationId === null ? [] : await operations.findMany([run.operationId]);
    const isFailed = run.outcome === 'FAILED_TO_START' || run.outcome === 'MISSED';
    if (isFailed || operation?.state === 'FAILED')
      names.push(`${name} (${isFailed ? run.outcome : 'FAILED'})`);
  }
  return toCount('failed_schedules', cluster, names);
}

function toCount(name: string, cluster: string, names: readonly string[]): AlertSample {
  const shown = names.slice(0, NAMES_SHOWN);
  const more = names.length > shown.length ? [`${names.length - shown.length} more`] : [];
  return {
    ...{ name, cluster, instance: null, unit: 'count', value: names.length, target: 0, critical: null },
    state: names.length === 0 ? 'OK' : 'WARNING',
    reason: names.length === 0 ? null : [...shown, ...more].join(', '),
    sampledAt: new Date(),
  };
}

/** Age of the newest set that is valid. No sample: the cluster has no repository. */
async function measureBackups({ backups, fleet }: RecordNouns, cluster: string) {
  if (fleet.get(cluster).stanza === null) return [];
  const [found] = await backups.listByCluster([cluster]);
  const sample = {
    ...{ name: 'backup_age', cluster, instance: null, unit: 'seconds', value: null },
    ...{ target: 26 * 3_600, critical: CRITICAL_BACKUP_AGE, sampledAt: new Date() },
  };
  if (found === undefined || found instanceof Error)
    return [{ ...sample, state: 'UNKNOWN' as const, reason: found?.message ?? 'nobody knows its backups' }];
  const newest = found
    .filter(({ state }) => state !== 'INVALID' && state !== 'EXPIRED')
    .reduce((latest, { finishedAt }) => Math.max(latest, finishedAt.getTime()), 0);
  if (newest === 0)
    return [{ ...sample, state: 'CRITICAL' as const, reason: 'there is no valid backup at all' }];
  const value = (Date.now() - newest) / 1_000;
  const state = value > sample.critical ? 'CRITICAL' : value > sample.target ? 'WARNING' : 'OK';
  return [{ ...sample, value, state, reason: null }] satisfies readonly AlertSample[];
}

async function measureDrift({ migrations }: RecordNouns, cluster: string): Promise<readonly AlertSample[]> {
  try {
    const { state, differences, reason } = await migrations.drift(cluster);
    if (state !== 'UNKNOWN') {
      const names = differences.map((one) => `${one.change} ${one.kind} ${one.object}`);
      const isHidden = state === 'DRIFTED' && names.length === 0;
      return [toCount('schema_drift', cluster, isHidden ? ['the catalog is another one'] : names)];
    }
    return [{ ...toCount('schema_drift', cluster, []), value: null, state, reason }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ ...toCount('schema_drift', cluster, []), value: null, state: 'UNKNOWN', reason }];
  }
}
