-- Default schedules that were made, of any noun: one that people delete does not come back.
CREATE TABLE schedule_default (
  name text PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

INSERT INTO schedule_default (name, made_at)
SELECT
  cluster || '-' || CASE action
    WHEN 'FULL' THEN 'full-backup'
    WHEN 'INCREMENTAL' THEN 'incremental-backup'
    WHEN 'VERIFY' THEN 'verification'
    ELSE 'backup-cleanup'
  END,
  made_at
FROM backup_default_schedule;

DROP TABLE backup_default_schedule;
