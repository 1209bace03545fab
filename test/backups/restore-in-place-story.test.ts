import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet } from '../support/fleet.ts';
import { startOwnFleet, type OwnFleet } from '../support/own-fleet.ts';
import { waitUntil } from './scratch.ts';

// One story, in order: rows are lost, and the cluster goes back from the command line, over a kill -9.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let own: OwnFleet;
let plane: ControlPlane;
let db: Database;

beforeAll(async () => {
  own = await startOwnFleet();
  plane = await createControlPlane(own);
  await plane.start();
  db = openOnFleet(own, 'operator', 'main-1', plane.productDatabase);
});
afterAll(async () => {
  await db.close();
  await plane[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

async function sunday(...args: readonly string[]) {
  const words = ['backups', ...args, '--cluster', 'main', '--json'];
  const { exitCode, stdout, stderr } = await runCli(words, { SUNDAY_HOME: plane.home });
  return { exitCode, document: JSON.parse(stdout || stderr) as Record<string, unknown> };
}

const inPlace = (...more: readonly string[]) => sunday('restore', '--name', 'safe', '--in-place', ...more);

async function readOperation() {
  type Found = { readonly state: string; readonly phase: string | null };
  const { operations } = await plane.graphql<{ operations: { edges: readonly { node: Found }[] } }>(
    `{ operations(first: 1, filter: { kind: "backups.restoreInPlace" }) { edges { node { state phase } } } }`,
  );
  return operations.edges[0]?.node;
}

test('the plan says what stops, and nothing happens without the name typed back', async () => {
  await db.rows(sql`CREATE TABLE items AS SELECT generate_series(1, 100) AS id`);
  expect((await sunday('start')).exitCode).toBe(0);
  expect((await sunday('point', 'safe')).exitCode).toBe(0);
  await db.rows(sql`DELETE FROM items`);
  await waitUntil(async () => (await sunday('plan', '--name', 'safe')).exitCode === 0, 60_000);
  const { document } = await sunday('plan', '--name', 'safe', '--in-place');
  expect(document['plan']).toMatchObject({
    stops: [
      expect.stringMatching(/^main-1 \(primary, \d+ sessions/),
      expect.stringMatching(/^main-2/),
    ] as unknown,
  });
  const refused = await inPlace('--confirm', 'mian');
  expect([refused.exitCode, refused.document['error']]).toMatchObject([5, { code: 'RESTORE_NOT_CONFIRMED' }]);
  const both = await inPlace('--confirm', 'main', '--destination', '/tmp/both');
  expect([both.exitCode, both.document['error']]).toMatchObject([2, { code: 'INVALID_INPUT' }]);
});

test('the cluster goes back although the worker is killed while it is stopped', async () => {
  expect((await inPlace('--confirm', 'main', '--no-wait')).exitCode).toBe(0);
  await waitUntil(
    async () => /new timeline|open the|archive goes on/.test((await readOperation())?.phase ?? ''),
    90_000,
  );
  await plane.kill();
  await plane.start();
  await waitUntil(async () => (await readOperation())?.state === 'SUCCEEDED', 90_000);
  const [row] = await db.rows<{ rows: number }>(sql`SELECT count(*)::int AS rows FROM items`);
  expect(row?.rows).toBe(100);
  const standby = openOnFleet(own, 'operator', 'main-2', plane.productDatabase);
  await db.rows(sql`INSERT INTO items VALUES (101)`);
  await waitUntil(async () => (await standby.rows(sql`SELECT FROM items`)).length === 101, 30_000);
  await standby.close();
});
