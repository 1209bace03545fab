import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import type { OperationContext, Progress } from '../../src/operations/define.ts';
import type { RestoreInPlaceInput } from '../../src/backups/restore/in-place/operation.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { openOnFleet } from '../support/fleet.ts';
import { startOwnFleet, type OwnFleet } from '../support/own-fleet.ts';
import { createHarness, perform } from './harness.ts';
import { waitUntil } from './scratch.ts';

// A whole cluster is stopped, replaced and made anew.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let own: OwnFleet;
let fleet: Fleet;
let control: TestDatabase;
let operations: BackupOperations;
let db: Database;

beforeAll(async () => {
  [own, control] = await Promise.all([startOwnFleet(), createControlDatabase()]);
  fleet = createFleet(own.config);
  db = openOnFleet(own, 'operator');
  operations = build(true);
  await db.rows(sql`CREATE TABLE items AS SELECT generate_series(1, 100) AS id`);
  await perform(operations.start, { cluster: 'main', type: 'FULL' });
});
afterAll(async () => {
  await db.close();
  await fleet.close();
  await own[Symbol.asyncDispose]();
  await control[Symbol.asyncDispose]();
});

function build(isOurs: boolean): BackupOperations {
  const { postgresBinaries, runDirectory, clusters } = own.config;
  return createBackupOperations({
    ...{ fleet, db: control.db, postgresBinaries, runDirectory, protectedDirectories: [own.home] },
    listServers: (cluster) =>
      (clusters.find((one) => one.name === cluster)?.instances ?? []).map(
        ({ name, port, control: paths }) => ({
          ...{ name, superuser: 'postgres' },
          options: isOurs && paths !== undefined ? { binaries: postgresBinaries, port, ...paths } : null,
        }),
      ),
  });
}

const wish = (name: string, changes: Partial<RestoreInPlaceInput> = {}): RestoreInPlaceInput => ({
  ...{ cluster: 'main', target: { kind: 'NAME', name }, timeline: null, repository: null },
  ...{ confirm: 'main', keepOld: true, ...changes },
});

/** A point, and behind it rows that a restore to it takes away. */
async function makePoint(name: string): Promise<void> {
  const admin = openOnFleet(own, 'superuser', 'main-1', 'postgres');
  const [row] = await admin.rows<{ lsn: string; segment: string }>(
    sql`SELECT lsn::text AS lsn, pg_walfile_name(lsn) AS segment FROM pg_create_restore_point(${name}) AS lsn`,
  );
  await control.db.rows(sql`INSERT INTO restore_point (cluster, name, created_by, lsn, segment, at)
    VALUES ('main', ${name}, 'test', ${row?.lsn}, ${row?.segment}, now())`);
  await db.rows(sql`DELETE FROM items WHERE id > 10`);
  await admin.rows(sql`SELECT pg_switch_wal()`);
  await admin.close();
  await waitUntil(
    () =>
      readdirSync(own.home, { recursive: true, encoding: 'utf8' }).some(
        (one) => one.includes(`repository/archive`) && one.includes(row?.segment ?? '?'),
      ),
    60_000,
  );
}

const count = async (from: Database) =>
  (await from.rows<{ rows: number }>(sql`SELECT count(*)::int AS rows FROM items`))[0]?.rows;

async function countOnStandby(): Promise<number | undefined> {
  const standby = openOnFleet(own, 'operator', 'main-2');
  try {
    return await count(standby);
  } finally {
    await standby.close();
  }
}

const leftovers = () =>
  [own.home, own.config.runDirectory]
    .flatMap((directory) => readdirSync(directory))
    .filter((name) => /restored-|in-place|sunday-restore|^restore-/.test(name));

test('refuses without the name typed back, and what is not ours to stop, and leaves the cluster running', async () => {
  await makePoint('refused');
  await db.rows(sql`INSERT INTO items SELECT generate_series(11, 100)`);
  const plan = (operation: BackupOperations, changes: Partial<RestoreInPlaceInput>) =>
    operation.restoreInPlace.plan?.(wish('refused', changes));
  await expect(plan(operations, { confirm: 'mian' })).rejects.toMatchObject({
    code: 'RESTORE_NOT_CONFIRMED',
  });
  await expect(plan(build(false), {})).rejects.toMatchObject({
    code: 'RESTORE_IN_PLACE_REFUSED',
    hint: expect.stringContaining('pg_ctl stop') as string,
  });
  await expect(plan(operations, { target: { kind: 'NAME', name: 'nowhere' } })).rejects.toMatchObject({
    code: 'RESTORE_POINT_NOT_FOUND',
  });
  const tablespace = join(own.home, 'main-1/pg_tblspc/99999');
  mkdirSync(tablespace);
  await expect(plan(operations, {})).rejects.toThrow('main-1 of main-1 has tablespaces');
  rmdirSync(tablespace);
  const planned = await plan(operations, {});
  expect(planned?.steps.join('\n')).toMatch(/stop main-1 \(primary, \d+ sessions connected now\), main-2/);
  expect([await count(db), leftovers()]).toEqual([100, []]);
});

test('puts everything back when it is cancelled before the cluster stops', async () => {
  const harness = createHarness(undefined, (step) => {
    if (step === 'prove') throw new Error('cancelled here');
  });
  await expect(perform(operations.restoreInPlace, wish('refused'), harness)).rejects.toThrow(
    'cancelled here',
  );
  expect([await count(db), leftovers()]).toEqual([100, []]);
});

test('takes the cluster back to the point: the rows are there, the standby streams, the archive goes on', async () => {
  await makePoint('before_mistake');
  expect(await count(db)).toBe(10);
  const result = await perform(operations.restoreInPlace, wish('before_mistake'));
  expect(result).toMatchObject({ inPlace: { timeline: 2, standbys: ['main-2'] }, tablesFailed: 0 });
  expect(await count(db)).toBe(100);
  await db.rows(sql`INSERT INTO items VALUES (101)`);
  await waitUntil(async () => (await countOnStandby()) === 101, 30_000);
  expect(existsSync(result.inPlace.oldDirectory ?? '')).toBe(true);
  expect(leftovers()).toEqual([]);
  await perform(operations.start, { cluster: 'main', type: 'FULL' }); // which waits for its log
});

/** Dies as soon as a phase begins, with nothing that tidies up; steps that had ended are not done again. */
function createDyingContext(
  operationId: string,
  kept: Map<string, unknown>,
  phase: string | null,
): OperationContext {
  return {
    operationId,
    attempt: 1,
    async step(name, work) {
      if (kept.has(name)) return kept.get(name) as never;
      const value = await work({
        ...{ operationId, token: 1n, signal: new AbortController().signal, assertLease: () => {} },
        processMarks: { SUNDAY_OPERATION: operationId },
        progress(progress: Progress) {
          if (phase !== null && progress.phase === phase) throw new Error(`killed at: ${phase}`);
        },
      });
      const json = JSON.parse(JSON.stringify(value ?? null)) as never;
      kept.set(name, json);
      return json;
    },
  };
}

test('puts the old directory back when it fails before the restored primary is open', async () => {
  const { operationId, context } = createHarness();
  const dying = createDyingContext(operationId, new Map(), 'begin a new timeline');
  await expect(operations.restoreInPlace.run(dying, wish('before_mistake'))).rejects.toThrow('killed at');
  await operations.restoreInPlace.compensate?.(context, wish('before_mistake'));
  await db.rows(sql`INSERT INTO items VALUES (102)`);
  expect(await count(db)).toBe(102);
  await waitUntil(async () => (await countOnStandby()) === 102, 30_000);
  expect(leftovers()).toEqual([]);
});

test('goes on where it was when it is killed at each of its phases', async () => {
  await db.rows(sql`DELETE FROM items WHERE id > 100`);
  await makePoint('before_crashes');
  const { operationId } = createHarness();
  const kept = new Map<string, unknown>();
  const wanted = wish('before_crashes', { keepOld: false });
  const phases = ['stop the cluster', 'begin a new timeline', 'open the primary', 'make standby main-2 anew'];
  for (const phase of phases) {
    const dying = createDyingContext(operationId, kept, phase);
    await expect(operations.restoreInPlace.run(dying, wanted)).rejects.toThrow(`killed at: ${phase}`);
  }
  const result = await operations.restoreInPlace.run(createDyingContext(operationId, kept, null), wanted);
  expect(result.inPlace).toEqual({ timeline: 3, oldDirectory: null, standbys: ['main-2'] });
  expect(await count(db)).toBe(100);
  await waitUntil(async () => (await countOnStandby()) === 100, 30_000);
  expect(leftovers()).toEqual([]);
});
