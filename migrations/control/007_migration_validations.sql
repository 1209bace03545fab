-- What a trial of migrations found. An operation that fails keeps only its error, and the report is what people need then.
CREATE TABLE migration_validation (
  operation_id uuid PRIMARY KEY REFERENCES operation ON DELETE CASCADE,
  report json NOT NULL, -- not jsonb: the order of the fields is kept for people
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
