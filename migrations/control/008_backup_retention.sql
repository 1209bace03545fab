-- What the repository said about a set when we last saw it: a set that has expired is still shown.
ALTER TABLE backup ADD COLUMN catalogue jsonb;
-- The operation that is about to remove the set; null: none. Whoever wants to hold it then comes too late.
ALTER TABLE backup ADD COLUMN expiring_by uuid;
ALTER TABLE backup ADD COLUMN expired_at timestamptz;
-- No foreign key: history outlives operations.
ALTER TABLE backup ADD COLUMN expired_by uuid;
ALTER TABLE backup ADD COLUMN expired_because text;
CREATE INDEX backup_expiring ON backup (expiring_by) WHERE expiring_by IS NOT NULL;

-- Sets that must stay whatever the policy says. Its past is in the audit log.
CREATE TABLE backup_hold (
  cluster text NOT NULL,
  label text NOT NULL,
  -- All sets whose files it needs: they stay with it.
  needs text[] NOT NULL,
  held_until timestamptz, -- null: until it is released
  reason text NOT NULL,
  held_by text NOT NULL,
  on_behalf_of text,
  held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, label)
);

-- A cluster without a row has the default policy.
CREATE TABLE backup_retention (
  cluster text PRIMARY KEY,
  keep_fulls integer NOT NULL CHECK (keep_fulls >= 1),
  keep_days integer CHECK (keep_days >= 1),
  recovery_days integer NOT NULL CHECK (recovery_days >= 0),
  updated_by text NOT NULL,
  on_behalf_of text,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Default schedules that were made: one that people delete does not come back.
CREATE TABLE backup_default_schedule (
  cluster text NOT NULL,
  action text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, action)
);
