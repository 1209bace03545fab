import { atLeast, atMost, shown } from '../../limits.ts';

const POOL = 'Guide: below 80 % utilised, critical above 95 %.';

/** Who works, how fast, and who waits for whom. */
export const SESSIONS = {
  connections: atMost('percent', [80, 95], POOL),
  pool_utilisation: atMost('percent', [80, 95], `${POOL} Of PgBouncer where one is configured.`),
  connections_active: shown('count', 'No limit: see `connections`.'),
  connections_idle: shown('count', 'No limit: see `connections`.'),
  connections_idle_in_transaction: shown('count', 'No limit: see `idle_in_transaction`.'),
  connections_waiting: shown('count', 'No limit: see `blocked_sessions`.'),
  longest_transaction: atMost(
    'seconds',
    [300, 3_600],
    'Ours: PostgreSQL manual, 25.1 Routine Vacuuming: an old transaction keeps dead rows from being removed.',
  ),
  idle_in_transaction: atMost(
    'seconds',
    [60, 600],
    'Ours: it holds locks and old row versions, and does nothing.',
  ),
  blocked_sessions: atMost('count', [5, 20], 'Ours: short waits are normal, a queue is not.'),
  longest_lock_wait: atMost('seconds', [5, 60], 'Ours: longer than people wait for a page.'),
  locks: shown('count', 'No limit: what is much depends on max_locks_per_transaction.'),
  prepared_transactions: shown('count', 'No limit: see `prepared_transaction_age`.'),
  prepared_transaction_age: atMost(
    'seconds',
    [300, 3_600],
    'Ours, as with any old transaction: one that nobody finishes survives restarts and holds its locks.',
  ),
  query_p95: atMost(
    'milliseconds',
    [50, 200],
    'Guide: below 50 ms for 95 % of queries, critical above 200 ms.',
  ),
  query_p95_upper: shown('milliseconds', 'No limit: it is the upper bound of `query_p95`.'),
  query_p95_coverage: shown('percent', 'No limit: it says how far `query_p95` can be trusted.'),
  throughput: shown('per_second', 'No limit: statements that ended.'),
  commits: shown('per_second', 'No limit.'),
  rollbacks: shown('per_second', 'No limit: some clients roll back each reading transaction.'),
  deadlocks: atMost('count', [0, null], 'Ours: since the look before; each one is an error that a user saw.'),
  temp_bytes: shown('bytes_per_second', 'No limit: sorts and hashes that do not fit into work_mem.'),
  cache_hit_ratio: atLeast('percent', [95, 90], 'Guide: above 95 %, critical below 90 %.'),
  cache_hit_heap: atLeast('percent', [90, 80], 'Guide: above 90 % for the heap. The critical limit is ours.'),
  cache_hit_index: atLeast('percent', [95, 90], 'Guide: above 95 % for indexes, critical below 90 %.'),
} as const;
