-- What the guide's daily, weekly and monthly tasks found. One row for each run that came to an end.
CREATE TABLE maintenance_run (
  -- That of its operation. No foreign key: findings outlive operations.
  id uuid PRIMARY KEY,
  cluster text NOT NULL,
  task text NOT NULL,
  findings jsonb NOT NULL,
  looked_at jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL
);
CREATE INDEX maintenance_run_newest ON maintenance_run (cluster, task, finished_at DESC);
