/** What is done, what is seen of it, and how it is undone ('' when the next case builds on it). */
export type Case = readonly [change: string, seen: readonly string[], undo: string];

export const TABLE_CASES: readonly Case[] = [
  ['CREATE SCHEMA s', ['ADDED SCHEMA s'], 'DROP SCHEMA s'],
  ['CREATE EXTENSION pgcrypto', ['ADDED EXTENSION pgcrypto'], 'DROP EXTENSION pgcrypto'],
  ['CREATE TABLE t ()', ['ADDED TABLE public.t'], 'DROP TABLE t'],
  ['ALTER TABLE a ADD e int', ['ADDED COLUMN public.a.e'], 'ALTER TABLE a DROP e'],
  [
    'ALTER TABLE other ALTER a_id TYPE int',
    ['CHANGED COLUMN public.other.a_id'],
    'ALTER TABLE other ALTER a_id TYPE bigint',
  ],
  [
    'ALTER TABLE a ALTER b SET NOT NULL',
    ['CHANGED COLUMN public.a.b'],
    'ALTER TABLE a ALTER b DROP NOT NULL',
  ],
  [
    'ALTER TABLE a ALTER c SET DEFAULT 2',
    ['CHANGED COLUMN public.a.c'],
    'ALTER TABLE a ALTER c SET DEFAULT 1',
  ],
  ['ALTER TABLE a ALTER d TYPE text COLLATE "C"', ['CHANGED COLUMN public.a.d'], ''],
  [
    'ALTER TABLE a ALTER d SET STORAGE external',
    ['CHANGED COLUMN public.a.d'],
    'ALTER TABLE a ALTER d SET STORAGE extended',
  ],
  [
    'ALTER TABLE a ALTER d SET STATISTICS 7',
    ['CHANGED COLUMN public.a.d'],
    'ALTER TABLE a ALTER d SET STATISTICS -1',
  ],
  [
    'ALTER TABLE a ALTER d SET (n_distinct = 5)',
    ['CHANGED COLUMN public.a.d'],
    'ALTER TABLE a ALTER d RESET (n_distinct)',
  ],
  [
    'ALTER TABLE a ADD g int GENERATED ALWAYS AS IDENTITY',
    ['ADDED COLUMN public.a.g'],
    'ALTER TABLE a DROP g',
  ],
  [
    'ALTER TABLE a ADD h int GENERATED ALWAYS AS (c + 1) STORED',
    ['ADDED COLUMN public.a.h'],
    'ALTER TABLE a DROP h',
  ],
  ['ALTER TABLE a SET (fillfactor = 70)', ['CHANGED TABLE public.a'], 'ALTER TABLE a RESET (fillfactor)'],
  ['ALTER TABLE other SET UNLOGGED', ['CHANGED TABLE public.other'], 'ALTER TABLE other SET LOGGED'],
  [
    'ALTER TABLE a ENABLE ROW LEVEL SECURITY',
    ['CHANGED TABLE public.a'],
    'ALTER TABLE a DISABLE ROW LEVEL SECURITY',
  ],
  [
    'ALTER TABLE a FORCE ROW LEVEL SECURITY',
    ['CHANGED TABLE public.a'],
    'ALTER TABLE a NO FORCE ROW LEVEL SECURITY',
  ],
  [
    'ALTER TABLE a REPLICA IDENTITY FULL',
    ['CHANGED TABLE public.a'],
    'ALTER TABLE a REPLICA IDENTITY DEFAULT',
  ],
  [
    'ALTER TABLE a REPLICA IDENTITY USING INDEX a_ri',
    ['CHANGED TABLE public.a'],
    'ALTER TABLE a REPLICA IDENTITY DEFAULT',
  ],
  [
    'ALTER TABLE a ADD CONSTRAINT k CHECK (c < 9)',
    ['ADDED CONSTRAINT k on public.a'],
    'ALTER TABLE a DROP CONSTRAINT k',
  ],
  [
    'ALTER TABLE a DROP CONSTRAINT a_c_check',
    ['REMOVED CONSTRAINT a_c_check on public.a'],
    'ALTER TABLE a ADD CHECK (c > 0) NOT VALID',
  ],
  ['ALTER TABLE a VALIDATE CONSTRAINT a_c_check', ['CHANGED CONSTRAINT a_c_check on public.a'], ''],
  [
    'ALTER TABLE other DISABLE TRIGGER ALL',
    ['CHANGED CONSTRAINT other_a_id_fkey on public.other'],
    'ALTER TABLE other ENABLE TRIGGER ALL',
  ],
  ['CREATE INDEX a_d ON a (d)', ['ADDED INDEX public.a_d'], 'DROP INDEX a_d'],
  [
    'DROP INDEX a_b; CREATE INDEX a_b ON a (b DESC)',
    ['CHANGED INDEX public.a_b'],
    'DROP INDEX a_b; CREATE INDEX a_b ON a (b)',
  ],
  [
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_b'::regclass",
    ['CHANGED INDEX public.a_b'],
    "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'a_b'::regclass",
  ],
  [
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_pkey'::regclass",
    ['CHANGED CONSTRAINT a_pkey on public.a'],
    "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'a_pkey'::regclass",
  ],
  [
    'ALTER TABLE a RENAME CONSTRAINT a_pkey TO a_key',
    ['ADDED CONSTRAINT a_key on public.a', 'REMOVED CONSTRAINT a_pkey on public.a'],
    'ALTER TABLE a RENAME CONSTRAINT a_key TO a_pkey',
  ],
  [
    'DROP STATISTICS a_stats',
    ['REMOVED STATISTICS public.a_stats'],
    'CREATE STATISTICS a_stats ON b, d FROM a',
  ],
];
