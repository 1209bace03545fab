import { type CorpusCase, safe } from './corpus-case.ts';

/**
 * Written without a look at the code of either linter's rules, and judged before a rule could be fitted to it: what
 * the other corpus cannot be, since our rules are tested with it. As there, a linter has no database to ask, and every
 * table that is not made here is big and busy.
 */
export const HELD_OUT: readonly CorpusCase[] = [
  // Unsafe: a rewrite, or a scan under a strong lock
  unsafe(
    'a column with a random default',
    'ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();',
  ),
  unsafe('a serial column', 'ALTER TABLE orders ADD COLUMN seq bigserial;'),
  unsafe(
    'a computed column',
    'ALTER TABLE orders ADD COLUMN total numeric GENERATED ALWAYS AS (price * quantity) STORED;',
  ),
  unsafe('another numeric type', 'ALTER TABLE orders ALTER COLUMN amount TYPE numeric(10, 2);'),
  unsafe('a wider key', 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;'),
  unsafe('a check at once', 'ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0);'),
  unsafe(
    'a check and its validation in one transaction',
    `ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;
    ALTER TABLE orders VALIDATE CONSTRAINT amount_positive;`,
  ),
  unsafe(
    'a foreign key at once',
    'ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id);',
  ),
  unsafe('a unique constraint at once', 'ALTER TABLE orders ADD CONSTRAINT orders_no_key UNIQUE (order_no);'),
  unsafe('a primary key at once', 'ALTER TABLE orders ADD PRIMARY KEY (id);'),
  unsafe(
    'an exclusion at once',
    'ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, during WITH &&);',
  ),
  unsafe('a column that must be filled', 'ALTER TABLE orders ALTER COLUMN email SET NOT NULL;'),
  unsafe('a unique index on an expression', 'CREATE UNIQUE INDEX orders_email ON orders (lower(email));'),
  unsafe('an index rebuilt', 'REINDEX INDEX orders_email;'),
  unsafe('a table packed', 'VACUUM FULL orders;', 'NONE'),
  unsafe('a table sorted', 'CLUSTER orders USING orders_pkey;'),
  unsafe('another tablespace', 'ALTER TABLE orders SET TABLESPACE fast;'),
  unsafe('a table made durable', 'ALTER TABLE orders SET LOGGED;'),
  unsafe('a view filled anew', 'REFRESH MATERIALIZED VIEW sales;'),
  unsafe('a table locked', 'LOCK TABLE orders IN ACCESS EXCLUSIVE MODE;'),
  // Unsafe: rows
  unsafe('all rows changed at once', "UPDATE orders SET status = 'new' WHERE status IS NULL;"),
  unsafe('all rows changed in a block', 'DO $$ BEGIN UPDATE orders SET total = price * quantity; END $$;'),
  unsafe('all rows deleted', 'DELETE FROM orders;'),
  unsafe('a table emptied', 'TRUNCATE orders;'),
  // Unsafe: something is gone or called otherwise
  unsafe('a column dropped', 'ALTER TABLE orders DROP COLUMN legacy;'),
  unsafe('a table dropped', 'DROP TABLE orders;'),
  unsafe('a schema dropped', 'DROP SCHEMA billing CASCADE;'),
  unsafe('a type dropped with its columns', 'DROP TYPE order_status CASCADE;'),
  unsafe('a column renamed', 'ALTER TABLE orders RENAME COLUMN name TO title;'),
  unsafe('a table renamed', 'ALTER TABLE orders RENAME TO purchases;'),
  unsafe('rows shown to everybody', 'ALTER TABLE orders DISABLE ROW LEVEL SECURITY;'),
  unsafe('rows that replication cannot find', 'ALTER TABLE orders REPLICA IDENTITY NOTHING;'),
  // Unsafe: fails, or takes the guard away
  unsafe('a required column on rows that have none', 'ALTER TABLE orders ADD COLUMN note text NOT NULL;'),
  unsafe(
    'a value used where it was added',
    `ALTER TYPE order_status ADD VALUE 'lost';
    INSERT INTO order_states (state) VALUES ('lost');`,
  ),
  unsafe('a transaction of its own', 'BEGIN; ALTER TABLE orders ADD COLUMN note text; COMMIT;'),
  unsafe('a wait without an end', 'SET lock_timeout = 0; ALTER TABLE orders ADD COLUMN note text;'),

  // Safe: the catalog only
  safe('a column', 'ALTER TABLE orders ADD COLUMN note text;'),
  safe('a column with a constant', "ALTER TABLE orders ADD COLUMN state text NOT NULL DEFAULT 'new';"),
  safe('a column with the time', 'ALTER TABLE orders ADD COLUMN seen_at timestamptz DEFAULT now();'),
  safe(
    'a check for later',
    'ALTER TABLE orders ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;',
  ),
  safe('a check validated', 'ALTER TABLE orders VALIDATE CONSTRAINT amount_positive;'),
  safe(
    'a foreign key for later',
    'ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;',
  ),
  safe(
    'a constraint from an index',
    'ALTER TABLE orders ADD CONSTRAINT orders_no_key UNIQUE USING INDEX orders_no_idx;',
  ),
  safe('a default', "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'open';"),
  safe('a default less', 'ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;'),
  safe('better statistics', 'ALTER TABLE orders ALTER COLUMN state SET STATISTICS 500;'),
  safe(
    'statistics of two columns',
    'CREATE STATISTICS orders_place (dependencies) ON city, zip FROM orders;',
  ),
  safe('other storage', 'ALTER TABLE orders ALTER COLUMN payload SET STORAGE EXTERNAL;'),
  safe('vacuum more often', 'ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.01);'),
  safe('an index with room', 'ALTER INDEX orders_email SET (fillfactor = 90);'),
  safe(
    'a limit and a column',
    "SET LOCAL statement_timeout = '5s'; ALTER TABLE orders ADD COLUMN note text;",
  ),
  safe('one more value', "ALTER TYPE order_status ADD VALUE 'lost';"),
  safe('a comment', "COMMENT ON TABLE orders IS 'What customers bought';"),
  // Safe: something new
  safe(
    'a table',
    `CREATE TABLE invoices (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL, made_at timestamptz NOT NULL DEFAULT now());`,
  ),
  safe(
    'two tables and what joins them',
    `CREATE TABLE invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE TABLE invoice_lines (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, invoice_id bigint NOT NULL REFERENCES invoices (id));
    CREATE INDEX invoice_lines_invoice ON invoice_lines (invoice_id);`,
  ),
  safe('a view', 'CREATE VIEW open_orders AS SELECT id, state FROM orders WHERE closed_at IS NULL;'),
  safe(
    'a materialized view without rows',
    'CREATE MATERIALIZED VIEW sales AS SELECT day, sum(amount) AS amount FROM orders GROUP BY day WITH NO DATA;',
  ),
  safe(
    'a function',
    "CREATE OR REPLACE FUNCTION vat(amount numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT amount * 0.19';",
  ),
  safe('a setting of a function', 'ALTER FUNCTION vat(numeric) SET search_path = public;'),
  safe('a type', "CREATE TYPE mood AS ENUM ('good', 'bad');"),
  safe('a schema', 'CREATE SCHEMA reporting;'),
  safe('an extension', 'CREATE EXTENSION IF NOT EXISTS pg_trgm;'),
  safe('a sequence', 'CREATE SEQUENCE invoice_numbers;'),
  safe('a sequence with a cache', 'ALTER SEQUENCE invoice_numbers CACHE 50;'),
  safe('a role', 'CREATE ROLE reporting NOLOGIN;'),
  safe('a right to read', 'GRANT SELECT ON orders TO reporting;'),
  // Safe: work that nobody waits for
  safe('an index aside', 'CREATE INDEX CONCURRENTLY orders_state ON orders (state);', 'NONE'),
  safe('an index rebuilt aside', 'REINDEX INDEX CONCURRENTLY orders_email;', 'NONE'),
  safe('an index gone aside', 'DROP INDEX CONCURRENTLY orders_email;', 'NONE'),
  safe('a view filled aside', 'REFRESH MATERIALIZED VIEW CONCURRENTLY sales;'),
  safe('rows counted', 'ANALYZE orders;'),
  safe('rows swept', 'VACUUM (ANALYZE) orders;', 'NONE'),
  safe(
    'a few rows of reference',
    "INSERT INTO countries (code, name) VALUES ('de', 'Germany'), ('fr', 'France');",
  ),
  safe(
    'a thousand rows changed',
    "UPDATE orders SET status = 'new' WHERE id IN (SELECT id FROM orders WHERE status IS NULL LIMIT 1000);",
  ),
];

function unsafe(name: string, sql: string, transaction?: 'NONE'): CorpusCase {
  return { name, sql, isSafe: false, rule: null, ...(transaction ? { transaction } : {}) };
}
