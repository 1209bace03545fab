-- Evidence of drills: what was restored to see whether it can be. One row for each drill that came to an end.
CREATE TABLE recovery_drill (
  -- That of its operation. No foreign key: evidence outlives operations.
  id uuid PRIMARY KEY,
  cluster text NOT NULL,
  target text NOT NULL,
  backup text NOT NULL,
  recovered_at timestamptz,
  state text NOT NULL CHECK (state IN ('PASSED', 'FAILED')),
  checks jsonb NOT NULL,
  rto jsonb NOT NULL,
  database_bytes bigint NOT NULL,
  live_bytes bigint,
  predicted_rto_seconds double precision,
  prediction_basis text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL
);
CREATE INDEX recovery_drill_newest ON recovery_drill (cluster, finished_at DESC);
CREATE INDEX recovery_drill_of_backup ON recovery_drill (cluster, backup, finished_at DESC);
