import { type CorpusCase, safe, unsafe } from './corpus-case.ts';

/** Indexes and columns. */
export const COLUMN_CASES: readonly CorpusCase[] = [
  // Indexes
  safe(
    'an index built aside',
    'CREATE INDEX CONCURRENTLY items_board_idx ON items (board_id, position);',
    'NONE',
  ),
  safe(
    'a unique partial index built aside',
    `CREATE UNIQUE INDEX CONCURRENTLY tags_name_idx
    ON tags (organization_id, lower(name)) WHERE deleted_at IS NULL;`,
    'NONE',
  ),
  unsafe(
    'a plain index',
    'CREATE INDEX items_board_idx ON items (board_id);',
    'require-concurrent-index-creation',
  ),
  unsafe(
    'a plain unique index in a schema',
    'CREATE UNIQUE INDEX ON crm."Contacts" ("E-Mail");',
    'require-concurrent-index-creation',
  ),
  unsafe(
    'CONCURRENTLY in a transaction',
    'CREATE INDEX CONCURRENTLY items_board_idx ON items (board_id);',
    'ban-concurrent-index-creation-in-transaction',
  ),
  safe(
    'indexes of a table of the same script',
    `CREATE TABLE reactions (id uuid PRIMARY KEY, item_id uuid NOT NULL, kind text NOT NULL);
    CREATE INDEX reactions_item_idx ON reactions (item_id);
    CREATE UNIQUE INDEX reactions_once ON reactions (item_id, kind);`,
  ),
  unsafe(
    'an index of another table than the one it makes',
    `CREATE TABLE reactions (id uuid PRIMARY KEY);
    CREATE INDEX reactions_idx ON comments (created_at);`,
    'require-concurrent-index-creation',
  ),
  safe('an index dropped aside', 'DROP INDEX CONCURRENTLY IF EXISTS items_old_idx;', 'NONE'),
  unsafe(
    "an index dropped in everybody's way",
    'DROP INDEX items_old_idx;',
    'require-concurrent-index-deletion',
  ),
  safe('an index rebuilt aside', 'REINDEX INDEX CONCURRENTLY items_board_idx;', 'NONE'),
  unsafe('a table reindexed', 'REINDEX TABLE items;', 'require-concurrent-reindex'),
  safe('an index of a parent alone', 'CREATE INDEX activity_log_at_idx ON ONLY activity_log (created_at);'),
  safe('an index renamed', 'ALTER INDEX items_board_idx RENAME TO items_by_board_idx;'),
  unsafe(
    'DROP INDEX CONCURRENTLY in a transaction',
    'DROP INDEX CONCURRENTLY items_old_idx;',
    'ban-concurrent-index-creation-in-transaction',
  ),

  // Columns that come
  safe('a nullable column', 'ALTER TABLE items ADD COLUMN archived_at timestamptz;'),
  safe('a column with a constant', "ALTER TABLE items ADD COLUMN priority text NOT NULL DEFAULT 'none';"),
  safe(
    'a column with the time of the statement',
    'ALTER TABLE items ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();',
  ),
  safe(
    'two columns at once',
    `ALTER TABLE ONLY public.items
    ADD COLUMN IF NOT EXISTS width bigint, ADD COLUMN IF NOT EXISTS height bigint DEFAULT 0;`,
  ),
  safe(
    'a jsonb column with an empty object',
    "ALTER TABLE boards ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'::jsonb;",
  ),
  unsafe(
    'a column with a random default',
    'ALTER TABLE items ADD COLUMN public_id uuid DEFAULT gen_random_uuid();',
    'adding-field-with-default',
  ),
  unsafe(
    'a column with a random default, second of two',
    `ALTER TABLE "items" ADD COLUMN note text,
    ADD COLUMN token text NOT NULL DEFAULT md5(random()::text);`,
    'adding-field-with-default',
  ),
  unsafe(
    'a generated column',
    'ALTER TABLE items ADD COLUMN title_lower text GENERATED ALWAYS AS (lower(title)) STORED;',
    'adding-field-with-default',
  ),
  unsafe(
    'a column that has to be there, without a value',
    'ALTER TABLE items ADD COLUMN owner_id uuid NOT NULL;',
    'adding-required-field',
  ),
  unsafe(
    'a serial key',
    'ALTER TABLE tags ADD COLUMN id bigserial PRIMARY KEY;',
    'adding-serial-primary-key-field',
  ),
  safe(
    'a required column of a table of the same script',
    `CREATE TABLE drafts (id uuid PRIMARY KEY);
    ALTER TABLE drafts ADD COLUMN owner_id uuid NOT NULL;
    ALTER TABLE drafts ADD COLUMN code uuid NOT NULL DEFAULT gen_random_uuid();`,
  ),
  safe(
    'a random default for new rows only',
    `ALTER TABLE items ADD COLUMN public_id uuid;
    ALTER TABLE items ALTER COLUMN public_id SET DEFAULT gen_random_uuid();`,
  ),
  safe(
    'a new column that refers to another table',
    'ALTER TABLE items ADD COLUMN sprint_id uuid REFERENCES sprints (id);',
  ),

  // Columns that change or go
  unsafe('a column dropped', 'ALTER TABLE items DROP COLUMN legacy_state;', 'ban-drop-column'),
  unsafe(
    'a column dropped among others',
    'ALTER TABLE items ALTER COLUMN note SET DEFAULT \'\', DROP COLUMN IF EXISTS "Legacy" CASCADE;',
    'ban-drop-column',
  ),
  safe(
    'a column dropped from a table of the same script',
    'CREATE TABLE t2 (a bigint, b bigint); ALTER TABLE t2 DROP COLUMN b;',
  ),
  unsafe('a column renamed', 'ALTER TABLE items RENAME COLUMN name TO title;', 'renaming-column'),
  safe('a column of a new table renamed', 'CREATE TABLE t2 (a bigint); ALTER TABLE t2 RENAME COLUMN a TO b;'),
  unsafe('another type', 'ALTER TABLE items ALTER COLUMN position TYPE bigint;', 'changing-column-type'),
  unsafe(
    'another type with a computation',
    `ALTER TABLE items ALTER COLUMN due
    TYPE timestamptz USING due AT TIME ZONE 'UTC';`,
    'changing-column-type',
  ),
  unsafe(
    'NOT NULL on rows that are there',
    'ALTER TABLE items ALTER COLUMN owner_id SET NOT NULL;',
    'adding-not-nullable-field',
  ),
  safe(
    'NOT NULL proven by a check that is valid',
    `ALTER TABLE items ADD CONSTRAINT items_owner CHECK (owner_id IS NOT NULL) NOT VALID;
    ALTER TABLE items VALIDATE CONSTRAINT items_owner;
    ALTER TABLE items ALTER COLUMN owner_id SET NOT NULL;
    ALTER TABLE items DROP CONSTRAINT items_owner;`,
    'NONE',
  ),
  unsafe(
    'NOT NULL after a check that was never validated',
    `ALTER TABLE items ADD CONSTRAINT items_owner CHECK (owner_id IS NOT NULL) NOT VALID;
    ALTER TABLE items ALTER COLUMN owner_id SET NOT NULL;`,
    'adding-not-nullable-field',
    'NONE',
  ),
  safe('a default that changes', "ALTER TABLE items ALTER COLUMN priority SET DEFAULT 'low';"),
  safe('more exact statistics', 'ALTER TABLE items ALTER COLUMN board_id SET STATISTICS 1000;'),
];
