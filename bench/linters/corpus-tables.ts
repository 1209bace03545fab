import { type CorpusCase, safe, unsafe } from './corpus-case.ts';

/** Constraints and tables as a whole. */
export const TABLE_CASES: readonly CorpusCase[] = [
  // Constraints
  safe(
    'a foreign key that is not checked yet',
    `ALTER TABLE items ADD CONSTRAINT items_board FOREIGN KEY (organization_id, board_id)
    REFERENCES boards (organization_id, id) NOT VALID;`,
  ),
  safe('a foreign key that is checked later', 'ALTER TABLE items VALIDATE CONSTRAINT items_board;'),
  unsafe(
    'a foreign key that is checked at once',
    'ALTER TABLE items ADD CONSTRAINT items_board FOREIGN KEY (board_id) REFERENCES boards (id);',
    'adding-foreign-key-constraint',
  ),
  unsafe(
    'a foreign key without a name',
    'ALTER TABLE ONLY items ADD FOREIGN KEY (board_id) REFERENCES boards ON DELETE CASCADE;',
    'adding-foreign-key-constraint',
  ),
  unsafe(
    'added and checked in one transaction',
    `ALTER TABLE items ADD CONSTRAINT items_board FOREIGN KEY (board_id) REFERENCES boards (id) NOT VALID;
    ALTER TABLE items VALIDATE CONSTRAINT items_board;`,
    'lock-held-during-work',
  ),
  safe(
    'a new table that refers to others',
    `CREATE TABLE item_watchers (
      item_id uuid NOT NULL REFERENCES items (id) ON DELETE CASCADE,
      user_id uuid NOT NULL,
      PRIMARY KEY (item_id, user_id),
      CHECK (item_id <> user_id));`,
  ),
  safe(
    'a check that is not tested yet',
    "ALTER TABLE items ADD CONSTRAINT items_title CHECK (title <> '') NOT VALID;",
  ),
  unsafe(
    'a check that is tested at once',
    "ALTER TABLE items ADD CONSTRAINT items_title CHECK (title <> '');",
    'constraint-missing-not-valid',
  ),
  unsafe(
    'a check hidden in a new column',
    'ALTER TABLE items ADD COLUMN score bigint DEFAULT 0 CHECK (score >= 0);',
    'constraint-missing-not-valid',
  ),
  unsafe(
    'a unique constraint',
    'ALTER TABLE tags ADD CONSTRAINT tags_name UNIQUE (organization_id, name);',
    'disallowed-unique-constraint',
  ),
  unsafe('a primary key', 'ALTER TABLE tags ADD PRIMARY KEY (id);', 'disallowed-unique-constraint'),
  safe(
    'a unique constraint over an index',
    'ALTER TABLE tags ADD CONSTRAINT tags_name UNIQUE USING INDEX tags_name_idx;',
  ),
  unsafe(
    'a domain that becomes stricter',
    "ALTER DOMAIN email ADD CONSTRAINT email_at CHECK (VALUE LIKE '%@%');",
    'ban-alter-domain-with-add-constraint',
  ),
  safe(
    'a domain made and bounded by the same script',
    'CREATE DOMAIN percent AS numeric; ALTER DOMAIN percent ADD CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100);',
  ),
  safe(
    'a domain that becomes stricter for new rows',
    "ALTER DOMAIN email ADD CONSTRAINT email_at CHECK (VALUE LIKE '%@%') NOT VALID;",
  ),

  // Tables
  safe(
    'a table',
    `CREATE TABLE IF NOT EXISTS sprints (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      organization_id uuid NOT NULL,
      number bigint GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL CHECK (length(name) < 200),
      created_at timestamptz NOT NULL DEFAULT now());
    COMMENT ON TABLE sprints IS 'DROP TABLE items; is only a comment';`,
  ),
  unsafe('a table dropped', 'DROP TABLE IF EXISTS audit_old;', 'ban-drop-table'),
  safe(
    'a table made and dropped',
    'CREATE TABLE scratch (id bigint); INSERT INTO scratch SELECT 1; DROP TABLE scratch;',
  ),
  unsafe('a table emptied with all that hangs on it', 'TRUNCATE boards CASCADE;', 'ban-truncate-cascade'),
  unsafe('a table renamed', 'ALTER TABLE items RENAME TO entries;', 'renaming-table'),
  safe(
    'a table renamed behind a view',
    'ALTER TABLE items RENAME TO entries; CREATE VIEW items AS SELECT * FROM entries;',
  ),
  unsafe('a table moved to another schema', 'ALTER TABLE items SET SCHEMA archive;', 'ban-set-schema'),
  unsafe('a database dropped', 'DROP DATABASE analytics;', 'ban-drop-database'),
  unsafe('a schema dropped', 'DROP SCHEMA reporting CASCADE;', 'ban-drop-schema'),
  unsafe('a table without its log', 'ALTER TABLE sessions SET UNLOGGED;', 'table-rewrite'),
  unsafe('a table moved to another disk', 'ALTER TABLE attachments SET TABLESPACE cold;', 'table-rewrite'),
  unsafe('a table written anew', 'VACUUM (FULL, ANALYZE) items;', 'prefer-repack', 'NONE'),
  safe('a table vacuumed', 'VACUUM (ANALYZE) items;', 'NONE'),
  safe('a storage parameter', 'ALTER TABLE items SET (autovacuum_vacuum_scale_factor = 0.02);'),
  unsafe('a lock by hand', 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE;', 'explicit-lock'),
  safe('a lock that stops no writer', 'LOCK TABLE items IN ROW SHARE MODE;'),
];
