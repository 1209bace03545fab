import type { BackupType } from '../pgbackrest/info.ts';

export const BACKUP_ACTIONS = ['FULL', 'DIFFERENTIAL', 'INCREMENTAL', 'VERIFY', 'CLEANUP'] as const;
/** What a schedule of backups does. */
export type BackupAction = (typeof BACKUP_ACTIONS)[number];

/** What the operation of an action is called, and what it takes besides the cluster. */
export interface ActionOperation {
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ActionOptions {
  /** Of a backup, whether it is read back afterwards; the others have no choice. */
  readonly verify: boolean;
  /** Name of the repository; null: of a backup the first, else all. */
  readonly repository: string | null;
}

export function toOperation(action: BackupAction, { verify, repository }: ActionOptions): ActionOperation {
  const where = repository === null ? {} : { repository };
  if (action === 'VERIFY') return { kind: 'backups.verify', input: where };
  if (action === 'CLEANUP') return { kind: 'backups.expire', input: where };
  const type: BackupType = action;
  return { kind: 'backups.start', input: { type, verify, ...where } };
}

/** Kinds of operations that do what a schedule of backups can. */
export const BACKUP_KINDS: readonly string[] = ['backups.start', 'backups.verify', 'backups.expire'];

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

const PURPOSES: Readonly<Record<BackupAction, string>> = {
  FULL: 'full-backup',
  DIFFERENTIAL: 'differential-backup',
  INCREMENTAL: 'incremental-backup',
  VERIFY: 'verification',
  CLEANUP: 'backup-cleanup',
};
/** What tells the schedules of a cluster apart by their names, e.g. `full-backup`, or `full-backup-offsite`. */
export function purposeOf(action: BackupAction, repository: string | null): string {
  return [PURPOSES[action], ...(repository === null ? [] : [repository])].join('-');
}

/**
 * The guide's defaults: full sets on Sundays at two, incremental ones at two on all other days, a cleanup every month. Each set
 * is read back when it is made, and all are again twelve hours later. The cleanup comes before the backups of its day,
 * which would keep it waiting.
 */
export const DEFAULT_BACKUP_SCHEDULES: readonly { readonly action: BackupAction; readonly cron: string }[] = [
  { action: 'FULL', cron: '0 2 * * SUN' },
  { action: 'INCREMENTAL', cron: '0 2 * * MON-SAT' },
  { action: 'VERIFY', cron: '0 14 * * *' },
  { action: 'CLEANUP', cron: '0 1 1 * *' },
];
