import { isServerError } from '../postgres/errors.ts';
import type { Session, Transaction } from '../postgres/pool.ts';
import { identifier, literal, raw, sql } from '../postgres/sql.ts';
import type { Statement } from '../postgres/sql.ts';
import { overlap, type Span } from './bounds.ts';
import { PartitionExistsError } from './errors.ts';
import type { KeyType } from './partition.ts';
import { type LiveTable, readPlaces } from './probe.ts';

/** A partition that is to be there. */
export interface NewLeaf extends Span {
  readonly table: LiveTable;
  readonly name: string;
  /** Its rows of the span are moved into the new one; null: there is no default partition. */
  readonly defaultPartition: string | null;
}

export interface LeafMade {
  /** False: it was there. */
  readonly isNew: boolean;
  readonly movedRows: bigint;
}

/** Rows that are moved while readers of the table wait: about two seconds. */
const LARGEST_MOVE = 100_000;
const MOVE_BATCH = 10_000;

/**
 * Makes a partition by LIKE, CHECK and ATTACH, in one transaction: readers and writers of the table go on, which they
 * would not beside PARTITION OF. The CHECK spares the scan. It is whole when it comes into sight: indexes, constraints,
 * triggers, row security, owner and replica identity are those of the table. Twice is safe: it finds the first one.
 *
 * With a default partition ATTACH locks that one against readers too. When it holds rows of the span, they are moved
 * with the whole table locked: a reader that had planned before would wait for the default partition alone, know nothing
 * of the new one, and miss what has moved.
 *
 * @throws {PartitionExistsError}
 */
export async function createLeaf(session: Session, leaf: NewLeaf): Promise<LeafMade> {
  try {
    return await session.transaction((tx) => makeLeaf(tx, leaf));
  } catch (error) {
    // ATTACH sees by itself that the range is taken: only then all partitions are read, for who has it.
    if (!isServerError(error, RANGE_TAKEN)) throw error;
    return session.transaction(async (tx) => {
      await lockTable(tx, leaf, raw('SHARE UPDATE EXCLUSIVE'));
      if (await isThere(tx, leaf)) return { isNew: false, movedRows: 0n };
      throw error;
    });
  }
}

/** Few messages: with the table locked, and on a busy machine, each way there and back counts. */
async function makeLeaf(tx: Transaction, leaf: NewLeaf): Promise<LeafMade> {
  const { table, name, defaultPartition: source } = leaf;
  const parent = identifier(table.schema, table.name);
  const child = identifier(table.schema, name);
  const hasRows = source !== null && (await hasDefaultRows(tx, leaf, source));
  // Whoever makes the same one waits here, and then finds it.
  await lockTable(tx, leaf, raw(hasRows ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'));
  const shape = await findShape(tx, table, name);
  if (shape.isTaken && (await isThere(tx, leaf))) return { isNew: false, movedRows: 0n };
  const made = sql`/* partitions.createLeaf */
    CREATE TABLE ${child} (LIKE ${parent} INCLUDING ALL EXCLUDING IDENTITY, ${boundsOf(leaf)});
    ${shapeOf(shape, table, name)}`;
  if (source === null) {
    await tx.rows(sql`/* partitions.makeLeaf */ ${made}; ${attachOf(leaf)}`);
    await setReplicaIdentity(tx, parent, child);
    return { isNew: true, movedRows: 0n };
  }
  await tx.rows(made);
  const movedRows = await moveDefaultRows(tx, leaf, source);
  await attachLeaf(tx, leaf);
  return { isNew: true, movedRows };
}

/** invalid_object_definition: `partition … would overlap partition …`. */
const RANGE_TAKEN = '42P17';

async function lockTable(tx: Transaction, { table }: NewLeaf, mode: Statement): Promise<void> {
  await tx.rows(sql`/* partitions.lockTable */
    LOCK TABLE ONLY ${identifier(table.schema, table.name)} IN ${mode} MODE
  `);
}

/** `sunday_bounds` spares ATTACH the scan, and keeps a detached table in its bounds. */
export async function addBounds(tx: Transaction, leaf: Omit<NewLeaf, 'defaultPartition'>): Promise<void> {
  await tx.rows(sql`/* partitions.addBounds */
    ALTER TABLE ${identifier(leaf.table.schema, leaf.name)} ADD ${boundsOf(leaf)}
  `);
}

function boundsOf({ table, from, to }: Omit<NewLeaf, 'defaultPartition'>): Statement {
  const key = identifier(table.keyColumn);
  return sql`CONSTRAINT sunday_bounds
    CHECK (${key} IS NOT NULL AND ${key} >= ${bound(table.keyType, from)} AND ${key} < ${bound(table.keyType, to)})`;
}

/** ATTACH, then what ATTACH leaves out. A leaf without replica identity breaks writes as soon as an organization moves. */
export async function attachLeaf(tx: Transaction, leaf: Omit<NewLeaf, 'defaultPartition'>): Promise<void> {
  const { table, name } = leaf;
  await tx.rows(attachOf(leaf));
  await setReplicaIdentity(tx, identifier(table.schema, table.name), identifier(table.schema, name));
}

function attachOf({ table, name, from, to }: Omit<NewLeaf, 'defaultPartition'>): Statement {
  const child = identifier(table.schema, name);
  return sql`/* partitions.attachLeaf */
    ALTER TABLE ${identifier(table.schema, table.name)} ATTACH PARTITION ${child}
    FOR VALUES FROM (${bound(table.keyType, from)}) TO (${bound(table.keyType, to)});
    ALTER TABLE ${child} DROP CONSTRAINT IF EXISTS sunday_bounds
  `;
}

/** A literal of the key's type; PostgreSQL takes no parameters here. */
export function bound(keyType: KeyType, at: Date): Statement {
  const iso = at.toISOString();
  if (keyType === 'date') return literal(iso.slice(0, 10));
  return literal(keyType === 'timestamp' ? iso.slice(0, -1) : iso);
}

async function isThere(tx: Transaction, { table, name, from, to }: NewLeaf): Promise<boolean> {
  const leaves = await readPlaces(tx, table);
  const beside = leaves.find((one) => one.state === 'DETACHED' && one.name === name);
  if (beside) throw new PartitionExistsError(name, 'a detached table of that name is there');
  const other = leaves.find(
    (one) => one.state !== 'DETACHED' && !one.isDefault && overlap(one, { from, to }),
  );
  if (!other) return false;
  if (other.state === 'DETACH_PENDING')
    throw new PartitionExistsError(name, `${other.name}, in its place, is half detached`);
  if (other.from?.getTime() === from.getTime() && other.to?.getTime() === to.getTime()) return true;
  throw new PartitionExistsError(name, `${other.name} holds part of its range`);
}

/** Owner, rights and row security, by the functions of migration 004 where they are. */
export async function shapeLeaf(tx: Transaction, table: LiveTable, name: string): Promise<void> {
  await tx.rows(sql`/* partitions.shapeLeaf */ ${shapeOf(await findShape(tx, table, name), table, name)}`);
}

/** What the table's partitions have to have. */
interface Shape {
  /** True: something bears the name of the new one. */
  readonly isTaken: boolean;
  readonly hasHelpers: boolean;
  readonly isSecured: boolean;
  readonly isForced: boolean;
}

async function findShape(tx: Transaction, table: LiveTable, name: string): Promise<Shape> {
  const parent = identifier(table.schema, table.name).text;
  const [found] = await tx.rows<Shape>(sql`/* partitions.findShape */
    SELECT to_regclass(${identifier(table.schema, name).text}) IS NOT NULL AS "isTaken"
      , to_regprocedure('ops.keep_to_owner(regclass,regclass)') IS NOT NULL
        AND to_regprocedure('ops.copy_row_security(regclass,regclass)') IS NOT NULL AS "hasHelpers"
      , relrowsecurity AS "isSecured", relforcerowsecurity AS "isForced"
    FROM pg_class WHERE oid = ${parent}::regclass
  `);
  if (found === undefined) throw new Error(`${parent} is in the catalog`);
  return found;
}

function shapeOf({ hasHelpers, isSecured, isForced }: Shape, table: LiveTable, name: string): Statement {
  const leaf = identifier(table.schema, name);
  if (hasHelpers) {
    const both = sql`${literal(identifier(table.schema, table.name).text)}::regclass, ${literal(leaf.text)}::regclass`;
    return sql`SELECT ops.keep_to_owner(${both}), ops.copy_row_security(${both})`;
  }
  // Without policies of its own nobody but the owner sees its rows past the parent: closed rather than open.
  const secure = isSecured ? sql`ALTER TABLE ${leaf} ENABLE ROW LEVEL SECURITY;` : raw('');
  const force = isForced ? sql`ALTER TABLE ${leaf} FORCE ROW LEVEL SECURITY;` : raw('');
  return sql`${secure} ${force} SELECT`;
}

/** The parent's index, or else the best that could be, which begins with the organization. None: the default stays. */
export async function setReplicaIdentity(tx: Transaction, parent: Statement, leaf: Statement): Promise<void> {
  const [found] = await tx.rows<{
    readonly index: string | null;
    readonly isFull: boolean;
  }>(sql`/* partitions.findIdentity */
    SELECT relreplident = 'f' AS "isFull", (
      SELECT index.relname
      FROM pg_index AS source
      JOIN pg_inherits ON inhparent = source.indexrelid
      JOIN pg_index AS own ON own.indexrelid = inhrelid AND own.indrelid = ${leaf.text}::regclass
      JOIN pg_class AS index ON index.oid = own.indexrelid
      WHERE source.indrelid = root.oid AND own.indisunique AND own.indimmediate AND own.indpred IS NULL
        AND own.indexprs IS NULL AND NOT EXISTS (
          SELECT FROM pg_attribute WHERE attrelid = own.indrelid AND attnum = ANY (own.indkey) AND NOT attnotnull
        )
      ORDER BY source.indisreplident DESC
        , (SELECT attname = 'organization_id' FROM pg_attribute WHERE attrelid = own.indrelid AND attnum = own.indkey[0]) DESC
        , own.indisprimary DESC
      LIMIT 1
    ) AS index
    FROM pg_class AS root WHERE root.oid = ${parent.text}::regclass
  `);
  if (found?.isFull)
    await tx.rows(sql`/* partitions.setIdentity */ ALTER TABLE ${leaf} REPLICA IDENTITY FULL`);
  else if (found?.index)
    await tx.rows(
      sql`/* partitions.setIdentity */ ALTER TABLE ${leaf} REPLICA IDENTITY USING INDEX ${identifier(found.index)}`,
    );
}

function isInside({ table, from, to }: NewLeaf): Statement {
  const key = identifier(table.keyColumn);
  return sql`${key} >= ${bound(table.keyType, from)} AND ${key} < ${bound(table.keyType, to)}`;
}

/** Asked without a lock: rows that come after this make ATTACH fail, and the next run moves them. */
async function hasDefaultRows(tx: Transaction, leaf: NewLeaf, defaultPartition: string): Promise<boolean> {
  const [row] = await tx.rows<{ readonly exists: boolean }>(sql`/* partitions.hasDefaultRows */
    SELECT EXISTS (SELECT FROM ONLY ${identifier(leaf.table.schema, defaultPartition)} WHERE ${isInside(leaf)}) AS exists
  `);
  return row?.exists ?? false;
}

async function moveDefaultRows(tx: Transaction, leaf: NewLeaf, defaultPartition: string): Promise<bigint> {
  const { table, name } = leaf;
  const source = identifier(table.schema, defaultPartition);
  const columns = await listColumns(tx, table);
  let moved = 0n;
  for (;;) {
    const [row] = await tx.rows<{ readonly rows: bigint }>(sql`/* partitions.moveDefaultRows */
      WITH gone AS (
        DELETE FROM ONLY ${source}
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM ONLY ${source} WHERE ${isInside(leaf)} LIMIT ${MOVE_BATCH}))
        RETURNING ${columns}
      ), come AS (
        INSERT INTO ${identifier(table.schema, name)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM gone RETURNING 1
      )
      SELECT count(*) AS rows FROM come
    `);
    const rows = row?.rows ?? 0n;
    moved += rows;
    if (moved > LARGEST_MOVE)
      throw new PartitionExistsError(
        name,
        `${defaultPartition} holds more than ${LARGEST_MOVE} rows of its range: readers would wait too long while they are moved`,
      );
    if (rows < MOVE_BATCH) return moved;
  }
}

/** Those that hold values of their own: what is generated is computed again. */
export async function listColumns(
  tx: Transaction,
  table: Pick<LiveTable, 'schema' | 'name'>,
): Promise<Statement> {
  const rows = await tx.rows<{ readonly name: string }>(sql`/* partitions.listColumns */
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = ${identifier(table.schema, table.name).text}::regclass AND attnum > 0 AND NOT attisdropped
      AND attgenerated = ''
    ORDER BY attnum
  `);
  return { text: rows.map(({ name }) => identifier(name).text).join(', '), values: [] };
}
