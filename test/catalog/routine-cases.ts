import type { Case } from './cases.ts';

/** `app` is a role of this run: roles are shared by all databases of the server. */
export const routineCases = (app: string): readonly Case[] => [
  [
    'DROP TRIGGER a_touch ON a',
    ['REMOVED TRIGGER a_touch on public.a'],
    'CREATE TRIGGER a_touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch()',
  ],
  [
    'ALTER TABLE a DISABLE TRIGGER a_touch',
    ['CHANGED TRIGGER a_touch on public.a'],
    'ALTER TABLE a ENABLE TRIGGER a_touch',
  ],
  [
    'ALTER POLICY mine ON a USING (true)',
    ['CHANGED POLICY mine on public.a'],
    'ALTER POLICY mine ON a USING (b = current_user)',
  ],
  [
    'DROP POLICY mine ON a',
    ['REMOVED POLICY mine on public.a'],
    'CREATE POLICY mine ON a USING (b = current_user)',
  ],
  [
    'ALTER TABLE other DISABLE RULE quiet',
    ['CHANGED RULE quiet on public.other'],
    'ALTER TABLE other ENABLE RULE quiet',
  ],
  [
    'CREATE OR REPLACE VIEW v AS SELECT id, b FROM a WHERE id > 0',
    ['CHANGED VIEW public.v'],
    'CREATE OR REPLACE VIEW v AS SELECT id, b FROM a',
  ],
  [
    'ALTER VIEW v SET (security_invoker = true)',
    ['CHANGED VIEW public.v'],
    'ALTER VIEW v RESET (security_invoker)',
  ],
  ['REFRESH MATERIALIZED VIEW mv', [], ''],
  [
    'ALTER MATERIALIZED VIEW mv RENAME TO mw',
    ['REMOVED MATERIALIZED_VIEW public.mv', 'ADDED MATERIALIZED_VIEW public.mw'],
    'ALTER MATERIALIZED VIEW mw RENAME TO mv',
  ],
  ["CREATE TYPE mood2 AS ENUM ('x')", ['ADDED TYPE public.mood2'], 'DROP TYPE mood2'],
  [
    "ALTER TYPE mood RENAME VALUE 'bad' TO 'sad'",
    ['CHANGED TYPE public.mood'],
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'bad'",
  ],
  ['ALTER TYPE pair ADD ATTRIBUTE z int', ['CHANGED TYPE public.pair'], 'ALTER TYPE pair DROP ATTRIBUTE z'],
  ['ALTER DOMAIN email SET NOT NULL', ['CHANGED TYPE public.email'], 'ALTER DOMAIN email DROP NOT NULL'],
  [
    'ALTER DOMAIN email ADD CONSTRAINT short CHECK (length(VALUE) < 9)',
    ['ADDED CONSTRAINT short on public.email'],
    'ALTER DOMAIN email DROP CONSTRAINT short',
  ],
  ['DROP TYPE span', ['REMOVED TYPE public.span'], 'CREATE TYPE span AS RANGE (SUBTYPE = float8)'],
  [
    'ALTER SEQUENCE counter INCREMENT 5',
    ['CHANGED SEQUENCE public.counter'],
    'ALTER SEQUENCE counter INCREMENT 1',
  ],
  ["SELECT nextval('counter')", [], ''],
  [
    'CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS $$SELECT n + n$$',
    ['CHANGED FUNCTION public.twice(integer)'],
    'CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS $$SELECT n * 2$$',
  ],
  [
    'ALTER FUNCTION twice SECURITY DEFINER',
    ['CHANGED FUNCTION public.twice(integer)'],
    'ALTER FUNCTION twice SECURITY INVOKER',
  ],
  [
    'CREATE FUNCTION twice(text) RETURNS int LANGUAGE sql AS $$SELECT 1$$',
    ['ADDED FUNCTION public.twice(text)'],
    'DROP FUNCTION twice(text)',
  ],
  [
    'DROP PROCEDURE noop',
    ['REMOVED PROCEDURE public.noop()'],
    "CREATE PROCEDURE noop() LANGUAGE sql AS 'SELECT 1'",
  ],
  [
    'DROP AGGREGATE total(int)',
    ['REMOVED AGGREGATE public.total(integer)'],
    'CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)',
  ],
  [
    'DROP OPERATOR === (int, int)',
    ['REMOVED OPERATOR public.===(integer, integer)'],
    'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
  ],
  ['CREATE CAST (pair AS text) WITH INOUT', ['ADDED CAST public.pair as text'], 'DROP CAST (pair AS text)'],
  [
    'ALTER PUBLICATION pub ADD TABLE other',
    ['CHANGED PUBLICATION pub'],
    'ALTER PUBLICATION pub DROP TABLE other',
  ],
  [
    "ALTER PUBLICATION pub SET (publish = 'insert')",
    ['CHANGED PUBLICATION pub'],
    "ALTER PUBLICATION pub SET (publish = 'insert, update, delete, truncate')",
  ],
  [
    'ALTER TEXT SEARCH CONFIGURATION plain DROP MAPPING FOR word',
    ['CHANGED OTHER text search configuration public.plain'],
    '',
  ],
  [
    "COMMENT ON TABLE a IS 'the last'",
    ['CHANGED COMMENT table public.a'],
    "COMMENT ON TABLE a IS 'the first'",
  ],
  [
    "COMMENT ON COLUMN a.b IS 'x'",
    ['ADDED COMMENT table column public.a.b'],
    'COMMENT ON COLUMN a.b IS NULL',
  ],
  ["COMMENT ON INDEX a_b IS 'x'", ['ADDED COMMENT index public.a_b'], 'COMMENT ON INDEX a_b IS NULL'],
  [
    "COMMENT ON SCHEMA public IS 'ours'",
    ['ADDED COMMENT schema public'],
    "COMMENT ON SCHEMA public IS 'standard public schema'",
  ],
  [`GRANT SELECT ON a TO ${app}`, [`ADDED GRANT table public.a to ${app}`], `REVOKE ALL ON a FROM ${app}`],
  [
    `GRANT SELECT (b) ON a TO ${app}`,
    [`ADDED GRANT column public.a.b to ${app}`],
    `REVOKE ALL (b) ON a FROM ${app}`,
  ],
  [
    `GRANT USAGE ON SEQUENCE counter TO ${app}`,
    [`ADDED GRANT sequence public.counter to ${app}`],
    `REVOKE ALL ON SEQUENCE counter FROM ${app}`,
  ],
  [
    'REVOKE EXECUTE ON FUNCTION twice(int) FROM PUBLIC',
    ['ADDED GRANT function public.twice(integer) to PUBLIC'],
    'GRANT EXECUTE ON FUNCTION twice(int) TO PUBLIC',
  ],
  [
    'REVOKE USAGE ON SCHEMA public FROM PUBLIC',
    ['REMOVED GRANT schema public to PUBLIC'],
    'GRANT USAGE ON SCHEMA public TO PUBLIC',
  ],
  [
    'REVOKE USAGE ON TYPE mood FROM PUBLIC',
    ['ADDED GRANT type public.mood to PUBLIC'],
    'GRANT USAGE ON TYPE mood TO PUBLIC',
  ],
  [
    `ALTER TABLE other OWNER TO ${app}`,
    ['ADDED OWNER table public.other'],
    'ALTER TABLE other OWNER TO CURRENT_USER',
  ],
  [
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${app}`,
    [`ADDED DEFAULT_PRIVILEGE for role (database owner) in schema public on tables to ${app}`],
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM ${app}`,
  ],
  [
    "CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION ev()",
    ['ADDED FUNCTION public.ev()', 'ADDED EVENT_TRIGGER et'],
    'DROP FUNCTION ev() CASCADE',
  ],
  [
    'CREATE COLLATION german (provider = icu, locale = $$de$$)',
    ['ADDED OTHER collation public.german'],
    'DROP COLLATION german',
  ],
  [
    'CREATE SCHEMA sunday_ledger; CREATE TABLE sunday_ledger.x (id int)',
    [],
    'DROP SCHEMA sunday_ledger CASCADE',
  ],
  ['CREATE TEMP TABLE scratch (id int)', [], 'DROP TABLE IF EXISTS scratch'],
];
