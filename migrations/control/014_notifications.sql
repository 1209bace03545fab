-- Where alerts are told. Secrets stand in files of the hosts that send; here are only their paths.
CREATE TABLE notification_channel (
  name text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('WEBHOOK', 'SLACK', 'ALERTMANAGER')),
  url text, -- null: the secret file holds it
  secret_file text,
  clusters text[], -- null: all
  severities text[], -- null: all
  changes text[], -- null: all that are told
  queue_limit integer NOT NULL CHECK (queue_limit > 0),
  is_enabled boolean NOT NULL,
  updated_by text NOT NULL,
  on_behalf_of text,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (url IS NOT NULL OR secret_file IS NOT NULL)
);

CREATE TABLE notification_delivery (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  channel text NOT NULL REFERENCES notification_channel (name) ON DELETE CASCADE,
  alert_id uuid, -- null: a test
  cluster text,
  change text NOT NULL,
  message jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'DEAD')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  -- Who tries now may be gone by then: another one may try.
  claimed_until timestamptz,
  last_status integer,
  last_error text,
  duration_ms double precision,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz
);
CREATE INDEX notification_delivery_due ON notification_delivery (channel, position) WHERE state = 'PENDING';
CREATE INDEX notification_delivery_alert ON notification_delivery (alert_id, channel, position);
CREATE INDEX notification_delivery_finished ON notification_delivery (finished_at) WHERE finished_at IS NOT NULL;
