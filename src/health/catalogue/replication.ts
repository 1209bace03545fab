import { atLeast, atMost, shown } from '../../limits.ts';

const OBJECTIVE = 'Guide, Recovery Point Objectives: at most 5 minutes are lost.';

/** Who is there, how far behind they are, and how much log is not safe yet. */
export const REPLICATION = {
  primary: atLeast('instances', [1, 1], 'A cluster has exactly one primary.'),
  instance_up: atLeast('instances', [1, 1], 'Every configured instance answers.'),
  replication_lag: atMost(
    'seconds',
    [1, 10],
    'Guide: alert above 10 seconds. The target is ours: a healthy standby is milliseconds behind.',
  ),
  replication_lag_bytes: atMost('bytes', [67_108_864, 1_000_000_000], 'Ours: 4 segments, and 1 GB.'),
  archive_age: atMost('seconds', [120, 300], `${OBJECTIVE} The target is ours: archive_timeout twice.`),
  loss_window: atMost(
    'seconds',
    [180, 300],
    `${OBJECTIVE} The target is ours: it warns while there is time.`,
  ),
  archive_backlog: atMost(
    'segments',
    [16, 128],
    'Ours: 256 MB and 2 GB that only the primary has, in segments of 16 MB.',
  ),
  wal_held_by_slots: atMost(
    'bytes',
    [1_000_000_000, 10_000_000_000],
    "Ours: max_wal_size is 1 GB by default; more than that is kept for a slot alone, on the primary's disk.",
  ),
  inactive_slots: atMost('count', [0, null], 'Ours: a slot that nobody reads holds write-ahead log back.'),
  wal_rate: shown('bytes_per_second', 'No limit: what is much depends on the disk.'),
  checkpoints_timed: shown('count', 'No limit: that is how it should be.'),
  checkpoints_requested: shown('count', 'No limit: many of them mean that max_wal_size is small.'),
} as const;
