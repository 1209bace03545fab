-- Rules that people made. A rule of the product is in force until one of its name and scope is here.
CREATE TABLE alert_rule (
  name text NOT NULL,
  cluster text, -- null: of all clusters that have none of their own
  metric text NOT NULL,
  comparison text NOT NULL CHECK (comparison IN ('ABOVE', 'BELOW')),
  threshold double precision, -- null: the metric's own state decides
  recovery_threshold double precision, -- null: where it is crossed it is well again
  severity text CHECK (severity IN ('WARNING', 'CRITICAL')), -- null: as bad as the metric's state
  for_seconds integer NOT NULL CHECK (for_seconds >= 0),
  resolve_after_seconds integer NOT NULL CHECK (resolve_after_seconds >= 0),
  reminder_seconds integer CHECK (reminder_seconds > 0),
  escalate_after_seconds integer CHECK (escalate_after_seconds > 0),
  runbook text,
  is_enabled boolean NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  updated_by text NOT NULL,
  on_behalf_of text,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE NULLS NOT DISTINCT (name, cluster)
);

-- What is beyond its threshold, but not yet for long enough.
CREATE TABLE alert_pending (
  fingerprint text PRIMARY KEY,
  cluster text NOT NULL,
  since timestamptz NOT NULL,
  clear_since timestamptz,
  seen_at timestamptz NOT NULL,
  samples jsonb NOT NULL
);
CREATE INDEX alert_pending_cluster ON alert_pending (cluster);

CREATE TABLE alert (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  fingerprint text NOT NULL,
  rule text NOT NULL,
  metric text NOT NULL,
  cluster text NOT NULL,
  instance text,
  unit text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('WARNING', 'CRITICAL')),
  state text NOT NULL CHECK (state IN ('FIRING', 'ACKNOWLEDGED', 'SILENCED', 'RESOLVED')),
  summary text NOT NULL,
  reason text,
  hint text,
  runbook text, -- of its rule; null: the product's own words
  threshold double precision,
  fired_value double precision,
  value double precision,
  started_at timestamptz NOT NULL, -- of the breach; it fired when that had lasted long enough
  fired_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  clear_since timestamptz,
  resolved_at timestamptz,
  resolved_because text,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_because text,
  silenced_until timestamptz,
  silenced_by text,
  parent_id uuid REFERENCES alert (id) ON DELETE SET NULL,
  reminded_at timestamptz,
  reminders integer NOT NULL DEFAULT 0,
  escalated_at timestamptz,
  samples jsonb NOT NULL,
  evidence jsonb
);
-- However many workers judge the same sample: what is open is open once.
CREATE UNIQUE INDEX alert_open ON alert (fingerprint) WHERE resolved_at IS NULL;
CREATE INDEX alert_open_cluster ON alert (cluster) WHERE resolved_at IS NULL;
CREATE INDEX alert_cluster ON alert (cluster, position);
CREATE INDEX alert_parent ON alert (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX alert_resolved ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

-- Null in a column: any. Each one ends.
CREATE TABLE alert_silence (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  cluster text,
  rule text,
  metric text,
  instance text,
  severity text CHECK (severity IN ('WARNING', 'CRITICAL')),
  ends_at timestamptz NOT NULL,
  reason text,
  created_by text NOT NULL,
  on_behalf_of text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX alert_silence_ends ON alert_silence (ends_at);

-- Work that was announced: what fires while one is open is silenced until it closes.
CREATE TABLE alert_maintenance_window (
  name text PRIMARY KEY,
  clusters text[], -- null: all
  metrics text[], -- null: all
  cron text NOT NULL,
  duration_minutes integer NOT NULL CHECK (duration_minutes > 0),
  timezone text NOT NULL,
  is_enabled boolean NOT NULL,
  updated_by text NOT NULL,
  on_behalf_of text,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which worker looked at a cluster last, so that not each of them does.
CREATE TABLE alert_round (
  cluster text NOT NULL,
  source text NOT NULL,
  claimed_by text NOT NULL,
  claimed_at timestamptz NOT NULL,
  PRIMARY KEY (cluster, source)
);
