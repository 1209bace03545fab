import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadDemo } from '../../src/demo/load.ts';
import { readToday } from '../../src/demo/store.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { listProcesses } from '../../src/process-table.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

// One story, in order: an organization's items are deleted by mistake while others work, and come back.

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

let fleet: TestFleet;
let plane: ControlPlane;
let operator: Operator;
let db: Database;
let organization: { readonly id: string; readonly name: string };
let before: unknown;
let wanted = '';
const writing = { isOver: false, done: Promise.resolve() };

beforeAll(async () => {
  fleet = await testFleet();
  plane = await createControlPlane(fleet);
  db = openOnFleet(fleet, 'operator', 'main-1', plane.productDatabase);
  await applyPending(db, DIRECTORY, { appliedBy: 'test' });
  const size = { organizations: 3, items: 300, seed: 7, anchor: await readToday(db) };
  await loadDemo(db, size, { operationId: 'demo', fence: { lane: 'data', token: 0n } });
  const [largest] = await db.rows<{ id: string; name: string }>(sql`
    SELECT id, name FROM organizations
    ORDER BY (SELECT count(*) FROM items WHERE organization_id = organizations.id) DESC LIMIT 1`);
  organization = largest ?? { id: '', name: '' };
  await plane.start();
  operator = createOperator(plane);
});
afterAll(async () => {
  writing.isOver = true;
  await writing.done;
  await db.close();
  await plane[Symbol.asyncDispose]();
});

async function sunday(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { SUNDAY_HOME: plane.home });
  return { exitCode, document: JSON.parse(stdout || stderr) as Record<string, unknown> };
}

/** Everything of the organization that a deletion of items takes with it. */
async function readRows() {
  return db.rows(sql`
    SELECT t.* FROM (
      SELECT 'items' AS name, to_jsonb(t) AS row FROM items AS t
      UNION ALL SELECT 'item_values', to_jsonb(t) FROM item_values AS t
      UNION ALL SELECT 'item_assignees', to_jsonb(t) FROM item_assignees AS t
      UNION ALL SELECT 'item_tags', to_jsonb(t) FROM item_tags AS t
      UNION ALL SELECT 'comments', to_jsonb(t) FROM comments AS t
      UNION ALL SELECT 'notifications', to_jsonb(t) FROM notifications AS t
    ) AS t
    WHERE row->>'organization_id' = ${organization.id} ORDER BY name, row->>'id'`);
}

const deleteItems = () =>
  db.rows(sql`DELETE FROM items WHERE organization_id = ${organization.id} RETURNING id`);

/** The other organizations go on, all the time. */
async function keepWriting(): Promise<void> {
  while (!writing.isOver) {
    await db.rows(sql`UPDATE items SET position = position + 1 WHERE organization_id <> ${organization.id}`);
    await sleep(250);
  }
}

/** What recoveries leave on this host. */
const listLeftovers = () => {
  const { runDirectory } = fleet.config;
  const ours = [...readdirSync(runDirectory), ...readdirSync(plane.home)];
  return ours.filter((name) => name.includes('sunday-recovery'));
};

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

const recovery = (more: Record<string, unknown>) => ({
  ...{ cluster: 'main', organization: organization.name, at: { time: { at: wanted } } },
  ...more,
});

test('a backup is there, and somebody deletes all items of an organization while others write', async () => {
  expect((await sunday('backups', 'start', '--cluster', 'main')).exitCode).toBe(0);
  await sleep(1_100); // a set says to the second when it ended
  before = await readRows();
  writing.done = keepWriting();
  wanted = new Date().toISOString();
  await sleep(20);
  expect(await deleteItems()).toHaveLength(164);
});

test('the plan says what it takes, also for a moment that has just been', async () => {
  const args = ['--cluster', 'main', '--organization', organization.name, '--at', wanted];
  const { exitCode, document } = await sunday('recoveries', 'plan', ...args, '--merge');
  expect([exitCode, document['error']]).toEqual([0, undefined]);
  expect(document['plan']).toMatchObject({
    organizationId: organization.id,
    organizationName: organization.name,
    id: expect.stringMatching(/^plan-[0-9a-f]{32}$/) as string,
  });
  const shown = await runCli(['recoveries', 'plan', ...args, '--merge'], { SUNDAY_HOME: plane.home });
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^Recover .* put what is missing back$/m);
  expect(listLeftovers()).toEqual([]);
});

test.each<[Record<string, unknown>, string]>([
  [{ at: { time: { at: '2999-01-01T00:00:00Z' } } }, 'TARGET_IN_FUTURE'],
  [{ at: { time: { at: '2000-01-01T00:00:00Z' } } }, 'TARGET_TOO_EARLY'],
  [{ at: { name: 'nowhere' } }, 'RESTORE_POINT_NOT_FOUND'],
  [{}, 'RECOVERY_PLAN_REQUIRED'],
  [{ confirm: 'something else' }, 'INVALID_INPUT'],
  [{ planId: `plan-${'0'.repeat(32)}` }, 'RECOVERY_PLAN_CHANGED'],
  [{ tables: ['nothing'] }, 'RECOVERY_SCHEMA_DIFFERS'],
  [{ mode: 'EXPORT', destination: '/proc/export' }, 'DESTINATION_REFUSED'],
  [{ organization: 'Nobody' }, 'RECOVERY_ORGANIZATION_NOT_FOUND'],
])('a recovery with %j is refused with %s before anything is written', async (more, code) => {
  expect(await operator.ask('recoverOrganization', recovery({ mode: 'MERGE', ...more }))).toMatchObject({
    code,
  });
  expect(listLeftovers()).toEqual([]);
});

test('one line on the command line brings exactly these rows back, and proves that others were left alone', async () => {
  const args = ['--cluster', 'main', '--organization', organization.name, '--at', wanted, '--merge', '--yes'];
  const { exitCode, document } = await sunday('recoveries', 'start', ...args);
  expect([exitCode, document['error']]).toEqual([0, undefined]);
  expect(await readRows()).toEqual(before);
  const report = document['report'] as {
    readonly tables: readonly { readonly table: string; readonly restored: number }[];
    readonly proof: { readonly kind: string; readonly before: string; readonly after: string };
    readonly rowsRecovered: number;
  };
  expect(report.tables.find((one) => one.table === 'items')).toMatchObject({ deleted: 164, restored: 164 });
  expect(report.rowsRecovered).toBe((before as readonly unknown[]).length);
  expect(report.proof).toMatchObject({ kind: 'HASHES', before: report.proof.after });
  expect(listLeftovers()).toEqual([]);
});

test('one mutation does the same, also when all of it is killed in the middle', async () => {
  await deleteItems();
  const id = await operator.start(
    'recoverOrganization',
    recovery({ mode: 'MERGE', confirm: organization.name }),
  );
  expect(await operator.waitForPhase(id, 'recover')).toBe(true);
  await plane.kill();
  await plane.start();
  expect(await operator.waitForEnd(id)).toMatchObject({ state: 'SUCCEEDED', error: null });
  expect(await readRows()).toEqual(before);
  const { organizationRecovery } = await plane.graphql<{ organizationRecovery: { report: object } }>(
    `query ($id: ID!) { organizationRecovery(operationId: $id) { report { mode proof { kind } } } }`,
    { id },
  );
  expect(organizationRecovery.report).toEqual({ mode: 'MERGE', proof: { kind: 'HASHES' } });
  expect(listLeftovers()).toEqual([]);
});

test('a cancel leaves neither files nor a server nor a row', async () => {
  const destination = join(plane.home, '..', `export-${plane.productDatabase}`);
  const id = await operator.start('recoverOrganization', recovery({ mode: 'EXPORT', destination }));
  expect(await operator.waitForPhase(id, 'recover')).toBe(true);
  await plane.graphql(
    `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { ... on UserError { code } } }`,
    { id },
  );
  expect(await operator.waitForEnd(id)).toMatchObject({ state: 'CANCELLED' });
  expect(listLeftovers()).toEqual([]);
  expect(existsSync(destination)).toBe(false);
  const left = listProcesses().filter(({ pid }) =>
    commandOf(pid).includes(`${fleet.config.runDirectory}/sunday-recovery-`),
  );
  expect(left).toEqual([]);
});
