-- Named places in the write-ahead log, one row for each cluster that a point was asked for. The row goes first and is
-- filled in afterwards: a name is never used twice, not even when making it failed half-way, because recovery stops at
-- the first point of a name.
CREATE TABLE restore_point (
  cluster text NOT NULL,
  name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 63),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  -- All three null: it was not made, and `problem` says why (null: its maker died, or is at it).
  lsn pg_lsn,
  segment text,
  at timestamptz,
  problem text,
  PRIMARY KEY (cluster, name)
);
CREATE INDEX restore_point_newest ON restore_point (cluster, created_at DESC);
