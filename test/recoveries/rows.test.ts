import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  cloneTwice,
  countOf,
  createDemoTemplate,
  createMeddler,
  hashTable,
  type TwoDatabases,
} from './two-databases.ts';

// One pair of databases for all, in order: each test puts back what it has deleted.

let template: TestDatabase;
let databases: TwoDatabases;
beforeAll(async () => {
  template = await createDemoTemplate();
  databases = await cloneTwice(template);
}, 60_000);
afterAll(async () => {
  await databases[Symbol.asyncDispose]();
  await template[Symbol.asyncDispose]();
});

const own = () => databases.organizationId;
const deleteItems = () => databases.deleteItems();

test('nothing is different where nothing happened; all tables were looked at, parents before children', async () => {
  const { tables, planId, warnings } = await databases.compare();
  expect(tables.filter((one) => one.added + one.changed + one.deleted > 0)).toEqual([]);
  expect(tables.filter((one) => one.kind === 'TENANT')).toHaveLength(38);
  expect(tables.filter((one) => one.kind === 'REFERENCE').map((one) => one.table)).toEqual([
    'roles',
    'users',
  ]);
  expect(planId).toMatch(/^rows-[0-9a-f]{32}$/);
  expect(warnings).toEqual([]);
  const order = tables.map((one) => one.table);
  const way = ['organizations', 'boards', 'groups', 'items', 'comments', 'mentions', 'activity_log'];
  expect(order.filter((one) => way.includes(one))).toEqual(way);
});

test('what was added, changed and deleted is counted, row by row', async () => {
  const { now } = databases;
  const changed = await now.rows(sql`
    UPDATE boards SET name = name || '!' WHERE id IN
      (SELECT id FROM boards WHERE organization_id = ${own()} ORDER BY id LIMIT 1) RETURNING id`);
  expect(changed).toHaveLength(1);
  const gone = await now.rows(sql`
    DELETE FROM item_values WHERE id IN
      (SELECT id FROM item_values WHERE organization_id = ${own()} ORDER BY id LIMIT 3) RETURNING id`);
  expect(gone).toHaveLength(3);
  await now.rows(
    sql`INSERT INTO tags (organization_id, name, color) SELECT ${own()}, 'new', color FROM tags LIMIT 1`,
  );
  const { tables } = await databases.compare();
  expect(countOf(tables, 'boards')).toMatchObject({ added: 0, changed: 1, deleted: 0 });
  expect(countOf(tables, 'item_values')).toMatchObject({ added: 0, changed: 0, deleted: 3 });
  expect(countOf(tables, 'tags')).toMatchObject({ added: 1, changed: 0, deleted: 0 });
  const { merges } = await databases.merge({ overwriteChanged: true });
  expect(merges).toEqual([
    { table: 'boards', restored: 0, overwritten: 1, conflicts: 0 },
    { table: 'item_values', restored: 3, overwritten: 0, conflicts: 0 },
  ]);
});

test('exactly the deleted rows come back, and those of others are proven untouched', async () => {
  const { then, now } = databases;
  const deleted = await deleteItems();
  await now.rows(sql`UPDATE items SET name = 'worked on' WHERE organization_id = ${databases.otherId}`);
  const others = await now.rows(sql`SELECT * FROM items WHERE organization_id <> ${own()} ORDER BY id`);
  const { merges, proof, transactionId, comparison } = await databases.merge();
  expect(countOf(merges, 'items')).toEqual({
    table: 'items',
    restored: deleted,
    overwritten: 0,
    conflicts: 0,
  });
  expect(merges.every((one) => one.conflicts === 0)).toBe(true);
  expect(proof).toMatchObject({ kind: 'HASHES', before: proof.after, tables: 42 });
  expect(await now.rows(sql`SELECT * FROM items WHERE organization_id <> ${own()} ORDER BY id`)).toEqual(
    others,
  );
  expect(await hashTable(now, 'item_values')).toBe(await hashTable(then, 'item_values'));
  expect(await hashTable(now, 'comments')).toBe(await hashTable(then, 'comments'));
  expect((await databases.compare()).tables.filter((one) => one.deleted > 0)).toEqual([]);
  const trail = await now.rows<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM ops.audit_trail
    WHERE transaction_id::text = ${transactionId} AND action = 'INSERT' AND table_name = 'items'`);
  expect(trail).toEqual([{ n: deleted }]);
  const log = await now.rows(
    sql`SELECT action, resource_id AS id FROM ops.access_log ORDER BY access_log.id DESC LIMIT 1`,
  );
  expect(log).toEqual([{ action: 'organization.recover', id: own() }]);
  expect(countOf(comparison.tables, 'items')).toMatchObject({ deleted, added: 0, changed: 0 });
});

test('a merge that is asked for again is not done again', async () => {
  await deleteItems();
  const operationId = randomUUID();
  const first = await databases.merge({ operationId });
  const deleted = await deleteItems();
  expect(await databases.merge({ operationId })).toEqual(first);
  expect(countOf((await databases.merge()).merges, 'items')).toMatchObject({ restored: deleted });
});

test('a whole organization comes back, itself first', async () => {
  await databases.now.rows(sql`DELETE FROM organizations WHERE id = ${own()}`);
  const { merges } = await databases.merge();
  expect(merges[0]).toMatchObject({ table: 'organizations', restored: 1 });
  expect((await databases.compare()).tables.filter((one) => one.deleted + one.changed > 0)).toEqual([]);
});

test('rows with other values are left alone, unless they are to be overwritten', async () => {
  const { now, then } = databases;
  await now.rows(sql`UPDATE items SET name = 'spoiled' WHERE organization_id = ${own()}`);
  expect((await databases.merge()).merges).toEqual([]);
  const { merges } = await databases.merge({ overwriteChanged: true });
  expect(merges).toEqual([{ table: 'items', restored: 0, overwritten: 164, conflicts: 0 }]);
  const rowsOf = (db: Database) =>
    db.rows(sql`SELECT * FROM items WHERE organization_id = ${own()} ORDER BY id`);
  expect(await rowsOf(now)).toEqual(await rowsOf(then));
});

test('a merge by the id of a comparison puts back these rows or none', async () => {
  await deleteItems();
  const { planId } = await databases.compare();
  await databases.now.rows(sql`DELETE FROM tags WHERE organization_id = ${own()}`);
  await expect(databases.merge({ planId })).rejects.toMatchObject({ code: 'RECOVERY_PLAN_CHANGED' });
  const { planId: fresh } = await databases.compare();
  await expect(databases.merge({ planId: fresh })).resolves.toMatchObject({ comparison: { planId: fresh } });
});

test('rows whose parents were not asked for are refused, and all is taken back', async () => {
  await deleteItems();
  const merging = databases.merge({ tables: ['comments', 'tags'] });
  await expect(merging).rejects.toMatchObject({ code: 'RECOVERY_REJECTED', hint: /name these tables/ });
  await expect(databases.merge({ tables: ['item'] })).rejects.toMatchObject({
    code: 'RECOVERY_SCHEMA_DIFFERS',
  });
  expect(await databases.now.rows(sql`SELECT id FROM items WHERE organization_id = ${own()}`)).toEqual([]);
  await databases.merge();
});

test('a row that would break a unique key is left out and counted', async () => {
  const { now } = databases;
  await now.rows(sql`DELETE FROM item_values WHERE id =
    (SELECT id FROM item_values WHERE organization_id = ${own()} ORDER BY id LIMIT 1)`);
  const [gone] = await databases.then.rows<{ item: string; column: string; value: unknown }>(sql`
    SELECT item_id AS item, column_id AS column, value FROM item_values
    WHERE organization_id = ${own()} ORDER BY id LIMIT 1`);
  await now.rows(sql`INSERT INTO item_values (organization_id, item_id, column_id, value)
    VALUES (${own()}, ${gone?.item}, ${gone?.column}, ${JSON.stringify(gone?.value)})`);
  const { merges } = await databases.merge();
  expect(merges).toEqual([{ table: 'item_values', restored: 0, overwritten: 0, conflicts: 1 }]);
});

test('a trigger that writes to rows of others makes the merge fail, by hashes and by counters', async () => {
  const { now } = databases;
  await createMeddler(now);
  await deleteItems();
  for (const hashLimitBytes of [Infinity, 0]) {
    await expect(databases.merge({ hashLimitBytes })).rejects.toMatchObject({
      code: 'RECOVERY_PROOF_FAILED',
      tables: ['boards'],
    });
  }
  expect(await now.rows(sql`SELECT id FROM boards WHERE name = 'meddled'`)).toEqual([]);
  await now.rows(sql`DROP TRIGGER meddle ON items`);
  const { proof } = await databases.merge({ hashLimitBytes: 0 });
  expect(proof).toMatchObject({ kind: 'COUNTERS', before: null, tables: 42 });
});

test('two organizations that write meanwhile lose nothing, and the merge is proven all the same', async () => {
  const { now, otherId } = databases;
  const deleted = await deleteItems();
  const writing = { isOver: false, count: 0 };
  const writer = (async () => {
    while (!writing.isOver) {
      await now.rows(sql`UPDATE items SET position = position + 1 WHERE organization_id = ${otherId}`);
      writing.count += 1;
    }
  })();
  const { merges, proof } = await databases.merge();
  writing.isOver = true;
  await writer;
  expect(countOf(merges, 'items')).toMatchObject({ restored: deleted });
  expect(proof.kind).toBe('HASHES');
  expect(writing.count).toBeGreaterThan(0);
});

test('an export has a file for each table, only for us, that loads again', async () => {
  const { then, organizationId } = databases;
  const root = mkdtempSync(join(tmpdir(), 'sunday-recoveries-'));
  const directory = join(root, 'out');
  const manifest = await databases.exportTo(directory);
  const items = manifest.tables.find((one) => one.table === 'items');
  const file = readFileSync(join(directory, items?.file ?? ''));
  expect(items?.rows).toBe(164);
  expect(items?.sha256).toBe(createHash('sha256').update(file).digest('hex'));
  expect(readdirSync(directory)).toHaveLength(39);
  expect(readdirSync(root)).toEqual(['out']);
  for (const name of readdirSync(directory))
    expect((statSync(join(directory, name)).mode & 0o777).toString(8)).toBe('600');
  expect(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'))).toEqual(manifest);
  const found = await then.rows(
    sql`SELECT id FROM items WHERE organization_id = ${organizationId} ORDER BY id::text COLLATE "C"`,
  );
  const ids = file
    .toString()
    .split('\n')
    .filter((line) => /^[0-9a-f]{8}-/.test(line))
    .map((line) => line.slice(0, 36));
  expect(ids).toEqual(found.map((one) => (one as { id: string }).id));
  rmSync(root, { recursive: true });
});

test('a side schema holds all rows of then, in one transaction that can be repeated', async () => {
  const { now } = databases;
  const [deleted, operationId] = [await deleteItems(), randomUUID()];
  const first = await databases.fillBeside(operationId);
  expect(await databases.fillBeside(operationId)).toEqual(first);
  expect(first.schema).toBe(`recovered_${operationId.replaceAll('-', '').slice(-12)}`);
  const rows = await now.rows(sql`SELECT count(*)::int AS n FROM ${identifier(first.schema, 'items')}`);
  expect(rows).toEqual([{ n: deleted }]);
});

test('what was migrated since is said: a column that is gone, and one that must have a value', async () => {
  const { now } = databases;
  await deleteItems();
  await now.rows(sql`ALTER TABLE items DROP COLUMN description CASCADE`);
  const { warnings } = await databases.compare();
  expect(warnings).toEqual(['items.description is gone: its values stay behind']);
  expect(countOf((await databases.merge()).merges, 'items')).toMatchObject({ restored: 164 });
  await now.rows(sql`DELETE FROM tags WHERE organization_id = ${own()} AND name <> 'new'`);
  await now.rows(sql`ALTER TABLE tags ADD COLUMN weight integer NOT NULL DEFAULT 1`);
  await now.rows(sql`ALTER TABLE tags ALTER COLUMN weight DROP DEFAULT`);
  await expect(databases.merge()).rejects.toMatchObject({
    code: 'RECOVERY_SCHEMA_DIFFERS',
    problems: ['tags: weight must have a value now'],
  });
  await now.rows(sql`ALTER TABLE tags DROP COLUMN weight`);
});

test('a month without a partition is refused with what to do', async () => {
  const { now } = databases;
  const [leaf] = await now.rows<{ name: string }>(sql`
    SELECT tableoid::regclass::text AS name FROM activity_log WHERE organization_id = ${own()} LIMIT 1`);
  await now.rows(sql`DROP TABLE ${identifier(leaf?.name ?? '')}`);
  await expect(databases.merge()).rejects.toMatchObject({
    code: 'RECOVERY_REJECTED',
    hint: /Make the partitions/,
  });
});
