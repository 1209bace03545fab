import { createHash } from 'node:crypto';
import type { Queryable } from '../../postgres/pool.ts';
import type { BackupType } from '../pgbackrest/info.ts';
import { listDefaultSchedules, recordDefaultSchedule } from './store.ts';

export const BACKUP_ACTIONS = ['FULL', 'DIFFERENTIAL', 'INCREMENTAL', 'VERIFY', 'CLEANUP'] as const;
/** What a schedule of backups does. */
export type BackupAction = (typeof BACKUP_ACTIONS)[number];

/** What the operation of an action is called, and what it takes besides the cluster. */
export interface ActionOperation {
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** `verify`: of a backup, whether it is read back afterwards; the others have no choice. */
export function toOperation(action: BackupAction, { verify }: { readonly verify: boolean }): ActionOperation {
  if (action === 'VERIFY') return { kind: 'backups.verify', input: {} };
  if (action === 'CLEANUP') return { kind: 'backups.expire', input: {} };
  const type: BackupType = action;
  return { kind: 'backups.start', input: { type, verify } };
}

/** The action of a schedule; null when it is of something else. */
export function toAction({
  kind,
  input,
}: {
  readonly kind: string;
  readonly input: unknown;
}): BackupAction | null {
  if (kind === 'backups.verify') return 'VERIFY';
  if (kind === 'backups.expire') return 'CLEANUP';
  if (kind !== 'backups.start' || typeof input !== 'object' || input === null || !('type' in input))
    return null;
  return BACKUP_ACTIONS.find((one) => one === input.type) ?? null;
}

const SUFFIXES: Readonly<Record<BackupAction, string>> = {
  FULL: 'full-backup',
  DIFFERENTIAL: 'differential-backup',
  INCREMENTAL: 'incremental-backup',
  VERIFY: 'verification',
  CLEANUP: 'backup-cleanup',
};
const LONGEST_NAME = 63;

/** Name of the schedule that does this for a cluster, e.g. `main-full-backup`. */
export function nameSchedule(cluster: string, action: BackupAction): string {
  const name = `${cluster}-${SUFFIXES[action]}`;
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(cluster).digest('hex').slice(0, 8);
  return `${cluster.slice(0, LONGEST_NAME - SUFFIXES[action].length - hash.length - 2)}-${hash}-${SUFFIXES[action]}`;
}

/** A schedule as the default has it. */
export interface DefaultSchedule extends ActionOperation {
  readonly action: BackupAction;
  readonly name: string;
  readonly cluster: string;
  readonly cron: string;
  readonly timezone: string;
}

/**
 * The guide's: full sets on Sundays at two, incremental ones at two on all other days, a cleanup every month. Each set
 * is read back when it is made, and all are again twelve hours later. The cleanup comes before the backups of its day,
 * which would keep it waiting.
 */
const DEFAULTS: readonly { readonly action: BackupAction; readonly cron: string }[] = [
  { action: 'FULL', cron: '0 2 * * SUN' },
  { action: 'INCREMENTAL', cron: '0 2 * * MON-SAT' },
  { action: 'VERIFY', cron: '0 14 * * *' },
  { action: 'CLEANUP', cron: '0 1 1 * *' },
];

export interface DefaultScheduleDependencies {
  readonly db: Queryable;
  /** Clusters with a stanza. */
  readonly clusters: readonly string[];
  readonly timezone: string;
  readonly isTaken: (name: string) => Promise<boolean>;
  readonly make: (schedule: DefaultSchedule) => Promise<void>;
}

/**
 * Makes the default schedules of clusters that never had them; one that people changed or deleted stays as they left
 * it. Twice at once is safe: the second one finds the name taken, or makes the same again.
 */
export async function ensureDefaultSchedules(deps: DefaultScheduleDependencies): Promise<void> {
  for (const cluster of deps.clusters) {
    const made = await listDefaultSchedules(deps.db, cluster);
    for (const { action, cron } of DEFAULTS.filter((one) => !made.includes(one.action))) {
      const name = nameSchedule(cluster, action);
      const { timezone } = deps;
      const operation = toOperation(action, { verify: true });
      // Remembered last: a crash before that finds the name taken the next time.
      if (!(await deps.isTaken(name)))
        await deps.make({ ...operation, action, name, cluster, cron, timezone });
      await recordDefaultSchedule(deps.db, cluster, action);
    }
  }
}
