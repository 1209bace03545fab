-- When which operation is started, and for whom. The row is the truth; the clock that ticks beside it is a bell.
CREATE TABLE schedule (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  kind text NOT NULL,
  cluster text, -- what the kind makes of the input; null: it belongs to none
  target text NOT NULL,
  input jsonb NOT NULL,
  at timestamptz(3),
  cron text,
  timezone text NOT NULL,
  window_cron text,
  window_minutes integer CHECK (window_minutes > 0),
  window_timezone text,
  jitter_seconds integer NOT NULL DEFAULT 0 CHECK (jitter_seconds >= 0),
  missed_policy text NOT NULL CHECK (missed_policy IN ('SKIP', 'RUN_ONCE')),
  -- Grows with each change by people: a worker that decided on what was before then writes nothing.
  revision integer NOT NULL DEFAULT 1,
  is_paused boolean NOT NULL DEFAULT false,
  -- The occurrence it waits for, kept while it is paused. Null: it has ended.
  next_due_at timestamptz(3),
  next_start_at timestamptz(3),
  next_closes_at timestamptz(3),
  last_operation_id uuid, -- no foreign key: a schedule outlives what it started
  created_by text NOT NULL,
  updated_by text NOT NULL,
  -- The person behind the token that last changed it; null: the token itself.
  on_behalf_of text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CHECK (at IS NULL OR cron IS NULL),
  CHECK ((window_cron IS NULL) = (window_minutes IS NULL) AND (window_cron IS NULL) = (window_timezone IS NULL)),
  CHECK ((next_due_at IS NULL) = (next_start_at IS NULL))
);
CREATE INDEX schedule_due ON schedule (next_start_at) WHERE next_start_at IS NOT NULL AND NOT is_paused;
CREATE INDEX schedule_by_cluster ON schedule (cluster, name);

-- What became of each moment.
CREATE TABLE schedule_run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id uuid NOT NULL REFERENCES schedule ON DELETE CASCADE,
  due_at timestamptz(3) NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  outcome text NOT NULL CHECK (outcome IN ('STARTED', 'SKIPPED', 'MISSED', 'FAILED_TO_START')),
  reason text, -- null: it was started in time
  error_code text, -- of FAILED_TO_START
  operation_id uuid,
  -- Moments that this row stands for: more than one when several were missed in a row.
  moments integer NOT NULL DEFAULT 1 CHECK (moments > 0),
  requested_by text, -- who asked for it out of turn; null: the clock
  UNIQUE (schedule_id, due_at)
);
CREATE INDEX schedule_run_newest ON schedule_run (schedule_id, id DESC);
