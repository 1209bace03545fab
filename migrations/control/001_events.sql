-- Names this control plane: processes that it starts carry the id, so that nobody else's are ever touched.
CREATE TABLE control_plane (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO control_plane DEFAULT VALUES;

-- The outbox. Rows are the truth, messages are bells.
CREATE TABLE outbox_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  subject text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_event_subject ON outbox_event (topic, subject, id);
CREATE INDEX outbox_event_at ON outbox_event (at);

-- A cursor before `expired_through` can no longer be resumed without a gap.
CREATE TABLE outbox_retention (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  expired_through bigint NOT NULL DEFAULT 0
);
INSERT INTO outbox_retention DEFAULT VALUES;
