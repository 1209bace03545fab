-- Partitions that were taken out of their tables: one row for each try, written before anything is done to the table.
--
-- | state     | the partition                                  | its file                        |
-- |-----------|------------------------------------------------|---------------------------------|
-- | PREPARING | attached, half detached or detached            | not there, or half written      |
-- | VERIFIED  | detached                                       | read back, equal to the rows    |
-- | ARCHIVED  | dropped                                        | the only copy                   |
-- | ABANDONED | attached again, or what people made of it      | nothing that counts             |
CREATE TABLE partition_archive (
  operation_id uuid NOT NULL, -- no foreign key: archives outlive operations
  cluster text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  partition_name text NOT NULL,
  from_at timestamptz, -- null: no end on that side
  to_at timestamptz,
  state text NOT NULL CHECK (state IN ('PREPARING', 'VERIFIED', 'ARCHIVED', 'ABANDONED')),
  -- Of the store, and within it: the folder that holds data and manifest.
  location text NOT NULL,
  folder text NOT NULL,
  manifest jsonb, -- null until the rows are written
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  verified_at timestamptz,
  dropped_at timestamptz,
  restored_at timestamptz, -- the last time; the file stays
  PRIMARY KEY (operation_id, schema_name, partition_name)
);
CREATE INDEX partition_archive_table ON partition_archive (cluster, schema_name, table_name, from_at);

-- PostgreSQL does not say when a table was last written to. Its counters do say whether it was between two looks.
CREATE TABLE partition_write (
  cluster text NOT NULL,
  relation_id oid NOT NULL,
  writes bigint NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- the first look
  changed_at timestamptz, -- null: not changed since the first look
  PRIMARY KEY (cluster, relation_id)
);
