import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations } from '../../src/backups/backups.ts';
import { createRecoveryWindows, listUsableSets } from '../../src/backups/archive/windows-service.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { createClones } from '../../src/backups/restore/clones.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import { recordSnapshot } from '../../src/catalog/store.ts';
import type { DrillInput, RecoveryDrill } from '../../src/drills/drills.ts';
import { runDrillOperation, type DrillResult } from '../../src/drills/operation.ts';
import { findDrill, listDrills } from '../../src/drills/store.ts';
import type { OperationDefinition } from '../../src/operations/define.ts';
import { sql } from '../../src/postgres/sql.ts';
import { listDrillWindows, toDrillClones, toFilesModel } from '../../src/wiring/drills.ts';
import { createHarness, perform } from '../backups/harness.ts';
import { countRounds } from '../support/thorough.ts';
import { createScratch, type Scratch, waitUntil } from '../backups/scratch.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

// A whole cluster is restored for each.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let scratch: Scratch;
let control: TestDatabase;
let drill: OperationDefinition<DrillInput, DrillResult>;
let backUp: () => Promise<string>;
let first = '';
let archive = '';

const leftovers = () => readdirSync(scratch.root).filter((name) => /sunday-drill|^restore-/.test(name));
const drillOf = (label: string): DrillInput => ({
  ...{ cluster: 'main', target: { kind: 'SET', label }, timeline: null },
});
const checkOf = (evidence: RecoveryDrill | null, name: string) =>
  evidence?.checks.find((one) => one.name === name);

/** Every name in the archive of the repository; that of a segment holds its checksum. */
function hashArchive(): string {
  const names = readdirSync(join(scratch.root, 'repository/archive'), { recursive: true });
  return createHash('sha256').update(names.map(String).sort().join('\n')).digest('hex');
}

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  const { fleet, admin } = scratch;
  const { db } = control;
  const paths = { postgresBinaries: scratch.server.binaries, runDirectory: scratch.root };
  const deps = { fleet, db, ...paths, protectedDirectories: [join(scratch.root, 'repository')] };
  const clones = createClones({ ...deps, recoveryTimeoutMs: 60_000 });
  const catalogue = createCatalogue({ fleet, db });
  const recoveryWindows = createRecoveryWindows({
    ...{ fleet, postgresBinaries: paths.postgresBinaries },
    listSets: (cluster) => listUsableSets(catalogue, cluster),
  });
  drill = runDrillOperation({
    ...{ fleet, db, clones: toDrillClones(clones), workDirectory: scratch.root },
    listWindows: (cluster) => listDrillWindows(recoveryWindows, cluster),
    readFilesModel: (_cluster, own) => Promise.resolve(toFilesModel([], own)),
  });
  const { start } = createBackupOperations(deps);
  backUp = async () => (await perform(start, { cluster: 'main', type: 'FULL' })).label;
  await admin.rows(sql`CREATE TABLE items (id integer PRIMARY KEY, body text)`);
  await admin.rows(sql`INSERT INTO items SELECT g, md5(g::text) FROM generate_series(1, 5000) AS g`);
  await admin.rows(sql`CREATE INDEX items_body ON items (body)`);
  await admin.rows(sql`ALTER TABLE items OWNER TO sunday_operator`);
  // As a migration notes what it has led to.
  const live = await fleet.primary('main');
  await live.transaction(async (tx) => recordSnapshot(tx, await readCatalog(tx)));
  first = await backUp();
  await waitUntil(async () => {
    archive = hashArchive();
    await sleep(500);
    return archive === hashArchive();
  });
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

test('a drill of a backup passes with evidence, and its clone is gone', async () => {
  const result = await perform(drill, drillOf(first));
  expect(result).toMatchObject({ backup: first, target: `backup ${first}` });
  const evidence = await findDrill(control.db, result.drillId);
  expect(evidence).toMatchObject({ state: 'PASSED', cluster: 'main', backup: first });
  expect(evidence?.checks.map(({ name, state }) => [name, state])).toEqual([
    ['restore', 'PASSED'],
    ['recovery', 'PASSED'],
    ['catalog', 'PASSED'],
    ['rows', 'PASSED'],
    ['data_quality_issues', 'UNKNOWN'],
    ['orphaned_records', 'UNKNOWN'],
    ['indexes', 'PASSED'],
  ]);
  expect(checkOf(evidence, 'catalog')).toMatchObject({ reason: null });
  expect(checkOf(evidence, 'rows')?.found).toBe('5001 rows in 2 tables');
  expect(checkOf(evidence, 'indexes')?.found).toMatch(/^(\d+) of \1 indexes are sound$/);
  expect(evidence?.rto.map(({ phase }) => phase)).toEqual(['restore', 'recovery', 'proof']);
  expect(evidence?.rto.every(({ seconds }) => seconds > 0)).toBe(true);
  expect(evidence?.recoveredAt).toBeInstanceOf(Date);
  expect(evidence?.predictedRtoSeconds).toBeGreaterThan(0);
  expect(evidence?.predictionBasis).toMatch(/^this drill: \d+\.\d s and \d+ bytes a second of files/);
  expect(leftovers()).toEqual([]);
  // Nothing of it came to the live database either.
  const extensions = await scratch.admin.rows(sql`SELECT FROM pg_extension WHERE extname = 'amcheck'`);
  expect(extensions).toEqual([]);
});

test('a worker that dies behind each step, and a clone that was let write, change nothing', async () => {
  const { context } = createHarness();
  const step: typeof context.step = async (name, work) => {
    if (!['restore files', 'recover'].includes(name)) await context.step(name, work);
    return context.step(name, work);
  };
  // What was chosen counts once it is noted, and once it is gone nothing brings it back.
  const result = await drill.run({ ...context, step }, drillOf(first));
  expect((await findDrill(control.db, result.drillId))?.state).toBe('PASSED');
  expect(leftovers()).toEqual([]);
});

test('a cancel leaves neither the clone nor evidence', async () => {
  const count = async () =>
    (await listDrills(control.db, { cluster: 'main', from: null, to: null, limit: 100 })).length;
  const before = await count();
  const harness = createHarness(undefined, (name) => {
    if (name !== 'check') return;
    expect(leftovers()).not.toEqual([]);
    harness.abort.abort(new Error('cancelled'));
  });
  await expect(perform(drill, drillOf(first), harness)).rejects.toThrow('cancelled');
  expect(leftovers()).toEqual([]);
  expect(await count()).toBe(before);
});

test('the archive is what it was before all these drills', { timeout: 900_000 }, async () => {
  for (let round = 0; round < countRounds({ usual: 0, full: 17 }); round += 1)
    await perform(drill, drillOf(first));
  const drills = await listDrills(control.db, { cluster: 'main', from: null, to: null, limit: 100 });
  expect(drills.length).toBeGreaterThanOrEqual(countRounds({ usual: 2, full: 19 }));
  expect(hashArchive()).toBe(archive);
});

test('without a target it drills a random moment inside the windows', async () => {
  await sleep(1_500); // a set says to the second when it ended
  await scratch.admin.rows(sql`UPDATE items SET body = body WHERE id = 1`);
  await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
  await sleep(1_500);
  const { drillId } = await perform(drill, { cluster: 'main', target: null, timeline: null });
  const evidence = await findDrill(control.db, drillId);
  expect(evidence?.state).toBe('PASSED');
  expect(checkOf(evidence, 'indexes')?.state).toBe('PASSED');
});

test('an index that lost rows and a table that lost rows fail the drill, each by name', async () => {
  const { admin } = scratch;
  // An index on what is said to never change, and did: as after an upgrade of the collations.
  await admin.rows(
    sql`CREATE FUNCTION weight(i integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT i'`,
  );
  await admin.rows(sql`CREATE INDEX items_weight ON items (weight(id))`);
  await admin.rows(
    sql`CREATE OR REPLACE FUNCTION weight(i integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT i + 10000'`,
  );
  const label = await backUp();
  await control.db.rows(sql`
    UPDATE backup SET manifest = jsonb_set(jsonb_set(manifest, '{tables,1,rowsMin}', '5003'), '{tables,1,rowsMax}', '5003')
    WHERE label = ${label}`);
  const harness = createHarness(randomUUID());
  await expect(perform(drill, drillOf(label), harness)).rejects.toMatchObject({
    code: 'DRILL_FAILED',
    drillId: harness.operationId,
    checks: ['rows', 'indexes'],
  });
  const evidence = await findDrill(control.db, harness.operationId);
  expect(evidence?.state).toBe('FAILED');
  expect(checkOf(evidence, 'rows')).toMatchObject({
    state: 'FAILED',
    found: '5001 rows in 2 tables',
    expected: '5004 rows in 2 tables',
    reason: 'public.items has 5000 rows instead of 5003',
  });
  expect(checkOf(evidence, 'indexes')).toMatchObject({
    state: 'FAILED',
    reason: expect.stringMatching(
      /^public\.items_weight: heap tuple .* lacks matching index tuple/,
    ) as string,
  });
  expect(leftovers()).toEqual([]);
});
