import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { createClusters } from './plane-clusters.ts';
import { type Plane, startPlane } from './plane.ts';

const CLUSTERS = Array.from({ length: 6 }, (_, index) => `c${index + 1}`);

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane({ clusters: CLUSTERS });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const { begin, list, audit } = createClusters(() => plane, CLUSTERS);

test('a drift is shown object by object, refused, and let through with a reason only', async () => {
  const { cluster, db } = await begin({ '001_a.sql': 'CREATE TABLE a (id int);' });
  await plane.finish('applyMigrations', { cluster });
  plane.write({ '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE b (id int);' });
  await db.rows(sql`ALTER TABLE a ADD by_hand text`);
  const { schemaDrift: drift } = await plane.graphql<{ schemaDrift: Record<string, unknown> }>(
    `query ($cluster: String!) { schemaDrift(cluster: $cluster) { state version differences { kind object change found } } }`,
    { cluster },
  );
  const column = { kind: 'COLUMN', object: 'public.a.by_hand', change: 'ADDED' };
  expect(drift).toMatchObject({ state: 'DRIFTED', version: '001' });
  expect(drift['differences']).toContainEqual({ ...column, found: 'text' });
  const refused = await plane.ask('applyMigrations', { cluster });
  expect(refused).toMatchObject({ code: 'SCHEMA_DRIFTED' });
  expect(refused.message).toContain('ADDED COLUMN public.a.by_hand');
  expect(await plane.ask('applyMigrations', { cluster, allowDrift: true })).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'reason'],
  });
  const forced = { cluster, allowDrift: true, reason: 'the column is known' };
  expect(await plane.finish('applyMigrations', forced)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await audit(cluster)).slice(0, 3)).toMatchObject([
    { action: 'applyMigrations', outcome: 'ACCEPTED', reason: 'the column is known' },
    { action: 'applyMigrations', outcome: 'INVALID_INPUT' },
    { action: 'applyMigrations', outcome: 'SCHEMA_DRIFTED' },
  ]);
});

test('a drift is accepted as it was looked at, not as it has become', async () => {
  const { cluster, db } = await begin({ '001_a.sql': 'CREATE TABLE a (id int);' });
  await plane.finish('applyMigrations', { cluster });
  const look = async () =>
    (
      await plane.graphql<{ schemaDrift: { foundFingerprint: string } }>(
        'query ($cluster: String!) { schemaDrift(cluster: $cluster) { foundFingerprint } }',
        { cluster },
      )
    ).schemaDrift.foundFingerprint;
  const stale = await look();
  await db.rows(sql`ALTER TABLE a ADD by_hand text`);
  const accept = async (foundFingerprint: string) =>
    plane.ask('acceptSchemaDrift', { cluster, foundFingerprint, reason: 'it stays' }, 'drift { state }');
  expect(await accept(stale)).toMatchObject({ code: 'REPAIR_REFUSED' });
  expect(await accept(await look())).toMatchObject({ drift: { state: 'NONE' } });
  expect((await audit(cluster)).slice(0, 2)).toMatchObject([
    { action: 'acceptSchemaDrift', outcome: 'ACCEPTED', reason: 'it stays' },
    { action: 'acceptSchemaDrift', outcome: 'REPAIR_REFUSED' },
  ]);
});

test('a changed file is repaired with the checksum that was looked at, not with another', async () => {
  const { cluster } = await begin({ '001_a.sql': 'CREATE TABLE a (id int);' });
  await plane.finish('applyMigrations', { cluster });
  const repair = (checksum: string) => {
    const input = { cluster, version: '001', checksum, reason: 'a comment only' };
    return plane.ask('repairMigration', input, 'migration { version state checksum }');
  };
  const [applied] = await list(cluster);
  expect(await repair(applied?.checksum ?? '')).toMatchObject({ code: 'REPAIR_REFUSED' });
  plane.write({ '001_a.sql': '-- the first\nCREATE TABLE a (id int);' });
  const [drifted] = await list(cluster);
  expect(drifted).toMatchObject({ state: 'DRIFTED' });
  expect(await plane.ask('applyMigrations', { cluster })).toMatchObject({ code: 'MIGRATION_DRIFTED' });
  plane.write({ '001_a.sql': '-- the very first\nCREATE TABLE a (id int);' });
  expect(await repair(drifted?.checksum ?? '')).toMatchObject({ code: 'REPAIR_REFUSED' });
  const [again] = await list(cluster);
  expect(await repair(again?.checksum ?? '')).toMatchObject({
    migration: { version: '001', state: 'APPLIED', checksum: again?.checksum },
  });
  expect((await audit(cluster))[0]).toMatchObject({
    action: 'repairMigration',
    outcome: 'ACCEPTED',
    reason: 'a comment only',
  });
});

test('a validation that fails by its down script keeps its report', async () => {
  const { cluster } = await begin({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '001_a.down.sql': 'SELECT 1;',
  });
  const { id, error } = await plane.finish('validateMigrations', { cluster });
  expect(error).toMatchObject({ code: 'MIGRATION_NOT_REVERSIBLE' });
  const report = `query ($id: ID!) { migrationValidation(operation: $id) { from isValid cloneDifferences { object }
    migrations { version verdict upMs downMs secondUpMs fingerprintBefore fingerprintAfter problem differenceCount differences { kind object change } } } }`;
  const { migrationValidation } = await plane.graphql<{ migrationValidation: object }>(report, { id });
  expect(migrationValidation).toMatchObject({
    ...{ from: 'TARGET', isValid: false, cloneDifferences: [] },
    migrations: [{ version: '001', verdict: 'NOT_RESTORED', secondUpMs: null, differenceCount: 2 }],
  });
  // With rows it needs a backup: here is none, and none fits another base.
  expect(await plane.ask('validateMigrations', { cluster, onBackup: 'latest' })).toMatchObject({
    code: 'BACKUPS_NOT_CONFIGURED',
  });
  expect(await plane.ask('validateMigrations', { cluster, from: 'EMPTY', onBackup: 'latest' })).toMatchObject(
    { code: 'INVALID_INPUT', path: ['input', 'onBackup'] },
  );
  const { id: other } = await plane.finish('applyMigrations', { cluster });
  expect(await plane.graphql(report, { id: other })).toEqual({ migrationValidation: null });
});

describe('a scheduled migration', () => {
  const SCHEDULED = 'schedule { name state } nextRuns { startAt } plan { verdict }';
  const ran = async (cluster: string) => {
    const { schedule } = await plane.graphql<{ schedule: { lastOperation: { id: string } | null } }>(
      'query ($name: String!) { schedule(name: $name) { lastOperation { id } } }',
      { name: `${cluster}-migrations` },
    );
    return schedule.lastOperation?.id ?? null;
  };

  test.each([
    ['at a moment', () => ({ at: new Date(Date.now() + 1_000).toISOString() })],
    ['in the window that is open', () => ({ window: { cron: '* * * * *', durationMinutes: 5 } })],
  ])(
    'is applied %s',
    async (_when, when) => {
      const { cluster } = await begin({ '001_a.sql': 'CREATE TABLE a (id int);' });
      const input = { cluster, ...when() };
      expect(await plane.ask('scheduleMigration', { ...input, dryRun: true }, SCHEDULED)).toMatchObject({
        schedule: null,
      });
      expect(await plane.ask('scheduleMigration', input, SCHEDULED)).toMatchObject({
        schedule: { name: `${cluster}-migrations`, state: 'ACTIVE' },
        nextRuns: [{}],
        plan: { verdict: 'SAFE' },
      });
      await expect.poll(() => ran(cluster), { timeout: 45_000, interval: 200 }).not.toBeNull();
      const id = (await ran(cluster)) ?? '';
      expect(await plane.waitForEnd(id)).toMatchObject({ state: 'SUCCEEDED' });
      expect(await list(cluster)).toMatchObject([
        { state: 'APPLIED', appliedBy: `schedule:${cluster}-migrations` },
      ]);
      expect((await audit(cluster)).map(({ action }) => action)).toContain('scheduleMigration');
    },
    60_000,
  );
});
