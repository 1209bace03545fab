/** How often the guide (chapter Monitoring & Maintenance) asks for a task. */
export const CADENCES = ['DAILY', 'WEEKLY', 'MONTHLY'] as const;
export type Cadence = (typeof CADENCES)[number];

/** Tasks that `maintenance.run` does. */
export const RUN_TASKS = [
  ...(['SLOW_QUERY_REVIEW', 'CONNECTION_CHECK', 'ERROR_LOG_REVIEW', 'MOVE_LEFTOVER_CHECK'] as const),
  ...(['ANALYZE', 'INDEX_USAGE_REVIEW', 'PLAN_REVIEW', 'CAPACITY_PLANNING'] as const),
  ...(['VACUUM', 'REINDEX', 'SECURITY_AUDIT'] as const),
] as const;
export type RunTask = (typeof RUN_TASKS)[number];

/** Tasks that are operations of other nouns: they are shown here, and started there. */
export const OTHER_TASKS = [
  'BACKUP_VERIFICATION',
  'SCHEMA_DRIFT_CHECK',
  'PARTITION_MAINTENANCE',
  'DR_DRILL',
] as const;
export type OtherTask = (typeof OTHER_TASKS)[number];

export type TaskName = RunTask | OtherTask;
export const TASK_NAMES: readonly TaskName[] = [...RUN_TASKS, ...OTHER_TASKS];

export const RUN_KIND = 'maintenance.run';

/** One task of the guide. */
export interface Task {
  readonly name: TaskName;
  readonly cadence: Cadence;
  /** Operations that do it. */
  readonly kinds: readonly string[];
  /** True: it changes something in the database, if only its statistics. */
  readonly isActing: boolean;
  /** What it does or looks at, for people. */
  readonly about: string;
}

const TASKS: Readonly<Record<TaskName, Omit<Task, 'name'>>> = {
  BACKUP_VERIFICATION: {
    ...{ cadence: 'DAILY', kinds: ['backups.verify'], isActing: false },
    about: 'Reads backups back and checks every file against its checksum.',
  },
  SLOW_QUERY_REVIEW: review('DAILY', 'The statements that cost most in the last day, against 50 and 200 ms.'),
  CONNECTION_CHECK: review(
    'DAILY',
    'Connections against their maximum, sessions that idle in transactions, and who holds up others.',
  ),
  ERROR_LOG_REVIEW: review(
    'DAILY',
    'Errors that servers have logged since the last time, by message, new ones first; of servers that are ours.',
  ),
  MOVE_LEFTOVER_CHECK: review(
    'DAILY',
    'What moves of organizations that have ended left behind: slots that keep log, publications, fences.',
  ),
  ANALYZE: acting('WEEKLY', 'ANALYZE of every table whose rows have changed since the last one.'),
  INDEX_USAGE_REVIEW: review('WEEKLY', 'Indexes that are invalid, duplicates, or used by no instance.'),
  PLAN_REVIEW: review(
    'WEEKLY',
    'Generic plans of the costliest statements: those that are not what they were at the last review.',
  ),
  CAPACITY_PLANNING: review(
    'WEEKLY',
    'Disks, connections, transaction ids and sequences, how they grow, and when they end.',
  ),
  SCHEMA_DRIFT_CHECK: {
    ...{ cadence: 'WEEKLY', kinds: ['migrations.checkDrift'], isActing: false },
    about: 'Compares the schema with what the migrations make.',
  },
  VACUUM: acting('MONTHLY', 'VACUUM of tables that need it, those near wraparound first, throttled.'),
  REINDEX: acting('MONTHLY', 'Rebuilds bloated and invalid indexes while readers and writers go on.'),
  PARTITION_MAINTENANCE: {
    ...{ cadence: 'MONTHLY', kinds: ['partitions.maintainAll', 'partitions.maintain'], isActing: true },
    about: 'Makes partitions ahead and archives those that are too old.',
  },
  SECURITY_AUDIT: review(
    'MONTHLY',
    'Roles, grants to everybody, row-level security, passwords, pg_hba.conf, extensions.',
  ),
  DR_DRILL: {
    ...{ cadence: 'MONTHLY', kinds: ['drills.run'], isActing: false },
    about: 'Restores a backup to a clone and proves that it can be used.',
  },
};

function review(cadence: Cadence, about: string): Omit<Task, 'name'> {
  return { cadence, kinds: [RUN_KIND], isActing: false, about };
}

function acting(cadence: Cadence, about: string): Omit<Task, 'name'> {
  return { cadence, kinds: [RUN_KIND], isActing: true, about };
}

/** All of them: daily ones first, then weekly and monthly ones. */
export const MAINTENANCE_TASKS: readonly Task[] = Object.entries(TASKS)
  .map(([name, task]) => ({ name: name as TaskName, ...task }))
  .toSorted((a, b) => CADENCES.indexOf(a.cadence) - CADENCES.indexOf(b.cadence));

export function getTask(name: TaskName): Task {
  return { name, ...TASKS[name] };
}

export function isRunTask(name: TaskName): name is RunTask {
  return (RUN_TASKS as readonly TaskName[]).includes(name);
}

/**
 * When the tasks run by themselves, in the quiet hours between the partitions (00:30) and the backups' own schedules,
 * each at a minute of its own: they wait for one another all the same.
 */
export const DEFAULT_CRONS: Readonly<Record<RunTask, string>> = {
  SLOW_QUERY_REVIEW: '5 6 * * *',
  CONNECTION_CHECK: '10 6 * * *',
  ERROR_LOG_REVIEW: '12 6 * * *',
  MOVE_LEFTOVER_CHECK: '14 6 * * *',
  ANALYZE: '15 3 * * 6',
  INDEX_USAGE_REVIEW: '15 6 * * 1',
  PLAN_REVIEW: '17 6 * * 1',
  CAPACITY_PLANNING: '20 6 * * 1',
  VACUUM: '15 4 3 * *',
  REINDEX: '15 5 4 * *',
  SECURITY_AUDIT: '25 6 1 * *',
};
