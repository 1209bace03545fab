import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackupOperations } from '../../src/backups/backups.ts';
import { createClones } from '../../src/backups/restore/clones.ts';
import { loadDemo } from '../../src/demo/load.ts';
import { readToday } from '../../src/demo/store.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import type { OperationDefinition } from '../../src/operations/define.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { recoverOrganizationOperation } from '../../src/recoveries/operation.ts';
import type { RecoveryInput, RecoveryReport } from '../../src/recoveries/recoveries.ts';
import { createHarness, perform } from '../backups/harness.ts';
import { createScratch, waitUntil, type Scratch } from '../backups/scratch.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

// A whole cluster is restored for each.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let scratch: Scratch;
let control: TestDatabase;
let recover: OperationDefinition<RecoveryInput, RecoveryReport>;
let live: Database;
let wanted: RecoveryInput;
let before: readonly unknown[];

const readItems = () =>
  live.rows(sql`SELECT * FROM items WHERE organization_id = ${wanted.organizationId} ORDER BY id`);
const leftovers = () => readdirSync(scratch.root).filter((name) => /sunday-recovery|^restore-/.test(name));

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  const { fleet } = scratch;
  const paths = { postgresBinaries: scratch.server.binaries, runDirectory: scratch.root };
  const deps = { fleet, db: control.db, ...paths, protectedDirectories: [join(scratch.root, 'repository')] };
  live = await fleet.primary('main');
  await scratch.admin.rows(sql`ALTER ROLE sunday_operator BYPASSRLS`);
  await applyPending(live, join(import.meta.dirname, '../../migrations/sunday'), { appliedBy: 'test' });
  const size = { organizations: 2, items: 100, seed: 7, anchor: await readToday(live) };
  await loadDemo(live, size, { operationId: 'demo', fence: { lane: 'data', token: 0n } });
  await perform(createBackupOperations(deps).start, { cluster: 'main', type: 'FULL' });
  const clones = createClones({ ...deps, recoveryTimeoutMs: 60_000 });
  recover = recoverOrganizationOperation({
    ...{ fleet, clones, workDirectory: scratch.root, hashLimitBytes: Infinity },
  });
  const [found] = await live.rows<{ id: string; name: string }>(
    sql`SELECT id, name FROM organizations LIMIT 1`,
  );
  await sleep(1_100); // a set says to the second when it ended
  wanted = {
    ...{ cluster: 'main', organizationId: found?.id ?? '', organizationName: found?.name ?? '' },
    target: { kind: 'TIME', at: new Date().toISOString().replace('Z', '000Z') },
    ...{ timeline: null, mode: 'MERGE', tables: null, overwriteChanged: false, planId: null },
    ...{ isConfirmed: true, destination: null, workDirectory: null },
  };
  before = await readItems();
  await sleep(20);
  await live.rows(sql`DELETE FROM items WHERE organization_id = ${wanted.organizationId}`);
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

test('the plan waits for the log of a moment ago, says what will be done, and wants agreement', async () => {
  const plan = await recover.plan?.(wanted);
  expect(plan?.summary).toMatch(/^Recover .* of main as it was at .*: put what is missing back$/);
  expect(plan?.steps).toHaveLength(5);
  await expect(recover.plan?.({ ...wanted, isConfirmed: false })).rejects.toMatchObject({
    code: 'RECOVERY_PLAN_REQUIRED',
    planId: expect.stringMatching(/^plan-/) as string,
  });
  const stale = { ...wanted, isConfirmed: false, planId: `plan-${'0'.repeat(32)}` };
  await expect(recover.plan?.(stale)).rejects.toMatchObject({ code: 'RECOVERY_PLAN_CHANGED' });
  expect(leftovers()).toEqual([]);
});

test('exactly the deleted rows come back, also when the worker died behind each step before it was noted', async () => {
  const harness = createHarness();
  const results = new Map<string, unknown>();
  const { context } = harness;
  // What a worker leaves that dies before its checkpoint: the step has been done, and is done again.
  const step: typeof context.step = async (name, work) => {
    if (name !== 'compare and merge') await context.step(name, work);
    results.set(name, await context.step(name, work));
    return results.get(name) as never;
  };
  const report = await recover.run({ ...context, step }, wanted);
  expect(await readItems()).toEqual(before);
  const items = report.tables.find((one) => one.table === 'items');
  expect(items).toMatchObject({ rowsNow: 0, deleted: before.length, restored: before.length, conflicts: 0 });
  expect(report.proof).toMatchObject({ kind: 'HASHES' });
  expect(leftovers()).toEqual([]);
  // The merge is committed and the clone is gone: only the merge's own step is done again.
  const replay: typeof context.step = (name, work) =>
    name === 'compare and merge' ? context.step(name, work) : Promise.resolve(results.get(name) as never);
  const again = await recover.run({ ...context, step: replay }, wanted);
  expect(again).toMatchObject({ tables: report.tables, transactionId: report.transactionId });
  expect(await readItems()).toEqual(before);
});

test('a cancel behind an export leaves neither its files nor the clone', async () => {
  const destination = join(scratch.root, 'export');
  const exporting = { ...wanted, mode: 'EXPORT', destination, isConfirmed: false } as const;
  const harness = createHarness(undefined, (step) => {
    if (step !== 'remove clone') return;
    expect(readdirSync(destination)).toHaveLength(39);
    throw new Error('cancelled');
  });
  await expect(perform(recover, exporting, harness)).rejects.toThrow('cancelled');
  expect(existsSync(destination)).toBe(false);
  expect(leftovers()).toEqual([]);
});

test('an organization that was not there then is refused, and the clone is removed', async () => {
  const unknown = {
    ...wanted,
    organizationId: '00000000-0000-4000-8000-000000000000',
    organizationName: null,
  };
  await expect(perform(recover, unknown)).rejects.toMatchObject({ code: 'RECOVERY_ORGANIZATION_NOT_FOUND' });
  await waitUntil(() => Promise.resolve(leftovers().length === 0), 5_000);
});
