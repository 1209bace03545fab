-- What we know about backup sets beyond what their repository says. pgBackRest's own catalogue is the truth about
-- which sets exist: a row without a set is history, a set without a row was made by somebody else.
CREATE TABLE backup (
  cluster text NOT NULL,
  label text NOT NULL,
  type text NOT NULL CHECK (type IN ('FULL', 'DIFFERENTIAL', 'INCREMENTAL')),
  -- INVALID by verification; only a later verification makes it COMPLETE again.
  state text NOT NULL DEFAULT 'COMPLETE' CHECK (state IN ('COMPLETE', 'INVALID')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  database_bytes bigint NOT NULL,
  repository_bytes bigint,
  repository_delta_bytes bigint NOT NULL,
  wal_start text,
  wal_stop text,
  lsn_start pg_lsn,
  lsn_stop pg_lsn,
  prior text,
  -- No foreign key: a set outlives the operation that made it.
  operation_id uuid,
  manifest jsonb,
  verification jsonb,
  verified_at timestamptz,
  verified_by uuid,
  PRIMARY KEY (cluster, label)
);

-- Evidence that a set was restored, and how long that took.
CREATE TABLE backup_proof (
  operation_id uuid PRIMARY KEY,
  cluster text NOT NULL,
  label text NOT NULL,
  destination text NOT NULL,
  is_proven boolean NOT NULL,
  rto_seconds double precision NOT NULL,
  restore_ms double precision NOT NULL,
  database_bytes bigint NOT NULL,
  result jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX backup_proof_newest ON backup_proof (cluster, at DESC);
