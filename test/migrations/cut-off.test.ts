import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyPending } from '../../src/migrations/runner.ts';
import { ensureLedger } from '../../src/migrations/ledger/store.ts';
import { markSteps } from '../../src/migrations/ledger/journal-store.ts';
import { type Database, openDatabase } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createDirectory } from './directory.ts';

const by = { appliedBy: 'ann' };
const NONE = '-- transaction: none\n';

let database: TestDatabase;
let db: Database;
let other: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = database.db;
  other = openDatabase({ ...database.connection, applicationName: 'the-other' });
  await db.rows(sql`CREATE TABLE a (id int, name text, at timestamptz)`);
});
afterEach(async () => {
  await other.close();
  await database[Symbol.asyncDispose]();
});

const apply = async (text: string) => {
  using directory = createDirectory({ '001_x.sql': NONE + text });
  return await applyPending(db, directory.path, by);
};
const indexes = () =>
  db.rows<{ name: string; valid: boolean; definition: string }>(sql`
    SELECT relname AS name, indisvalid AND indisready AS valid, pg_get_indexdef(oid) AS definition
    FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1
  `);
const A_ID = { name: 'a_id', valid: true, definition: 'CREATE INDEX a_id ON public.a USING btree (id)' };
/** As a crash leaves it: the statement was sent, and nobody wrote down what became of it. */
const leaveStarted = async (statement: string) => {
  await ensureLedger(db);
  await markSteps(db, [
    {
      version: '001',
      direction: 'UP',
      statementNumber: 1,
      statementChecksum: createHash('sha256').update(statement).digest('hex'),
      state: 'STARTED',
      durationMs: 0,
      operationId: null,
    },
  ]);
};
const breakIndex = async (definition: string) => {
  await db.rows(sql`INSERT INTO a (id) VALUES (1), (1)`);
  await db.rows(raw(definition)).catch(() => {});
  await db.rows(sql`DELETE FROM a`);
  expect(await indexes()).toMatchObject([{ name: 'a_id', valid: false }]);
};

describe('a statement that a crash cut off', () => {
  const build = 'CREATE INDEX CONCURRENTLY a_id ON a (id)';

  test('is done when its index is there', async () => {
    await db.rows(raw(build));
    await leaveStarted(build);
    await apply(`${build};`);
    expect(await indexes()).toEqual([A_ID]);
  });

  test('is run when there is no index', async () => {
    await leaveStarted(build);
    await apply(`${build};`);
    expect(await indexes()).toEqual([A_ID]);
  });

  test('is run again when its index is broken', async () => {
    await breakIndex('CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)');
    await leaveStarted(build);
    await apply(`${build};`);
    expect(await indexes()).toEqual([A_ID]);
  });

  test('is refused when the file has another one in its place', async () => {
    await leaveStarted(build);
    await expect(apply('CREATE INDEX CONCURRENTLY a_id ON a (name);')).rejects.toMatchObject({
      code: 'MIGRATION_UNFINISHED',
    });
  });

  test.each([true, false])('is done when the index that it drops is gone: %s', async (isGone) => {
    const drop = 'DROP INDEX CONCURRENTLY a_id';
    if (!isGone) await db.rows(raw(build));
    await leaveStarted(drop);
    await apply(`${drop};`);
    expect(await indexes()).toEqual([]);
  });

  test('takes away what a broken REINDEX left, and rebuilds', async () => {
    await breakIndex('CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id)');
    await db.rows(sql`ALTER INDEX a_id RENAME TO a_id_ccnew`);
    await db.rows(raw(build));
    await leaveStarted('REINDEX INDEX CONCURRENTLY a_id');
    await apply('REINDEX INDEX CONCURRENTLY a_id;');
    expect(await indexes()).toEqual([A_ID]);
  });

  test.each(['ATTACHED', 'PENDING', 'DETACHED'])('detaches a partition that is %s', async (state) => {
    const detach = 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY';
    await db.rows(sql`CREATE TABLE p (id int) PARTITION BY RANGE (id)`);
    await db.rows(sql`CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9)`);
    if (state === 'PENDING')
      await other.transaction(async (tx) => {
        await tx.rows(sql`SELECT FROM p`);
        await db.session(async (session) => {
          await session.rows(sql`SET lock_timeout = 100`);
          await session.rows(raw(detach)).catch(() => {});
          await session.rows(sql`RESET lock_timeout`);
        });
      });
    if (state === 'DETACHED') await db.rows(raw(detach));
    const [before] = await db.rows(sql`SELECT inhdetachpending AS pending FROM pg_inherits`);
    expect(before).toEqual(state === 'DETACHED' ? undefined : { pending: state === 'PENDING' });
    await leaveStarted(detach);
    await apply(`${detach};`);
    expect(await db.rows(sql`SELECT FROM pg_inherits WHERE inhparent = 'p'::regclass`)).toEqual([]);
  });
});
