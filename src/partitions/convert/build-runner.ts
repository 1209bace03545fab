import type { Transaction } from '../../postgres/pool.ts';
import { identifier, literal, raw, sql } from '../../postgres/sql.ts';
import type { Statement } from '../../postgres/sql.ts';
import { type Span, nameLeaf } from '../bounds.ts';
import { bound, setReplicaIdentity, shapeLeaf } from '../leaf-runner.ts';
import { type Conversion, list, markOf, NEW_SCHEMA, numbered, wordsOf } from './conversion.ts';
import { appendColumn, type ShapeIndex } from './shape.ts';

/** Whose work stands there: a mark, empty for a stranger's, null when there is none. */
export async function findWork(tx: Transaction): Promise<string | null> {
  const [row] = await tx.rows<{ readonly mark: string }>(sql`/* partitions.findWork */
    SELECT coalesce(obj_description(oid, 'pg_namespace'), '') AS mark FROM pg_namespace WHERE nspname = ${NEW_SCHEMA}
  `);
  return row?.mark ?? null;
}

/** With the new table, its leaves, what is noted, and the triggers that note it. Only what bears a mark of ours. */
export async function dropWork(tx: Transaction): Promise<void> {
  if (!(await findWork(tx))?.startsWith('conversion of ')) return;
  await tx.rows(sql`/* partitions.dropWork */ DROP SCHEMA ${identifier(NEW_SCHEMA)} CASCADE`);
}

/** Nothing is noted any more; needs no lock, so it helps also while the triggers cannot be dropped. */
export async function stopNoting(tx: Transaction): Promise<void> {
  if (!(await findWork(tx))?.startsWith('conversion of ')) return;
  await tx.rows(sql`/* partitions.stopNoting */
    CREATE OR REPLACE FUNCTION ${identifier(NEW_SCHEMA)}.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'
  `);
}

/** The new table, whole but for what only its name or its place allows; nobody else can see it yet. */
export async function buildTable(
  tx: Transaction,
  conversion: Conversion,
  spans: readonly Span[],
): Promise<void> {
  const { shape, column } = conversion;
  const { source, target } = wordsOf(conversion);
  const schema = identifier(NEW_SCHEMA);
  await tx.rows(sql`/* partitions.createWork */ CREATE SCHEMA ${schema}`);
  await tx.rows(sql`/* partitions.markWork */ COMMENT ON SCHEMA ${schema} IS ${literal(markOf(conversion))}`);
  await tx.rows(sql`/* partitions.createParent */
    CREATE TABLE ${target} (LIKE ${source} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)
    PARTITION BY RANGE (${identifier(column)})
  `);
  if (shape.comment !== null)
    await tx.rows(sql`/* partitions.copyComment */ COMMENT ON TABLE ${target} IS ${literal(shape.comment)}`);
  for (const index of shape.indexes) if (index.isValid) await buildIndex(tx, conversion, index);
  await setIdentity(tx, conversion);
  await addLeaves(tx, conversion, spans);
  await tx.rows(sql`/* partitions.giveParent */ ALTER TABLE ${target} OWNER TO ${identifier(shape.owner)}`);
  await buildNotes(tx, conversion);
}

async function buildIndex(tx: Transaction, conversion: Conversion, index: ShapeIndex): Promise<void> {
  const { column } = conversion;
  const { target } = wordsOf(conversion);
  const { name, isUnique, constraint, tail, columns } = index;
  const mustAppend = isUnique && !columns.includes(column);
  const whole = (text: string) => raw(mustAppend ? appendColumn(text, identifier(column).text) : text);
  if (constraint !== null)
    await tx.rows(
      sql`/* partitions.copyKey */ ALTER TABLE ${target} ADD CONSTRAINT ${identifier(name)} ${whole(constraint)}`,
    );
  else
    await tx.rows(
      sql`/* partitions.copyIndex */ CREATE ${raw(isUnique ? 'UNIQUE' : '')} INDEX ${identifier(name)} ON ${target} USING ${whole(tail)}`,
    );
}

async function setIdentity(tx: Transaction, conversion: Conversion): Promise<void> {
  const { replicaIdentity, replicaIndex } = conversion.shape;
  const { target } = wordsOf(conversion);
  const identity =
    replicaIdentity === 'INDEX' ? sql`USING INDEX ${identifier(replicaIndex ?? '')}` : raw(replicaIdentity);
  await tx.rows(sql`/* partitions.copyIdentity */ ALTER TABLE ${target} REPLICA IDENTITY ${identity}`);
}

/**
 * Leaves that are not there yet. Nobody reads the new table, so there is nothing for a CHECK to spare; the leaves stand
 * in the table's own schema from the start, because moving them there would be part of the pause.
 */
export async function addLeaves(
  tx: Transaction,
  conversion: Conversion,
  spans: readonly Span[],
): Promise<void> {
  const { shape, interval, column } = conversion;
  const { target, keyType } = wordsOf(conversion);
  const likeParent = {
    schema: shape.schema,
    name: shape.name,
    id: 0,
    keyColumn: column,
    keyType,
    policy: null,
  };
  const there = await listLeaves(tx, target);
  for (const { from, to } of spans) {
    const name = nameLeaf(shape.name, interval, from);
    if (there.includes(name)) continue;
    const leaf = identifier(shape.schema, name);
    await tx.rows(
      sql`/* partitions.createLeaf */ CREATE TABLE ${leaf} (LIKE ${target} INCLUDING ALL EXCLUDING IDENTITY)`,
    );
    // By the plain table's own rights and policies: the new one gets them last.
    await shapeLeaf(tx, likeParent, name);
    await tx.rows(sql`/* partitions.attachLeaf */
      ALTER TABLE ${target} ATTACH PARTITION ${leaf} FOR VALUES FROM (${bound(keyType, from)}) TO (${bound(keyType, to)})
    `);
    if (shape.replicaIdentity !== 'NOTHING') await setReplicaIdentity(tx, target, leaf);
  }
}

/** Names. */
export async function listLeaves(tx: Transaction, table: Statement): Promise<readonly string[]> {
  const rows = await tx.rows<{ readonly name: string }>(sql`/* partitions.listLeaves */
    SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = to_regclass(${table.text}) ORDER BY 1
  `);
  return rows.map(({ name }) => name);
}

/** Of the names, those that tables of the schema have. */
export async function findTaken(
  tx: Transaction,
  schema: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await tx.rows<{ readonly name: string }>(sql`/* partitions.findTaken */
    SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relname = ANY (${names}) ORDER BY 1 LIMIT 5
  `);
  return rows.map(({ name }) => name);
}

/** Keys of rows that changed, keys whose rows are to be compared once more, and how far the copy is. */
async function buildNotes(tx: Transaction, conversion: Conversion): Promise<void> {
  const { rowKey, typeOf } = wordsOf(conversion);
  const schema = identifier(NEW_SCHEMA);
  const keys = (suffix: string) =>
    raw(rowKey.map((one, index) => `k${index + 1} ${typeOf(one)}${suffix}`).join(', '));
  await tx.rows(sql`/* partitions.createChanges */
    CREATE TABLE ${schema}.changes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, is_truncate boolean NOT NULL DEFAULT false, ${keys('')}
    )
  `);
  await tx.rows(sql`/* partitions.indexChanges */ CREATE INDEX ON ${schema}.changes (${numbered(rowKey)})`);
  await tx.rows(sql`/* partitions.createTouched */
    CREATE TABLE ${schema}.touched (${keys(' NOT NULL')}, PRIMARY KEY (${numbered(rowKey)}))
  `);
  await tx.rows(sql`/* partitions.createProgress */
    CREATE TABLE ${schema}.progress (
      copied bigint NOT NULL DEFAULT 0, last text[], is_copied boolean NOT NULL DEFAULT false
      , is_recording boolean NOT NULL DEFAULT false
    )
  `);
  await tx.rows(sql`/* partitions.beginProgress */ INSERT INTO ${schema}.progress DEFAULT VALUES`);
  await setNoteFunction(tx, conversion, { isGuarding: false });
}

/**
 * Notes the keys of rows that change, with the rights of its owner, because writers have none here. Guarding: it also
 * deletes from the new table at once, so that foreign keys there never refuse what those of the old one allow.
 */
export async function setNoteFunction(
  tx: Transaction,
  conversion: Conversion,
  { isGuarding }: { readonly isGuarding: boolean },
): Promise<void> {
  const { rowKey, target } = wordsOf(conversion);
  const changes = `${NEW_SCHEMA}.changes (${numbered(rowKey).text})`;
  const old = rowKey.map((one) => `${identifier(one).text} = OLD.${identifier(one).text}`).join(' AND ');
  const [before, after] = [list(rowKey, 'OLD.').text, list(rowKey, 'NEW.').text];
  const body = `
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO ${NEW_SCHEMA}.changes (is_truncate) VALUES (true);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO ${changes} VALUES (${before});
    ${isGuarding ? `DELETE FROM ${target.text} WHERE ${old};` : ''}
  END IF;
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND ROW(${after}) IS DISTINCT FROM ROW(${before}) THEN
    INSERT INTO ${changes} VALUES (${after});
  END IF;
  RETURN NULL;
END`;
  await tx.rows(sql`/* partitions.setNoteFunction */
    CREATE OR REPLACE FUNCTION ${identifier(NEW_SCHEMA)}.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS ${literal(body)}
  `);
}

/**
 * From the commit on every change is noted, also those of replication. Waits for all writers of the table, so that none
 * of them goes unnoticed. Twice is safe.
 */
export async function addTriggers(tx: Transaction, conversion: Conversion): Promise<void> {
  const { source } = wordsOf(conversion);
  const run = raw(`EXECUTE FUNCTION ${NEW_SCHEMA}.note_change()`);
  await tx.rows(sql`/* partitions.lockForTriggers */ LOCK TABLE ONLY ${source} IN SHARE ROW EXCLUSIVE MODE`);
  await tx.rows(sql`/* partitions.addTrigger */
    CREATE OR REPLACE TRIGGER sunday_note_change AFTER INSERT OR UPDATE OR DELETE ON ${source} FOR EACH ROW ${run}
  `);
  await tx.rows(sql`/* partitions.addTruncateTrigger */
    CREATE OR REPLACE TRIGGER sunday_note_truncate AFTER TRUNCATE ON ${source} FOR EACH STATEMENT ${run}
  `);
  await tx.rows(sql`/* partitions.keepTriggers */
    ALTER TABLE ${source} ENABLE ALWAYS TRIGGER sunday_note_change, ENABLE ALWAYS TRIGGER sunday_note_truncate
  `);
}
