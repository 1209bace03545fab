import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadDemo } from '../../src/demo/load.ts';
import { readToday } from '../../src/demo/store.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { exportRows, type ExportManifest } from '../../src/recoveries/apply/export.ts';
import { mergeMissing, type Merged, type MergeOptions } from '../../src/recoveries/apply/merge.ts';
import { fillSideSchema, type SideSchema } from '../../src/recoveries/apply/side-schema.ts';
import {
  type Comparison,
  compareSides,
  pairSides,
  type Sides,
} from '../../src/recoveries/compare/compare.ts';
import { beginReading } from '../../src/recoveries/compare/rows-probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');
const ITEMS = 300;
const QUIET = { signal: new AbortController().signal, onProgress: () => {} };

/** The product's tables with rows of three organizations; clone it with `createTestDatabase(name)`. */
export async function createDemoTemplate(): Promise<TestDatabase> {
  const template = await createTestDatabase();
  // Not through `template.db`: a database with connections cannot be cloned.
  const db = openDatabase(template.connection);
  await applyPending(db, DIRECTORY, { appliedBy: 'test' });
  const size = { organizations: 3, items: ITEMS, seed: 7, anchor: await readToday(db) };
  await loadDemo(db, size, { operationId: randomUUID(), fence: { lane: 'data', token: 1n } });
  await db.close();
  return template;
}

/** The same database twice: as it was then, and as it is now. */
export interface TwoDatabases extends AsyncDisposable {
  readonly then: Database;
  readonly now: Database;
  /** Of the organization with the most items. */
  readonly organizationId: string;
  readonly otherId: string;
  /** Those of the organization; gives how many. */
  deleteItems(): Promise<number>;
  reading<T>(work: (sides: Sides) => Promise<T>): Promise<T>;
  compare(options?: Partial<Parameters<typeof compareSides>[1]>): Promise<Comparison>;
  merge(options?: Partial<MergeOptions>): Promise<Merged>;
  exportTo(directory: string): Promise<ExportManifest>;
  fillBeside(operationId: string): Promise<SideSchema>;
}

export async function cloneTwice({ connection }: TestDatabase): Promise<TwoDatabases> {
  const [past, present] = [
    await createTestDatabase(connection.database),
    await createTestDatabase(connection.database),
  ];
  const { db: then } = past;
  const { db: now } = present;
  const [organizationId = '', otherId = ''] = await listOrganizations(now);
  const reading: TwoDatabases['reading'] = (work) =>
    then.transaction(async (past) => {
      await beginReading(past);
      return now.transaction(async (present) => {
        await beginReading(present);
        return work({ then: past, now: present });
      });
    });
  const compared = { organizationId, tables: null, withChanged: false, onProgress: () => {} };
  return {
    ...{ then, now, organizationId, otherId, reading },
    compare: (options) => reading((sides) => compareSides(sides, { ...compared, ...options })),
    merge: (options) =>
      then.transaction(async (tx) => {
        await beginReading(tx);
        return mergeMissing(now, { tx, rows: then }, { ...mergeOptions(organizationId), ...options });
      }),
    exportTo(directory) {
      const about = {
        operationId: randomUUID(),
        organizationId,
        cluster: 'main',
        at: 'then',
        backup: 'label',
      };
      return reading(async (sides) =>
        exportRows(sides.then, (await pairSides(sides, null)).chosen, { ...about, ...QUIET, directory }),
      );
    },
    fillBeside: (operationId) =>
      then.transaction(async (tx) => {
        const { chosen: pairs } = await pairSides({ then: tx, now: tx }, null);
        return fillSideSchema(now, tx, {
          operationId,
          organizationId,
          comment: 'of a test',
          pairs,
          ...QUIET,
        });
      }),
    async deleteItems() {
      const rows = await now.rows(
        sql`DELETE FROM items WHERE organization_id = ${organizationId} RETURNING id`,
      );
      return rows.length;
    },
    async [Symbol.asyncDispose]() {
      await past[Symbol.asyncDispose]();
      await present[Symbol.asyncDispose]();
    },
  };
}

function mergeOptions(organizationId: string): MergeOptions {
  return {
    ...{ operationId: randomUUID(), organizationId, tables: null, overwriteChanged: false, planId: null },
    fence: { lane: 'data', token: 2n },
    hashLimitBytes: Infinity,
    note: {},
    beforeCommit: () => {},
    ...QUIET,
  };
}

async function listOrganizations(db: Database): Promise<readonly string[]> {
  const rows = await db.rows<{ id: string }>(sql`
    SELECT organization_id AS id FROM items GROUP BY 1 ORDER BY count(*) DESC, 1
  `);
  return rows.map((one) => one.id);
}

export const countOf = <Counts extends { readonly table: string }>(
  counts: readonly Counts[],
  table: string,
) => counts.find((one) => one.table === table);

/** A trigger that writes to boards of others whenever items come in. */
export async function createMeddler(db: Database): Promise<void> {
  await db.rows(sql`
    CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE boards SET name = 'meddled' WHERE organization_id <> (SELECT organization_id FROM new_rows LIMIT 1);
      RETURN NULL;
    END $$`);
  await db.rows(sql`
    CREATE TRIGGER meddle AFTER INSERT ON items REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION meddle()`);
}

/** All rows of a table, in one number: the order does not matter. */
export async function hashTable(db: Database, table: 'item_values' | 'comments'): Promise<string> {
  const [row] = await db.rows<{ hash: string }>(sql`
    SELECT sum(hashtextextended(t::text, 0)::numeric)::text AS hash FROM ${identifier(table)} AS t`);
  return row?.hash ?? '';
}

/** The same in their first 62 bytes. */
export const LONG_NAMES = [`${'l'.repeat(62)}1`, `${'l'.repeat(62)}2`] as const;

/** Tables that refer to each other, with names as long as they can be, and with values that nobody may write. */
export async function createOddTables(db: Database, organizationId: string): Promise<void> {
  await db.rows(sql`CREATE TABLE circle_a (id int PRIMARY KEY, organization_id uuid, b_id int)`);
  await db.rows(
    sql`CREATE TABLE circle_b (id int PRIMARY KEY, organization_id uuid, a_id int REFERENCES circle_a)`,
  );
  await db.rows(sql`ALTER TABLE circle_a ADD FOREIGN KEY (b_id) REFERENCES circle_b`);
  await db.rows(sql`CREATE TABLE generated (a_label text, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)`);
  for (const name of LONG_NAMES) {
    await db.rows(sql`CREATE TABLE ${identifier(name)} (id int PRIMARY KEY, organization_id uuid)`);
    await db.rows(sql`INSERT INTO ${identifier(name)} VALUES (1, ${organizationId})`);
  }
  await db.rows(sql`INSERT INTO circle_a SELECT g, ${organizationId} FROM generate_series(1, 2) AS g`);
  await db.rows(sql`INSERT INTO circle_b SELECT g, ${organizationId}, g FROM generate_series(1, 2) AS g`);
  await db.rows(sql`UPDATE circle_a SET b_id = id`);
  await db.rows(
    sql`INSERT INTO generated (a_label, organization_id, n) VALUES ('', ${organizationId}, 1), ('b', ${organizationId}, 2)`,
  );
}
