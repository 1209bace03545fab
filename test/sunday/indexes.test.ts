import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CATEGORIES,
  type IndexComment,
  listIndexes,
  parseIndexComment,
  renderIndexList,
} from '../../scripts/generate-index-list.ts';
import { type Database, openDatabase, type Queryable } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Application, countScans, createApplication } from './application-plans.ts';
import { explain, fillTables, planGeneric, type PlanNode } from './index-plans.ts';
import { createCoreDatabase, runSqlFile } from './product-database.ts';

const SETUP_TIMEOUT_MS = 240_000; // seconds on a quiet machine
const LATER_FILES = [
  '002_advanced_indexes.sql',
  '003_data_integrity.sql',
  '004_partitioning_sharding.sql',
] as const;
const LIST = join(import.meta.dirname, '../../docs/indexes.md');

let database: TestDatabase;
/** One connection whose statements may take longer than others' do. */
let db: Database;
/** A role that row-level security binds, as the product's own is. */
let application: Application;
beforeAll(async () => {
  database = await createCoreDatabase();
  db = openDatabase({ ...database.connection, statementTimeoutMs: 120_000, maxConnections: 1 });
  await fillTables(db);
  for (const file of LATER_FILES) await runSqlFile(db, file);
  await db.rows(sql`VACUUM (ANALYZE)`);
  application = await createApplication(database);
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  await db.close();
  await database[Symbol.asyncDispose]();
});

interface QueryIndex extends IndexComment {
  readonly name: string;
  readonly table: string;
}

/** Those that queries want. */
const listQueryIndexes = async (): Promise<readonly QueryIndex[]> =>
  (await listIndexes(db)).flatMap(({ name, table, comment }) => {
    const parsed = comment === null ? null : parseIndexComment(comment);
    return parsed ? [{ name, table, ...parsed }] : [];
  });

test('has 70 indexes and more that queries want, of all six categories', async () => {
  const indexes = await listQueryIndexes();
  expect(indexes.length).toBeGreaterThanOrEqual(70);
  const byCategory = Object.groupBy(indexes, (one) => one.category);
  expect(Object.keys(byCategory).toSorted()).toEqual(Object.keys(CATEGORIES).toSorted());
  for (const found of Object.values(byCategory)) expect(found.length).toBeGreaterThanOrEqual(5);
});

test('comments each index that no key wants, and says the category, the purpose and the query', async () => {
  const wrong = (await listIndexes(db)).filter(({ comment, keys }) =>
    comment === null ? keys.length === 0 : parseIndexComment(comment) === null,
  );
  expect(wrong).toEqual([]);
});

test('leaves no index that is invalid or not ready', async () => {
  const found = await db.rows(sql`
    SELECT indexrelid::regclass::text AS name FROM pg_index
    WHERE NOT (indisvalid AND indisready AND indislive) AND indrelid::regclass::text !~ '^pg_'`);
  expect(found).toEqual([]);
});

/**
 * Indexes that do nothing another one does not do: same table, method and predicate, the key columns a prefix of the
 * other's, nothing included that the other lacks, and not unique. The direction of a column does not matter: an index
 * is read backwards as well. "A key column is not null" counts as no predicate.
 */
const listCovered = (on: Queryable) =>
  on.rows<{ name: string; by: string }>(sql`
    WITH candidate AS (
      SELECT indexrelid, indrelid, relam, indisunique, indnkeyatts, indnatts
        , ARRAY(SELECT pg_get_indexdef(indexrelid, n, true) || ' ' || indclass[n - 1] || ' ' || indcollation[n - 1]
            FROM generate_series(1, indnkeyatts) AS n ORDER BY n) AS keys
        , ARRAY(SELECT pg_get_indexdef(indexrelid, n, true) FROM generate_series(1, indnatts) AS n) AS columns
        , (SELECT pg_get_expr(indpred, indrelid)
            WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey)
              AND pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', attname))) AS predicate
        , indpred IS NOT NULL AS "isPartial"
      FROM pg_index
      JOIN pg_class ON pg_class.oid = indexrelid
      WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
    )
    SELECT one.indexrelid::regclass::text AS name, other.indexrelid::regclass::text AS by
    FROM candidate AS one
    JOIN candidate AS other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
    WHERE NOT one.indisunique AND other.relam = one.relam
      AND other.keys[1:one.indnkeyatts] = one.keys AND other.columns @> one.columns
      AND other.predicate IS NOT DISTINCT FROM one.predicate AND (one."isPartial" OR NOT other."isPartial")
    ORDER BY 1, 2`);

test('has no duplicate, and no index that another one covers', async () => {
  expect(await listCovered(db)).toEqual([]);
});

test.each([
  ['items (board_id) WHERE deleted_at IS NULL', 'idx_items_board_position'],
  ['items (board_id, position DESC) WHERE deleted_at IS NULL', 'idx_items_board_position'],
  ['items USING gin (item_data jsonb_path_ops) WHERE deleted_at IS NULL', 'idx_items_data'],
  ['item_followers (organization_id, item_id)', 'item_followers_organization_id_item_id_user_id_key'],
  ['items (organization_id, created_by, id)', null],
])('would notice %s', async (definition, by) => {
  const undo = new Error('take it back');
  const look = db.transaction(async (tx) => {
    await tx.rows(raw(`CREATE INDEX one_more ON ${definition}`));
    const covered = await listCovered(tx);
    if (by === null) expect(covered).toEqual([{ name: 'items_creator_idx', by: 'one_more' }]);
    else expect(covered).toContainEqual({ name: 'one_more', by });
    throw undo;
  });
  await expect(look).rejects.toBe(undo);
});

/** Names of the indexes that a plan uses, the partitioned one for each of its leaves. */
async function indexesOf(nodes: readonly PlanNode[]): Promise<readonly string[]> {
  const names = [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))];
  const rows = await db.rows<{ name: string }>(sql`
    SELECT DISTINCT coalesce(pg_partition_root(name::regclass)::regclass::text, name) AS name
    FROM unnest(${names}::text[]) AS name ORDER BY 1`);
  return rows.map((one) => one.name);
}

test('is asked at 200,000 items: the planner takes each index for the query that its comment names', async () => {
  const [count] = await db.rows(sql`SELECT count(*)::int AS items FROM items`);
  expect(count).toEqual({ items: 200_000 });
  const notTaken: unknown[] = [];
  for (const { name, query, category } of await listQueryIndexes()) {
    const nodes = await planGeneric(db, query);
    const taken = await indexesOf(nodes);
    const isCovered = nodes.some((node) => node['Node Type'] === 'Index Only Scan');
    if (!taken.includes(name) || (category === 'covering' && !isCovered)) notTaken.push({ name, taken });
  }
  expect(notTaken).toEqual([]);
});

/** As volume.sql makes them. */
const BOARD_ID = '62000000-0000-4000-8000-000000000042';
const USER_ID = '75000000-0000-4000-8000-000000000142';

const CRITICAL_QUERIES = [
  [
    'the items of a board by position, without sorting',
    'idx_items_board_position',
    `SELECT id, name FROM items WHERE board_id = '${BOARD_ID}' AND deleted_at IS NULL ORDER BY position LIMIT 50`,
    ['Limit', 'Index Scan'],
  ],
  [
    'the organizations of a person',
    'idx_org_members_user_active',
    `SELECT organization_id FROM organization_members WHERE user_id = '${USER_ID}' AND status = 'active'`,
    ['Index Only Scan'],
  ],
  [
    'items by their words',
    'idx_items_search',
    `SELECT id FROM items WHERE to_tsvector('english', name || ' ' || COALESCE(description, ''))
       @@ plainto_tsquery('english', 'task word42') AND deleted_at IS NULL`,
    ['Bitmap Heap Scan', 'Bitmap Index Scan'],
  ],
] as const;
const [BOARD_QUERY, MEMBER_QUERY, SEARCH_QUERY] = CRITICAL_QUERIES.map(([, , query]) => query);

test.each(CRITICAL_QUERIES)("serves the guide's critical query: %s", async (_, index, query, nodeTypes) => {
  const nodes = await explain(db, query);
  expect(await indexesOf(nodes)).toEqual([index]);
  expect(nodes.map((node) => node['Node Type'])).toEqual(nodeTypes);
});

const INDEX_SCANS = ['Index Scan', 'Index Only Scan', 'Bitmap Index Scan'];

test.each([
  ['the items of a board by position', 'items_group_idx', BOARD_QUERY],
  ['the organizations of a person', 'idx_org_members_user_active', MEMBER_QUERY],
  // Not idx_items_search: full text is not leakproof. All items of the organization are read instead.
  ['items by their words, without the function for it', 'idx_items_org_updated', SEARCH_QUERY],
])('serves a role that row-level security binds, by an index: %s', async (_, index, query) => {
  const nodes = await application.actFor(USER_ID, (tx) => explain(tx, query ?? ''));
  expect(nodes.filter((node) => node['Index Name'] !== undefined).map((node) => node['Index Name'])).toEqual([
    index,
  ]);
  const scans = nodes.map((node) => node['Node Type']).filter((type) => type.endsWith('Scan'));
  expect(scans.filter((type) => INDEX_SCANS.includes(type))).toHaveLength(1);
  expect(scans).not.toContain('Seq Scan');
});

test('searches for a role that row-level security binds by the full-text index, and finds what it may see', async () => {
  const found = await application.actFor(USER_ID, async (tx) => {
    const before = await countScans(tx, 'items', 'idx_items_search');
    const rows = await tx.rows(sql`SELECT id FROM search_items('task word42', 1000) ORDER BY id`);
    return { before, rows, after: await countScans(tx, 'items', 'idx_items_search') };
  });
  const seen = await application.actFor(USER_ID, (tx) => tx.rows(raw(`${SEARCH_QUERY} ORDER BY id`)));
  expect(seen).toHaveLength(92);
  expect(found).toEqual({ before: { table: 0, index: 0 }, rows: seen, after: { table: 0, index: 1 } });
});

test('is listed in docs/indexes.md', async () => {
  expect(await renderIndexList(db)).toBe(await readFile(LIST, 'utf8'));
});

test('goes away with its down script, down to the indexes of 001', async () => {
  await using other = await createCoreDatabase();
  const before = await listIndexes(other.db);
  await runSqlFile(other.db, '002_advanced_indexes.sql');
  await runSqlFile(other.db, '002_advanced_indexes.down.sql');
  expect(await listIndexes(other.db)).toEqual(before);
});
