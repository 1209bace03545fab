-- How the costliest statements of each cluster were planned when somebody last reviewed them.
CREATE TABLE maintenance_plan (
  cluster text NOT NULL,
  -- That of pg_stat_statements.
  query_id text NOT NULL,
  -- The steps without their figures, one in each line.
  shape text NOT NULL,
  total_cost double precision NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (cluster, query_id)
);
