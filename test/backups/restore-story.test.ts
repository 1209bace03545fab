import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';
import { waitUntil } from './scratch.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

// One story, in order: somebody deletes rows by mistake, and goes back from the command line.

let fleet: TestFleet;
let plane: ControlPlane;
let db: Database;
let directory: string;
let wanted = '';

beforeAll(async () => {
  fleet = await testFleet();
  plane = await createControlPlane(fleet);
  await plane.start();
  db = openOnFleet(fleet, 'operator', 'main-1', plane.productDatabase);
  directory = mkdtempSync(join(tmpdir(), 'sunday-restore-story-'));
});
afterAll(async () => {
  await db.close();
  await plane[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

async function sunday(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runCli(['backups', ...args, '--json'], {
    SUNDAY_HOME: plane.home,
  });
  return { exitCode, document: JSON.parse(stdout || stderr) as Record<string, unknown> };
}

const codeOf = ({ document }: { document: Record<string, unknown> }) =>
  (document['error'] as { code?: string } | undefined)?.code;

test('a point is named, and the mistake happens after the moment that is wanted', async () => {
  await db.rows(sql`CREATE TABLE items AS SELECT generate_series(1, 100) AS id`);
  expect((await sunday('start', '--cluster', 'main')).exitCode).toBe(0);
  await sleep(1_100); // a set says to the second when it ended
  wanted = new Date().toISOString();
  await db.rows(sql`DELETE FROM items WHERE id > 10`);
  const { exitCode, document } = await sunday('point', `after-${plane.productDatabase}`, '--cluster', 'main');
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ points: [{ cluster: 'main' }], spreadMs: 0 });
  expect(codeOf(await sunday('point', `after-${plane.productDatabase}`))).toBe('RESTORE_POINT_EXISTS');
});

test('the plan says what it would take once the log has reached the archive', async () => {
  await waitUntil(async () => (await sunday('plan', '--time', wanted)).exitCode === 0, 60_000);
  const { document } = await sunday('plan', '--time', wanted);
  expect(document['plan']).toMatchObject({ timeline: 1, stops: [], at: wanted });
  const { stdout } = await runCli(['backups', 'plan', '--time', wanted], { SUNDAY_HOME: plane.home });
  for (const title of ['target', 'backup', 'log', 'takes', 'not in it', 'stops'])
    expect(stdout).toMatch(new RegExp(`^${title} +\\S`, 'm'));
});

test.each([
  [['--time', '2999-01-01T00:00:00Z'], 2, 'TARGET_IN_FUTURE'],
  [['--time', '2000-01-01T00:00:00Z'], 2, 'TARGET_TOO_EARLY'],
  [['--time', '2026-10-25T02:30', '--timezone', 'Europe/Berlin'], 2, 'LOCAL_TIME_AMBIGUOUS'],
  [['--time', '2026-10-25T02:30'], 2, 'INVALID_INPUT'],
  [['--lsn', 'nonsense'], 2, 'INVALID_INPUT'],
  [['--name', 'nowhere'], 3, 'RESTORE_POINT_NOT_FOUND'],
  [['--latest', '--timeline', '77'], 3, 'TIMELINE_NOT_FOUND'],
  [['--latest', '--name', 'both'], 2, 'INVALID_INPUT'],
])('a plan for %j ends with %i, %s', async (args, exitCode, code) => {
  const answer = await sunday('plan', ...args);
  expect([answer.exitCode, codeOf(answer)]).toEqual([exitCode, code]);
});

test('a restore that is refused writes nothing', async () => {
  const destination = join(directory, 'refused');
  const answer = await sunday('restore', '--name', 'nowhere', '--destination', destination);
  expect([answer.exitCode, codeOf(answer)]).toEqual([3, 'RESTORE_POINT_NOT_FOUND']);
  expect(readdirSync(directory)).toEqual([]);
});

test('one line brings the state back into a new directory', async () => {
  const destination = join(directory, 'back');
  const { exitCode, document } = await sunday('restore', '--time', wanted, '--destination', destination);
  expect(exitCode).toBe(0);
  expect(document['operation']).toMatchObject({
    state: 'SUCCEEDED',
    result: { destination, recoveredTo: { at: wanted.replace('Z', '000Z'), timeline: 1 } },
  });
});

test('the points are listed with the cluster', async () => {
  const { cluster } = await plane.graphql<{ cluster: { restorePoints: unknown } }>(
    `{ cluster(name: "main") { restorePoints { name cluster lsn segment at problem } } }`,
  );
  expect(cluster.restorePoints).toMatchObject([{ name: `after-${plane.productDatabase}`, problem: null }]);
});
