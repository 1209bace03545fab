CREATE TABLE operation (
  id uuid PRIMARY KEY,
  -- The order of the queue: of two operations that want one lane, the lower goes first.
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  cluster text,
  target text NOT NULL,
  lanes text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  -- Of the attempt under way: handed to DBOS, or still waiting for the lanes of an earlier operation.
  is_enqueued boolean NOT NULL DEFAULT false,
  -- Token of the lease under which the operation may be written to; a holder with an older one is fenced off.
  lease_token bigint NOT NULL DEFAULT 0,
  phase text,
  message text,
  fraction_done double precision CHECK (fraction_done BETWEEN 0 AND 1),
  bytes_done bigint,
  bytes_total bigint,
  eta_seconds double precision,
  attempts integer NOT NULL DEFAULT 1,
  requested_by text NOT NULL,
  on_behalf_of text,
  reason text,
  request_id text NOT NULL,
  input jsonb NOT NULL,
  plan jsonb,
  result json, -- not jsonb: the order of the fields is kept for people
  error jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(), -- milliseconds: what a cursor can hold
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX operation_newest ON operation (created_at DESC, id DESC);
CREATE INDEX operation_by_cluster ON operation (cluster, created_at DESC, id DESC);
CREATE INDEX operation_unfinished ON operation (cluster, seq) WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING');

CREATE TABLE operation_step (
  operation_id uuid NOT NULL REFERENCES operation ON DELETE CASCADE,
  attempt integer NOT NULL,
  position integer NOT NULL,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (operation_id, attempt, position)
);

-- Two requests with one key are one request, whoever of two replicas gets them.
CREATE TABLE idempotency_key (
  principal_id text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  -- Deferred: the key is claimed first, the operation it stands for is written in the same transaction.
  operation_id uuid NOT NULL REFERENCES operation ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (principal_id, key)
);
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);

-- Who holds a lane of a cluster. Tokens come from one sequence, so a newer holder's is always greater.
-- They begin at the time of day: clusters remember the newest token they saw, and a control database that is made
-- anew must not begin below it.
CREATE SEQUENCE lease_token;
SELECT setval('lease_token', (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
CREATE TABLE lease (
  cluster text NOT NULL, -- '' for work that belongs to no cluster
  lane text NOT NULL,
  token bigint NOT NULL,
  operation_id uuid NOT NULL REFERENCES operation ON DELETE CASCADE,
  worker_id text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (cluster, lane)
);
CREATE INDEX lease_by_token ON lease (token);

CREATE TABLE worker (
  id text PRIMARY KEY,
  machine text NOT NULL, -- two workers with one value see each other's pids
  process text NOT NULL, -- boot, pid and start time: one process of one machine for ever
  -- SILENT: no heartbeat in time, perhaps only frozen. GONE: stopped in order, or its process is proven dead.
  state text NOT NULL CHECK (state IN ('ALIVE', 'SILENT', 'GONE')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
