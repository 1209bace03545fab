import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createClusters } from './plane-clusters.ts';
import { type Plane, startPlane } from './plane.ts';

const CLUSTERS = Array.from({ length: 9 }, (_, index) => `c${index + 1}`);

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ clusters: CLUSTERS });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const PLAN = 'operation { id } plan { id verdict direction dataLoss migrations { version verdict } }';
const TWO_TABLES = {
  '001_a.sql': 'CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);',
  '001_a.down.sql': 'DROP TABLE a;',
  '002_b.sql': 'CREATE TABLE b (id int);',
  '002_b.down.sql': 'DROP TABLE b;',
};

const { begin, list, audit } = createClusters(() => plane, CLUSTERS);
const planId = async (mutation: string, input: object) => {
  const { plan } = await plane.ask(mutation, { ...input, dryRun: true }, PLAN);
  return (plan as { readonly id: string }).id;
};

describe('an apply', () => {
  test('is planned without being started, then done, once for one idempotency key', async () => {
    const { cluster } = await begin(TWO_TABLES);
    const input = { cluster, onBehalfOf: 'bea', idempotencyKey: 'first', reason: 'release 1' };
    const dry = await plane.ask('applyMigrations', { ...input, dryRun: true }, PLAN);
    expect(dry).toMatchObject({
      operation: null,
      plan: { verdict: 'SAFE', direction: 'UP', migrations: [{ version: '001' }, { version: '002' }] },
    });
    const { id } = dry['plan'] as { readonly id: string };
    const operation = await plane.start('applyMigrations', { ...input, planId: id });
    expect(await plane.waitForEnd(operation)).toMatchObject({
      state: 'SUCCEEDED',
      result: { applied: [{ version: '001' }, { version: '002' }] },
    });
    // The plan is obsolete by now, and would be refused: the key finds what it was agreed to for.
    expect(await plane.start('applyMigrations', { ...input, planId: id })).toBe(operation);
    expect(await list(cluster)).toMatchObject([
      { state: 'APPLIED', appliedBy: 'ann', onBehalfOf: 'bea', operation: { id: operation } },
      { state: 'APPLIED', lastAttempt: null },
    ]);
    expect((await audit(cluster)).map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      ['applyMigrations', 'ACCEPTED', 'release 1'],
      ['applyMigrations', 'ACCEPTED', 'release 1'],
    ]);
  });

  test('is refused with the line when a statement cannot work on this database', async () => {
    const { cluster, db } = await begin({
      '001_a.sql':
        '-- transaction: none\nCREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);',
    });
    await db.rows(sql`CREATE TABLE a (id int) PARTITION BY RANGE (id)`);
    expect(await plane.ask('applyMigrations', { cluster })).toMatchObject({
      code: 'MIGRATION_REFUSED',
      findings: ['001, line 3: the server builds no index CONCURRENTLY on public.a, which is partitioned'],
    });
    expect(await plane.ask('applyMigrations', { cluster, dryRun: true }, PLAN)).toMatchObject({
      plan: { verdict: 'REFUSED', migrations: [{ version: '001', verdict: 'REFUSED' }] },
    });
    expect(await db.rows(sql`SELECT FROM pg_class WHERE relname = 'b'`)).toEqual([]);
    expect(await audit(cluster)).toMatchObject([{ outcome: 'ACCEPTED' }, { outcome: 'MIGRATION_REFUSED' }]);
  });

  test('that destroys rows needs the id of the plan, and of the present one', async () => {
    const { cluster, db } = await begin({ '001_a.sql': 'DROP TABLE old;' });
    await db.rows(sql`CREATE TABLE old AS SELECT 1 AS id`);
    await db.rows(sql`ANALYZE old`);
    const required = await plane.ask('applyMigrations', { cluster });
    const stale = await planId('applyMigrations', { cluster });
    expect(required).toMatchObject({
      code: 'MIGRATION_PLAN_REQUIRED',
      path: ['input', 'planId'],
      planId: stale,
    });
    plane.write({ '001_a.sql': 'DROP TABLE old; SELECT 1;' });
    const current = await planId('applyMigrations', { cluster });
    expect(await plane.ask('applyMigrations', { cluster, planId: stale })).toMatchObject({
      code: 'MIGRATION_PLAN_CHANGED',
      planId: current,
    });
    expect(await plane.finish('applyMigrations', { cluster, planId: current })).toMatchObject({
      state: 'SUCCEEDED',
    });
    expect((await audit(cluster)).map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(['MIGRATION_PLAN_REQUIRED', 'MIGRATION_PLAN_CHANGED']),
    );
  });

  test('that fails says where, in the operation and in the list', async () => {
    const { cluster } = await begin({
      '001_a.sql': 'CREATE TABLE a (id int);',
      '002_b.sql': 'INSERT INTO a VALUES (1);\n\nINSERT INTO a VALUES (1 / 0);',
    });
    const { id, ...ended } = await plane.finish('applyMigrations', { cluster });
    expect(ended).toMatchObject({
      state: 'FAILED',
      error: {
        code: 'MIGRATION_FAILED',
        message: expect.stringMatching(/002_b.*line 3.*division by zero/) as string,
      },
    });
    expect(await list(cluster)).toMatchObject([
      { version: '001', state: 'APPLIED' },
      {
        version: '002',
        state: 'FAILED',
        lastAttempt: {
          ...{ direction: 'UP', outcome: 'FAILED', statementNumber: 2, line: 3 },
          ...{ statement: 'INSERT INTO a VALUES (1 / 0)', message: 'division by zero', operation: { id } },
        },
      },
    ]);
  });

  test('one of three at once runs, and the refusals of the others name it', async () => {
    const { cluster } = await begin({ '001_a.sql': 'SELECT pg_sleep(0.5);' });
    const answers = await Promise.all([1, 2, 3].map(() => plane.ask('applyMigrations', { cluster })));
    const [started] = answers.filter(({ operation }) => operation);
    const refused = answers.filter(({ code }) => code === 'OPERATION_CONFLICT');
    expect(refused).toHaveLength(2);
    const id = started?.operation?.id ?? '';
    const [, bare = ''] = Buffer.from(id, 'base64url').toString().split(':');
    expect(refused.every(({ message }) => message?.includes(bare))).toBe(true);
    expect(await plane.waitForEnd(id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('of files that cannot be read is refused with every problem of all of them at once', async () => {
    const { cluster } = await begin({
      '001_twice.sql': 'SELECT 1;',
      '001_again.sql': 'SELECT 1;',
      '002_nul.sql': 'SELECT 1;\0',
      '003_bom.sql': '\uFEFFSELECT 1;',
      '004_large.sql': 'SELECT 1;\n'.repeat(2_100_000),
    });
    const { code, problems } = await plane.ask('applyMigrations', { cluster });
    expect(code).toBe('MIGRATION_INVALID');
    expect(problems).toEqual([
      '002_nul.sql: holds a NUL',
      '003_bom.sql: begins with a byte order mark',
      '004_large.sql: is larger than 1048576 bytes; load data with COPY, outside of migrations',
      '001_twice.down.sql: 001_again.down.sql has the same number',
      '001_twice.sql: 001_again.sql has the same number',
    ]);
  });

  test('of SQL that cannot be run is refused with every place, whatever the line endings', async () => {
    const { cluster } = await begin({
      '001_crlf.sql': 'CREATE TABLE a (id int);\r\nSELECT 1;\r\n',
      '002_syntax.sql': "SELECT 'ä';\r\n  CREATE TABEL c ();",
      '003_index.sql': 'SELECT 1;\nCREATE INDEX CONCURRENTLY a_id ON a (id);',
    });
    expect(await plane.ask('applyMigrations', { cluster })).toMatchObject({
      code: 'MIGRATION_INVALID',
      problems: [
        '002_syntax.sql: line 2, column 10: syntax error at or near "TABEL": CREATE TABEL c ();',
        '003_index.sql: line 2: this CREATE cannot run in a transaction; put it in a file with the header "-- transaction: none"',
      ],
    });
    expect(await list(cluster)).toMatchObject([
      { state: 'PENDING' },
      { state: 'PENDING' },
      { state: 'PENDING' },
    ]);
  });
});

describe('a rollback', () => {
  test('to 000 leaves an empty catalog, with the id of the plan that destroys rows', async () => {
    const { cluster, db } = await begin(TWO_TABLES);
    const empty = fingerprintOf(await readCatalog(db));
    await plane.finish('applyMigrations', { cluster });
    await db.rows(sql`ANALYZE`);
    expect(await plane.ask('rollbackMigrations', { cluster, target: '000' })).toMatchObject({
      code: 'MIGRATION_PLAN_REQUIRED',
    });
    const id = await planId('rollbackMigrations', { cluster, target: '000' });
    const input = { cluster, target: '000', planId: id, idempotencyKey: 'back' };
    const operation = await plane.start('rollbackMigrations', input);
    expect(await plane.waitForEnd(operation)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await plane.start('rollbackMigrations', input)).toBe(operation);
    expect(fingerprintOf(await readCatalog(db))).toBe(empty);
    expect(await list(cluster)).toMatchObject([
      { state: 'ROLLED_BACK', lastAttempt: { direction: 'DOWN', outcome: 'ROLLED_BACK' } },
      { state: 'ROLLED_BACK' },
    ]);
    expect((await audit(cluster)).map(({ action }) => action)).toContain('rollbackMigrations');
  });

  test('is refused for what is irreversible, with the reason', async () => {
    const { cluster } = await begin({ '001_a.sql': '-- irreversible: the mails are sent\nSELECT 1;' });
    await plane.finish('applyMigrations', { cluster });
    expect(await plane.ask('rollbackMigrations', { cluster, target: '000' })).toMatchObject({
      code: 'MIGRATION_IRREVERSIBLE',
      message: expect.stringContaining('the mails are sent') as string,
    });
  });
});
