import type { AlertSample } from './alerts.ts';

const WORDS: Readonly<Record<string, string>> = {
  primary: 'primaries',
  connections: 'connections in use',
  cache_hit_ratio: 'cache hit ratio',
  replication_lag: 'replication lag',
  longest_transaction: 'longest transaction',
  archive_age: 'age of the archive',
  loss_window: 'data that would be lost',
  archive_backlog: 'segments that wait for the archive',
  wal_held_by_slots: 'log that slots hold back',
  backup_age: 'age of the newest backup',
  schema_drift: 'objects that drifted',
  failed_operations: 'operations that failed',
  failed_schedules: 'schedules that failed',
};

/** One line for people: what is wrong, where, and by how much. `limit`: what was passed, null when there is none. */
export function summarise(sample: AlertSample, limit: number | null): string {
  const { cluster, instance, name, value, unit, reason, state } = sample;
  const what = `${WORDS[name] ?? name.replaceAll('_', ' ')} of ${instance ?? cluster}`;
  const where = instance === null ? '' : `${cluster}: `;
  if (value === null) return `${where}${what} ${state}${reason === null ? '' : `: ${reason}`}`;
  const beyond = limit === null ? '' : `, the limit is ${formatValue(limit, unit)}`;
  return `${where}${what}: ${formatValue(value, unit)}${beyond}`;
}

/** With its unit, as people read it. */
export function formatValue(value: number, unit: string): string {
  if (unit === 'percent') return `${round(value)} %`;
  if (unit === 'seconds') return formatSeconds(value);
  if (unit === 'bytes') return formatBytes(value);
  return `${round(value)} ${unit}`;
}

function formatSeconds(value: number): string {
  if (value < 120) return `${round(value)} s`;
  if (value < 7_200) return `${round(value / 60)} min`;
  return value < 172_800 ? `${round(value / 3_600)} h` : `${round(value / 86_400)} days`;
}

function formatBytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), units.length - 1);
  return `${round(value / 1_000 ** power)} ${units[power] ?? 'B'}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
