import { atLeast, atMost, shown } from '../../limits.ts';

const GROWTH = 'No limit: what is much depends on the disk.';
const FREEZE = 'PostgreSQL manual, 25.1.5: at 2^31 no transaction can begin.';

/** What is stored, how well it is kept, and what will run out. */
export const STORAGE = {
  database_size: shown('bytes', 'No limit: the size says nothing without the disk.'),
  database_growth: shown('bytes_per_day', GROWTH),
  tables_size: shown('bytes', 'No limit. Counted in pages that VACUUM or ANALYZE last saw.'),
  indexes_size: shown('bytes', 'No limit. Counted in pages that VACUUM or ANALYZE last saw.'),
  table_bloat: atMost('percent', [50, null], 'Ours: of the tables of 10 MB and more, the worst.'),
  bloat_size: shown('bytes', 'No limit: estimated free space within tables.'),
  dead_rows: atMost('percent', [20, 50], 'Ours: autovacuum begins at 20 % (autovacuum_vacuum_scale_factor).'),
  vacuum_age: atMost(
    'seconds',
    [86_400, 604_800],
    'Ours: of the tables that are due for VACUUM, the longest.',
  ),
  vacuums_running: shown('count', 'No limit.'),
  statistics_age: atMost(
    'seconds',
    [604_800, 2_592_000],
    'Guide: not older than a week. The critical limit is ours.',
  ),
  unused_indexes: atMost('count', [0, null], 'Guide, monthly tasks: each one slows writes down for nothing.'),
  duplicate_indexes: atMost('count', [0, null], 'Ours: the same columns in the same order, twice.'),
  invalid_indexes: atMost(
    'count',
    [0, null],
    'Ours: CREATE INDEX CONCURRENTLY failed, and nobody cleaned up.',
  ),
  sequence_used: atMost('percent', [75, 90], 'Ours: of the sequence that is nearest to its end.'),
  xid_age: atMost('transactions', [500_000_000, 1_500_000_000], `Ours. ${FREEZE}`),
  xid_days_left: atLeast('days', [30, 7], `Ours: at the present rate, without any VACUUM. ${FREEZE}`),
  multixact_age: atMost('transactions', [600_000_000, 1_500_000_000], `Ours. ${FREEZE}`),
  multixact_days_left: atLeast('days', [30, 7], `Ours: at the present rate, without any VACUUM. ${FREEZE}`),
  checksum_failures: atMost(
    'count',
    [0, 0],
    'A single one is a page that the disk has not given back as it was.',
  ),
} as const;

/** The machine under an instance, and the instance as a program. */
export const HOST = {
  disk_used: atMost('percent', [85, 95], 'Guide: alert above 85 % full. The critical limit is ours.'),
  disk_free: shown('bytes', 'No limit: see `disk_used`.'),
  io_wait: atMost('percent', [10, 25], 'Guide: below 10 %, critical above 25 %.'),
  cpu_used: shown('percent', 'No limit: busy processors are no fault; people feel `query_p95`.'),
  memory_used: atMost('percent', [90, 97], 'Ours: what can be taken back from caches does not count.'),
  pending_restarts: atMost('count', [0, null], 'Ours: a setting that was changed and does not hold yet.'),
  program_replaced: atMost(
    'count',
    [0, null],
    'Ours: 1 when the program on the disk is not the one that runs.',
  ),
  scrape_cost: atMost('milliseconds', [50, 500], 'Ours: what our own look costs the database.'),
  scrape_time: shown('milliseconds', 'No limit: it is mostly the way there.'),
} as const;
