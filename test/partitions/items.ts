import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { month } from './tables.ts';

/** What is asked of `items`: months from three ago, three ahead. */
export const WISH = { table: 'items', column: 'created_at', retentionMonths: 12, extendKeys: true } as const;

/** A plain table with one of everything that has to come along, of which rows stand in the last three months. */
export async function makeItems(db: Database, { rows }: { readonly rows: number }): Promise<void> {
  await db.rows(sql`CREATE TABLE organizations (id int PRIMARY KEY)`);
  await db.rows(sql`INSERT INTO organizations SELECT generate_series(1, 5)`);
  await db.rows(sql`CREATE TABLE items (
    organization_id int NOT NULL REFERENCES organizations, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
    , gone int, note text CHECK (note <> ''), created_at timestamptz NOT NULL DEFAULT now()
    , upper_note text GENERATED ALWAYS AS (upper(note)) STORED
  )`);
  await db.rows(sql`ALTER TABLE items DROP COLUMN gone`);
  await db.rows(
    sql`CREATE INDEX items_note_idx ON items (organization_id, lower(note) DESC) WHERE note IS NOT NULL`,
  );
  await db.rows(sql`COMMENT ON TABLE items IS 'what is to be done'`);
  await db.rows(sql`COMMENT ON COLUMN items.note IS 'free text'`);
  await db.rows(sql`CREATE VIEW recent AS SELECT * FROM items WHERE created_at > now() - interval '1 day'`);
  await db.rows(sql`GRANT SELECT ON items TO PUBLIC`);
  await db.rows(sql`GRANT INSERT ON items TO pg_monitor`);
  await db.rows(sql`ALTER TABLE items ENABLE ROW LEVEL SECURITY`);
  await db.rows(
    sql`CREATE POLICY own ON items USING (organization_id IN (SELECT id FROM organizations WHERE items.note IS NOT NULL))`,
  );
  await db.rows(sql`CREATE TABLE seen (note text)`);
  await db.rows(sql`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.note = ''new'' THEN INSERT INTO public.seen VALUES (NEW.note); END IF; RETURN NEW; END'`);
  await db.rows(sql`CREATE TRIGGER see AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION see()`);
  await db.rows(sql`CREATE SCHEMA ops`);
  await db.rows(sql`CREATE TABLE ops.partition_policies (
    table_name text PRIMARY KEY, retention_months int NOT NULL, premake_months int NOT NULL)`);
  await db.rows(sql`
    INSERT INTO items (organization_id, note, created_at)
    SELECT 1 + n % 5, 'note ' || n, ${month(-3)}::timestamptz + n * (now() - ${month(-3)}::timestamptz) / ${rows}::int
    FROM generate_series(0, ${rows}::int) AS n
  `);
  await db.rows(sql`ANALYZE items`);
}

/** Two writers that insert, change, move to other months and delete, and remember each commit; and what came of it. */
export function keepLedger(db: Database) {
  const expected = new Map<string, string | null>();
  const errors: unknown[] = [];
  let isWriting = true;
  let commits = 0;
  const write = async (turn: number) => {
    for (let step = turn; isWriting; step += 2) {
      try {
        const change = await CHANGES[step % CHANGES.length]?.(db, step);
        for (const [id, note] of change ?? []) expected.set(String(id), note);
        commits += 1;
      } catch (error) {
        errors.push(error);
      }
      await sleep(2);
    }
  };
  const writing = [write(0), write(1)];
  return {
    count: () => commits,
    async end() {
      isWriting = false;
      await Promise.all(writing);
      return { errors, compare: () => compare(db, expected) };
    },
  };
}

type Change = (db: Database, step: number) => Promise<readonly (readonly [bigint, string | null])[]>;
interface Changed {
  readonly id: bigint;
  readonly note: string;
}
const toChange = (rows: readonly Changed[]) => rows.map(({ id, note }) => [id, note] as const);

/** Those of one writer never meet those of the other: odd ids and even ids. */
const CHANGES: readonly Change[] = [
  insert,
  insert,
  change('note = '),
  change("created_at = now() - 40 * interval '1 day', note = "),
  remove,
  remove,
];

async function insert(db: Database, step: number) {
  return toChange(
    await db.rows<Changed>(sql`
      INSERT INTO items (organization_id, note) VALUES (1 + ${step}::int % 5, ${`written ${step}`}) RETURNING id, note`),
  );
}

function change(words: string): Change {
  return async (db, step) =>
    toChange(
      await db.rows<Changed>({
        text: `UPDATE items SET ${words} $1 WHERE id = $2 RETURNING id, note`,
        values: [`changed ${step}`, 1 + ((step * 7) % 3_000) * 2 + (step % 2)],
      }),
    );
}

async function remove(db: Database, step: number) {
  const id = 1 + ((step * 13) % 3_000) * 2 + (step % 2);
  const gone = await db.rows<{ id: bigint }>(sql`DELETE FROM items WHERE id = ${id} RETURNING id`);
  return gone.map((one) => [one.id, null] as const);
}

/** Rows that were committed and are not there as they were, and rows that are there and were deleted. */
async function compare(db: Database, expected: ReadonlyMap<string, string | null>) {
  const rows = await db.rows<Changed>(sql`SELECT id, note FROM items`);
  const found = new Map(rows.map(({ id, note }) => [String(id), note]));
  let [missing, extra] = [rows.length === found.size ? 0 : 1_000_000, 0];
  for (const [id, note] of expected) {
    if (note === null && found.has(id)) extra += 1;
    if (note !== null && found.get(id) !== note) missing += 1;
  }
  return { missing, extra };
}

/** What one expression gives. */
export async function textOf(db: Database, statement: string): Promise<unknown> {
  const [row] = await db.rows<{ readonly text: unknown }>(raw(`SELECT (${statement}) AS text`));
  return row?.text;
}
