import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { findMissingRight } from '../../src/recoveries/compare/tables-probe.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  cloneTwice,
  createDemoTemplate,
  createOddTables,
  LONG_NAMES,
  type TwoDatabases,
} from './two-databases.ts';

// Tables that the product does not have, but that somebody may add.

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

test('rows come back into tables of any shape: circles, long names, empty texts, generated columns', async () => {
  for (const db of [databases.then, databases.now]) await createOddTables(db, databases.organizationId);
  const { now } = databases;
  await now.rows(sql`UPDATE circle_a SET b_id = NULL`);
  for (const table of ['circle_b', 'circle_a', ...LONG_NAMES, 'generated'])
    await now.rows(sql`DELETE FROM ${identifier(table)}`);
  const { merges } = await databases.merge();
  const restored = merges.map((one) => [one.table, one.restored]);
  expect(restored).toEqual(
    expect.arrayContaining([
      ['circle_a', 2],
      ['circle_b', 2],
      [LONG_NAMES[0], 1],
      [LONG_NAMES[1], 1],
      ['generated', 2],
    ]),
  );
  expect(await now.rows(sql`SELECT a_label, twice FROM generated ORDER BY id`)).toEqual([
    { a_label: '', twice: 2 },
    { a_label: 'b', twice: 4 },
  ]);
  await expect(databases.fillBeside(randomUUID())).resolves.toMatchObject({
    rows: expect.any(Number) as number,
  });
});

test('a table without a key is compared as a whole, and refused only when it is another one', async () => {
  const { then, now } = databases;
  for (const db of [then, now]) {
    await db.rows(sql`CREATE TABLE keyless (organization_id uuid, word text)`);
    await db.rows(
      sql`INSERT INTO keyless VALUES (${databases.organizationId}, 'one'), (${databases.organizationId}, 'one')`,
    );
  }
  await expect(databases.merge()).resolves.toMatchObject({ comparison: { unlike: [], warnings: [] } });
  await now.rows(sql`DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless)`);
  const unlike = ['keyless: it has no primary key'];
  expect(await databases.compare()).toMatchObject({
    unlike,
    warnings: [`rows are others than then, and it is not known which: ${unlike[0]}`],
  });
  await expect(databases.merge()).rejects.toMatchObject({
    code: 'RECOVERY_SCHEMA_DIFFERS',
    problems: unlike,
  });
  await expect(databases.merge({ tables: ['tags'] })).resolves.toMatchObject({ merges: [] });
  for (const db of [then, now]) await db.rows(sql`DROP TABLE keyless`);
});

test('names the right that is missing, on a table or its sequence, and the statement that grants it', async () => {
  const role = `reader_${randomUUID().slice(0, 8)}`;
  await databases.now.rows(sql`CREATE ROLE ${identifier(role)}`);
  const find = (rights: Parameters<typeof findMissingRight>[1]) =>
    databases.now.transaction(async (tx) => {
      await tx.rows(sql`SET LOCAL ROLE ${identifier(role)}`);
      return findMissingRight(tx, rights);
    });
  const reading = { read: ['tags'], written: [], actions: [] };
  expect(await find(reading)).toEqual({
    problem: `${role} may not SELECT tags`,
    statement: `GRANT SELECT ON public.tags TO ${role};`,
  });
  await databases.now.rows(sql`GRANT SELECT ON tags, generated TO ${identifier(role)}`);
  expect(await find(reading)).toBe(null);
  const writing = { read: [], written: ['generated'], actions: ['INSERT'] } as const;
  expect(await find(writing)).toMatchObject({ problem: `${role} may not INSERT generated` });
  await databases.now.rows(sql`GRANT INSERT ON generated TO ${identifier(role)}`);
  expect(await find(writing)).toMatchObject({
    statement: `GRANT SELECT ON SEQUENCE public.generated_id_seq TO ${role};`,
  });
  await databases.now.rows(sql`DROP OWNED BY ${identifier(role)}`);
  await databases.now.rows(sql`DROP ROLE ${identifier(role)}`);
});
