import {
  type Act,
  backUp,
  createIndexes,
  endBlockers,
  endIdleClients,
  keepPartitions,
  maintain,
  startServer,
  type SuggestedAction,
  together,
  vacuum,
  vacuumWhereItHelps,
} from './actions.ts';
import type { Alert } from './alerts.ts';
import { PLATFORM_ADVICE } from './platform-advice.ts';

/** What is behind an alert, and what to do about it. */
export interface Advice {
  /** Why this happens, in general: what was seen of this one is in its evidence. */
  readonly cause: string;
  readonly runbook: string;
  readonly actions: readonly SuggestedAction[];
}

/** What is known of a metric. */
export interface Known {
  readonly cause: string;
  readonly runbook: string;
  readonly act?: Act;
}

const SESSIONS: Known = {
  cause: 'A transaction was left open or runs for long, and what it has locked others wait for.',
  runbook:
    'Look at the evidence: the session at the root of the tree holds up the others. Ask its owner, or end it. Set idle_in_transaction_session_timeout for the role if it comes back.',
  act: endBlockers,
};

const ARCHIVE: Known = {
  cause: 'Write-ahead log does not reach the repository, so what was committed since would be lost.',
  runbook:
    "Read the primary's log for the error of archive_command and see whether the repository can be written and has room. PostgreSQL tries again by itself; take a backup when the gap stays.",
  act: backUp('Take a full backup', 'FULL'),
};

const CONNECTIONS: Known = {
  cause: 'Clients hold more connections than planned: a leak, a storm of reconnects, or slow statements.',
  runbook:
    'See in the evidence who holds them and in what state. End idle ones in a transaction, mend the blocker, or let the pool take fewer from each client. Raise max_connections last: it needs a restart.',
  act: together(endIdleClients, endBlockers),
};

const STATEMENTS: Known = {
  cause:
    'Statements take longer than people wait: one reads a table without an index, or there are more of them.',
  runbook:
    'Look at the dearest statements in the evidence and at the indexes that are suggested; `optimizeQuery` shows the plan of each. If nothing there is new, look for what else keeps the machine busy.',
  act: createIndexes,
};

const DEAD_ROWS: Known = {
  cause: 'Rows were changed or deleted faster than VACUUM came by, or something keeps it from removing them.',
  runbook:
    'The evidence names old transactions, slots and standbys that hold it back: as long as they do, VACUUM removes nothing. Then let VACUUM visit the tables that need it.',
  act: vacuum,
};

const KNOWN: Readonly<Record<string, Known>> = {
  ...PLATFORM_ADVICE,
  primary: {
    cause: 'No instance, or more than one, says that it is the primary.',
    runbook:
      'Look at the instances first. Start the primary if its server is there; promote the standby only when the old primary is stopped for good, or both take writes.',
  },
  instance_up: {
    cause: 'The server is stopped, starting, unreachable, or refuses us.',
    runbook:
      "The end of the server's log is in the evidence. Start it when nothing is wrong with its host. What else is said of this instance follows from it.",
    act: startServer,
  },
  query_p95: STATEMENTS,
  dead_rows: DEAD_ROWS,
  vacuum_age: DEAD_ROWS,
  table_bloat: DEAD_ROWS,
  statistics_age: {
    cause: 'ANALYZE has not seen a table for long, so the planner guesses.',
    runbook: 'Let ANALYZE visit the tables whose rows have changed.',
    act: maintain('ANALYZE the tables that have changed', 'ANALYZE'),
  },
  invalid_indexes: {
    cause:
      'A CREATE INDEX CONCURRENTLY or a REINDEX broke off: what it left costs every writer and helps nobody.',
    runbook: 'Rebuild it, or drop it with a migration.',
    act: maintain('Rebuild invalid and bloated indexes', 'REINDEX'),
  },
  connections: CONNECTIONS,
  pool_utilisation: CONNECTIONS,
  longest_transaction: SESSIONS,
  idle_in_transaction: SESSIONS,
  blocked_sessions: SESSIONS,
  longest_lock_wait: SESSIONS,
  cache_hit_ratio: {
    cause: 'The part of the data that is read does not fit into memory, or a statement reads whole tables.',
    runbook:
      'Look at the statements in the evidence for one that reads without an index, before memory is added.',
    act: createIndexes,
  },
  io_wait: {
    cause:
      'The disk is slower than what is asked of it: statements read what is not in memory, or something writes much.',
    runbook:
      'Look at the statements in the evidence for one that reads without an index, and at checkpoints and backups.',
    act: createIndexes,
  },
  replication_lag: {
    cause: 'The standby is down, replays too slowly, or a query on it holds the replay up.',
    runbook:
      'See whether the standby runs and receives. A long query on it may hold it up; so may a slow disk.',
    act: startServer,
  },
  archive_age: ARCHIVE,
  archive_backlog: ARCHIVE,
  loss_window: ARCHIVE,
  wal_held_by_slots: {
    cause: 'The reader of a replication slot is gone or slow, so the primary keeps its log.',
    runbook: 'Bring the reader back, or drop the slot with pg_drop_replication_slot before the disk is full.',
  },
  disk_used: {
    cause: 'Data, log, or temporary files fill the disk.',
    runbook:
      'See whether slots or a failing archive hold log back first; then remove what is not needed, or add space. Dead rows in the evidence are what VACUUM gives back: to the file system where they are at the end of a table, else for new rows. What keeps them from it stands in the evidence, too.',
    act: vacuumWhereItHelps,
  },
  backup_age: {
    cause: 'The last backup is too old: its schedule is paused, or its runs fail.',
    runbook: 'Take one now, then look at the runs of the schedule.',
    act: backUp('Take a backup', 'INCREMENTAL'),
  },
  schema_drift: {
    cause: 'Somebody has changed the schema by hand since the last migration.',
    runbook:
      'See `schemaDrift` for each object; make a migration of what is wanted, or take it back, then accept the rest.',
  },
  partition_coverage: {
    cause: 'Partitions for the time to come were not made: maintenance has not run, or could not.',
    runbook:
      'The reason names the tables. Make what is missing; `dryRun` shows which partitions that are. Behind the edge rows are refused, so look why the schedule did not do it.',
    act: keepPartitions,
  },
  failed_operations: {
    cause: 'Operations have failed in the last hour.',
    runbook:
      'The reason names them. Each one says what it failed of and what helps; try it again after that.',
  },
  failed_schedules: {
    cause: 'The newest run of a schedule failed, could not be started, or was missed.',
    runbook: 'The reason names them. Look at the runs of the schedule and at its last operation.',
  },
};

const USUAL: Known = {
  cause: 'The figure is beyond its limit.',
  runbook: 'Look at the samples and the evidence, and at what was changed when it began.',
};

/** Pure. A rule's own runbook comes first; what the metric itself hints at comes with it. */
export function toAdvice(alert: Alert): Advice {
  const { cause, runbook, act } = KNOWN[alert.metric] ?? USUAL;
  const words = [alert.runbook ?? runbook, alert.hint].filter((one) => one !== null);
  return { cause, runbook: words.join(' '), actions: act?.(alert) ?? [] };
}
