CREATE TABLE backup_default_schedule (
  cluster text NOT NULL,
  action text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (cluster, action)
);

INSERT INTO backup_default_schedule (cluster, action, made_at)
SELECT substring(name FROM '^(.*)-' || suffix || '$'), action, made_at
FROM
  schedule_default,
  (VALUES
    ('FULL', 'full-backup'), ('INCREMENTAL', 'incremental-backup'), ('VERIFY', 'verification'), ('CLEANUP', 'backup-cleanup')
  ) AS kind (action, suffix)
WHERE name LIKE '%-' || suffix;

DROP TABLE schedule_default;
