import type { REPLICATION } from './replication.ts';
import type { SESSIONS } from './sessions.ts';
import { HOST, type STORAGE } from './storage.ts';

type Name = keyof typeof REPLICATION | keyof typeof SESSIONS | keyof typeof STORAGE | keyof typeof HOST;

/** Where each metric is read. What is missing here is the machine's, or a size from the catalog. */
const SOURCES: Partial<Record<Name, string>> = {
  primary: 'pg_is_in_recovery() of all instances',
  instance_up: 'the answer to a look',
  replication_lag: 'pg_last_xact_replay_timestamp(), 0 when the positions in the log are equal',
  replication_lag_bytes: 'pg_last_wal_replay_lsn() against the flushed end of the primary',
  archive_age: 'pg_stat_archiver and pg_ls_archive_statusdir()',
  loss_window: 'the repository',
  archive_backlog: 'pg_ls_archive_statusdir() and the spool of the archiver',
  wal_held_by_slots: 'pg_replication_slots',
  inactive_slots: 'pg_replication_slots',
  wal_rate: 'positions in the write-ahead log',
  checkpoints_timed: 'pg_stat_bgwriter, or pg_stat_checkpointer from PostgreSQL 17 on',
  checkpoints_requested: 'pg_stat_bgwriter, or pg_stat_checkpointer from PostgreSQL 17 on',
  pool_utilisation: 'SHOW POOLS of PgBouncer where one is configured, else pg_stat_activity',
  connections_waiting: 'pg_locks, where pg_stat_activity shows a wait for a lock',
  blocked_sessions: 'pg_locks, where pg_stat_activity shows a wait for a lock',
  longest_lock_wait: 'pg_locks, where pg_stat_activity shows a wait for a lock',
  locks: 'pg_locks, while somebody waits; else once a minute',
  longest_transaction: 'pg_stat_activity and pg_prepared_xacts',
  prepared_transactions: 'pg_prepared_xacts',
  prepared_transaction_age: 'pg_prepared_xacts',
  query_p95: 'pg_stat_statements: an inverse Gaussian for each statement, weighted by its calls',
  query_p95_upper: "pg_stat_statements: Cantelli's inequality, mean + 4.36 standard deviations",
  query_p95_coverage: 'pg_stat_statements: statements that could be followed from look to look',
  throughput: 'pg_stat_statements',
  commits: 'pg_stat_database',
  rollbacks: 'pg_stat_database',
  deadlocks: 'pg_stat_database',
  temp_bytes: 'pg_stat_database',
  cache_hit_ratio: 'pg_stat_database',
  cache_hit_heap: 'pg_statio_user_tables',
  cache_hit_index: 'pg_statio_user_tables',
  database_size: 'pg_database_size()',
  database_growth: 'pg_database_size()',
  table_bloat: 'an estimate from pg_class and the widths in pg_statistic',
  bloat_size: 'an estimate from pg_class and the widths in pg_statistic',
  dead_rows: 'pg_stat_user_tables',
  vacuum_age: 'pg_stat_user_tables',
  vacuums_running: 'pg_stat_progress_vacuum',
  statistics_age: 'pg_stat_user_tables',
  unused_indexes: 'pg_stat_get_numscans() of all instances',
  duplicate_indexes: 'pg_index',
  invalid_indexes: 'pg_index',
  sequence_used: 'pg_sequence',
  xid_age: 'pg_database',
  xid_days_left: 'pg_database',
  multixact_age: 'pg_database',
  multixact_days_left: 'pg_database',
  checksum_failures: 'pg_stat_database',
  disk_used: 'the file system of the data directory',
  disk_free: 'the file system of the data directory',
  io_wait: '/proc/stat',
  cpu_used: '/proc/stat',
  memory_used: '/proc/meminfo',
  pending_restarts: 'pg_settings',
  program_replaced: 'the file of the running program',
  scrape_cost: 'pg_stat_statements, else the clock of the worker',
  scrape_time: 'the clock of the worker',
};

/** Where it is read, for people. */
export function sourceOf(name: Name): string {
  return (
    SOURCES[name] ?? (name in HOST ? 'the machine' : name.endsWith('_size') ? 'pg_class' : 'pg_stat_activity')
  );
}
