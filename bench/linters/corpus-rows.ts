import { type CorpusCase, safe, unsafe } from './corpus-case.ts';

/** Partitions, replication, rows and scripts of several statements. */
export const ROW_CASES: readonly CorpusCase[] = [
  // Partitions
  unsafe(
    'a partition made in its parent',
    `CREATE TABLE activity_log_202702 PARTITION OF activity_log
    FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');`,
    'partition-of',
  ),
  safe(
    'a partition made aside',
    `CREATE TABLE activity_log_202702 (LIKE activity_log INCLUDING ALL,
      CHECK (created_at >= '2027-02-01' AND created_at < '2027-03-01'));
    ALTER TABLE activity_log ATTACH PARTITION activity_log_202702 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');`,
  ),
  safe(
    'partitions of a parent of the same script',
    `CREATE TABLE hits (at date NOT NULL, n bigint) PARTITION BY RANGE (at);
    CREATE TABLE hits_2027 PARTITION OF hits FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
    CREATE TABLE hits_rest PARTITION OF hits DEFAULT;`,
  ),
  unsafe(
    'a full table attached',
    "ALTER TABLE hits ATTACH PARTITION hits_old FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');",
    'attach-without-check',
  ),
  unsafe(
    'a partition detached',
    'ALTER TABLE activity_log DETACH PARTITION activity_log_202401;',
    'require-concurrent-partition-detach',
  ),
  safe(
    'a partition detached aside',
    'ALTER TABLE activity_log DETACH PARTITION activity_log_202401 CONCURRENTLY;',
    'NONE',
  ),
  unsafe(
    'a partition detached aside in a transaction',
    'ALTER TABLE activity_log DETACH PARTITION activity_log_202401 CONCURRENTLY;',
    'not-in-a-transaction',
  ),

  // Triggers, views, replication
  unsafe(
    'a trigger on a busy table',
    'CREATE TRIGGER items_audit AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION audit();',
    'trigger-on-big-table',
  ),
  safe(
    'a trigger on a table of the same script',
    `CREATE TABLE notes (id uuid PRIMARY KEY, updated_at timestamptz);
    CREATE TRIGGER notes_touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION set_updated_at();`,
  ),
  unsafe('a trigger switched off', 'ALTER TABLE items DISABLE TRIGGER items_audit;', 'ban-disable-trigger'),
  unsafe(
    "a view refreshed in its readers' way",
    'REFRESH MATERIALIZED VIEW board_totals;',
    'refresh-without-concurrently',
  ),
  safe('a view refreshed aside', 'REFRESH MATERIALIZED VIEW CONCURRENTLY board_totals;'),
  safe('a view', 'CREATE VIEW open_items AS SELECT id, title FROM items WHERE deleted_at IS NULL;'),
  safe('a view replaced', 'DROP VIEW IF EXISTS open_items; CREATE VIEW open_items AS SELECT id FROM items;'),
  unsafe('a view dropped', 'DROP VIEW open_items;', 'ban-drop-view'),
  unsafe(
    'a publication with a filter',
    `CREATE PUBLICATION mv FOR TABLE items WHERE (organization_id = '00000000-0000-0000-0000-000000000001')
    WITH (publish = 'insert, update, delete');`,
    'filtered-publication-without-identity',
  ),
  unsafe(
    'a publication of everything',
    'CREATE PUBLICATION everything FOR ALL TABLES;',
    'publication-for-all-tables',
  ),
  unsafe('no replica identity', 'ALTER TABLE items REPLICA IDENTITY NOTHING;', 'replica-identity-change'),
  safe('a replica identity', 'ALTER TABLE items REPLICA IDENTITY USING INDEX items_organization_id_id_key;'),
  unsafe(
    'row security without a policy',
    'ALTER TABLE items ENABLE ROW LEVEL SECURITY;',
    'row-security-without-policy',
  ),
  safe(
    'row security with its policy',
    `ALTER TABLE items ENABLE ROW LEVEL SECURITY;
    CREATE POLICY items_tenant ON items USING (organization_id = current_setting('app.current_organization_id')::uuid);`,
  ),

  // Rows
  unsafe('a backfill of all rows', "UPDATE items SET priority = 'none';", 'unbatched-backfill'),
  unsafe(
    'a backfill with a condition',
    "UPDATE items SET priority = 'none' WHERE priority IS NULL;",
    'unbatched-backfill',
  ),
  unsafe(
    'a deletion by age',
    "DELETE FROM sessions WHERE created_at < now() - interval '90 days';",
    'unbatched-backfill',
  ),
  unsafe(
    'a deletion inside of a WITH',
    'WITH gone AS (DELETE FROM sessions WHERE expired RETURNING id) SELECT count(*) FROM gone;',
    'unbatched-backfill',
  ),
  safe(
    'a batch by its key',
    "UPDATE items SET priority = 'none' WHERE id IN (SELECT id FROM items WHERE priority IS NULL LIMIT 5000);",
  ),
  safe(
    'one row',
    "UPDATE organizations SET name = 'Sunday' WHERE id = '00000000-0000-0000-0000-000000000001';",
  ),
  safe(
    'some rows of reference data',
    "INSERT INTO roles (name) VALUES ('owner'), ('member'), ('guest') ON CONFLICT DO NOTHING;",
  ),
  safe(
    'rows of a table of the same script',
    "CREATE TABLE kinds (id bigint, name text); INSERT INTO kinds VALUES (1, 'a'); UPDATE kinds SET name = upper(name);",
  ),

  // Transactions and several statements
  unsafe(
    'a transaction inside of the transaction',
    'BEGIN; ALTER TABLE items ADD COLUMN a bigint; COMMIT;',
    'transaction-nesting',
  ),
  unsafe(
    'a lock timeout switched off',
    "SET lock_timeout = '0'; ALTER TABLE items ADD COLUMN a bigint;",
    'require-timeout-settings',
  ),
  unsafe(
    'two busy tables in one transaction',
    'ALTER TABLE items ADD COLUMN a bigint; ALTER TABLE boards ADD COLUMN a bigint;',
    'several-strong-locks',
  ),
  safe(
    'two busy tables one after the other',
    'ALTER TABLE items ADD COLUMN a bigint; ALTER TABLE boards ADD COLUMN a bigint;',
    'NONE',
  ),
  unsafe(
    'a table closed during a backfill',
    'ALTER TABLE items ADD COLUMN a bigint; UPDATE items SET a = 1 WHERE a IS NULL;',
    'lock-held-during-work',
  ),
  unsafe(
    'a block of code',
    "DO $$ BEGIN EXECUTE 'ALTER TABLE items ADD COLUMN x int'; END $$;",
    'opaque-code',
  ),
  safe(
    'a block that only looks',
    "DO $$ BEGIN IF current_setting('server_version_num')::int < 150000 THEN RAISE EXCEPTION 'too old'; END IF; END $$;",
  ),
  safe(
    'a function whose body has DDL',
    `CREATE FUNCTION rebuild() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN DROP TABLE IF EXISTS items; UPDATE boards SET title = ''; END $$;`,
  ),
  safe(
    'a comment with a statement in it',
    `-- DROP TABLE items;
    /* TRUNCATE boards; */ COMMENT ON COLUMN items.title IS 'ALTER TABLE items DROP COLUMN title';`,
  ),
  safe(
    'a search path and a table',
    'SET search_path = crm; CREATE TABLE leads (id uuid PRIMARY KEY); CREATE INDEX leads_idx ON leads (id);',
  ),
  safe('an enum with an order', "ALTER TYPE status ADD VALUE 'waiting' BEFORE 'done';"),
  safe('a right granted', 'GRANT SELECT, INSERT ON items TO sunday_app;'),
  unsafe(
    'a name that is cut',
    'CREATE INDEX CONCURRENTLY items_organization_id_board_id_group_id_position_deleted_at_partial_idx ON items (position);',
    'identifier-too-long',
    'NONE',
  ),
];
