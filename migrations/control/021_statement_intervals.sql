-- What the statements of an instance cost between two looks at pg_stat_statements. Only what changed is kept, and of
-- that only the dearest, so that an hour of a busy database is some hundred kilobytes.
CREATE TABLE statement_interval (
  cluster text NOT NULL,
  instance text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  -- [{ queryId, calls, totalMs, squaresMs2, rows, blocksHit, blocksRead, blocksTemp, ioMs, walBytes }]
  statements jsonb NOT NULL,
  -- What the statements that were left out cost together.
  other_calls bigint NOT NULL,
  other_ms double precision NOT NULL,
  PRIMARY KEY (cluster, instance, ended_at)
);
CREATE INDEX statement_interval_ended ON statement_interval (ended_at);

-- The counters of the newest look, which the next one is compared with.
CREATE TABLE statement_look (
  cluster text NOT NULL,
  instance text NOT NULL,
  looked_at timestamptz NOT NULL,
  -- Of pg_stat_statements; counters of another reset are not compared.
  reset_at timestamptz,
  counters jsonb NOT NULL,
  PRIMARY KEY (cluster, instance)
);

-- The text of each statement once, strings left out.
CREATE TABLE statement_text (
  cluster text NOT NULL,
  query_id bigint NOT NULL,
  query text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, query_id)
);
