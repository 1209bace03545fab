import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { applyPending } from '../../src/migrations/runner.ts';

import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet, testFleet, type TestFleet } from '../support/fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

// One story, in order: a backup is drilled through the command line and the API, and the period is reported.

const DIRECTORY = join(import.meta.dirname, '../../migrations/sunday');

let fleet: TestFleet;
let plane: ControlPlane;
let operator: Operator;
let label = '';
let drillId = '';

beforeAll(async () => {
  fleet = await testFleet();
  plane = await createControlPlane(fleet);
  const db = openOnFleet(fleet, 'operator', 'main-1', plane.productDatabase);
  await applyPending(db, DIRECTORY, { appliedBy: 'test' });
  await db.close();
  await plane.start();
  operator = createOperator(plane);
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

async function sunday(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { SUNDAY_HOME: plane.home });
  return { exitCode, document: JSON.parse(stdout || stderr) as Record<string, unknown> };
}

const leftovers = () =>
  readdirSync(fleet.config.runDirectory).filter((name) => name.includes('sunday-drill'));

test('one line on the command line drills a backup, and shows what it found', async () => {
  const started = await sunday('backups', 'start', '--cluster', 'main', '--verify');
  expect(started.exitCode).toBe(0);
  const shown = await sunday('backups', 'drill', 'latest', '--cluster', 'main');
  expect([shown.exitCode, shown.document['error']]).toEqual([0, undefined]);
  const drill = shown.document['drill'] as { id: string; backup: string; checks: readonly object[] };
  expect(drill).toMatchObject({ state: 'PASSED', predictedRtoSeconds: expect.any(Number) as number });
  expect(drill.checks).toMatchObject([
    { name: 'restore', state: 'PASSED' },
    { name: 'recovery', state: 'PASSED' },
    { name: 'catalog', state: 'PASSED' },
    { name: 'rows', state: 'PASSED' },
    { name: 'data_quality_issues', state: 'PASSED' },
    { name: 'orphaned_records', state: 'PASSED' },
    { name: 'indexes', state: 'PASSED' },
  ]);
  ({ id: drillId, backup: label } = drill);
  expect(leftovers()).toEqual([]);
});

test('the evidence is found by cluster, by backup and by its id', async () => {
  const answer = await plane.graphql<Record<string, unknown>>(
    `query ($id: ID!, $label: String!) {
      recoveryDrills(cluster: "main") { id }
      recoveryDrill(id: $id) { backup cluster { name } operation { kind state } }
      cluster(name: "main") { backup(label: $label) { drills { id state } } }
    }`,
    { id: drillId, label },
  );
  expect(answer).toEqual({
    recoveryDrills: [{ id: drillId }],
    recoveryDrill: {
      backup: label,
      cluster: { name: 'main' },
      operation: { kind: 'drills.run', state: 'SUCCEEDED' },
    },
    cluster: { backup: { drills: [{ id: drillId, state: 'PASSED' }] } },
  });
  const shown = await runCli(['drills', 'show', drillId], { SUNDAY_HOME: plane.home });
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^PASSED\n/);
  const listed = await runCli(['drills', 'list', '--cluster', 'main'], { SUNDAY_HOME: plane.home });
  expect(listed.stdout).toContain(drillId);
});

test.each<[Record<string, unknown>, string]>([
  [{ target: { time: { at: '2999-01-01T00:00:00Z' } } }, 'TARGET_IN_FUTURE'],
  [{ target: { time: { at: '2000-01-01T00:00:00Z' } } }, 'TARGET_TOO_EARLY'],
  [{ target: { set: '20000101-000000F' } }, 'BACKUP_NOT_FOUND'],
])('a drill of %j is refused with %s before anything is written', async (more, code) => {
  expect(await operator.ask('startRecoveryDrill', { cluster: 'main', ...more })).toMatchObject({ code });
  expect(leftovers()).toEqual([]);
});

test('a cancel leaves neither a clone nor evidence', async () => {
  const id = await operator.start('startRecoveryDrill', { cluster: 'main', target: { set: label } });
  expect(await operator.waitForPhase(id, 'restore files')).toBe(true);
  await sleep(500);
  await plane.graphql(
    `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { ... on UserError { code } } }`,
    { id },
  );
  expect(await operator.waitForEnd(id)).toMatchObject({ state: 'CANCELLED' });
  expect(leftovers()).toEqual([]);
  const { recoveryDrill } = await plane.graphql<{ recoveryDrill: null }>(
    `query ($id: ID!) { recoveryDrill(id: $id) { id } }`,
    { id },
  );
  expect(recoveryDrill).toBeNull();
});

test('the period is reported: as data, as a page, and which objectives were kept', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-report-'));
  const file = join(directory, 'report.html');
  const args = ['backups', 'report', '--cluster', 'main', '--from', '2026-01-01', '--output', file];
  const { exitCode, document } = await sunday(...args);
  expect([exitCode, document['error']]).toEqual([0, undefined]);
  const report = document['report'] as { objectives: { name: string; state: string }[] };
  expect(report).toMatchObject({
    drills: [{ id: drillId, state: 'PASSED' }],
    retention: { keepFulls: 4 },
    backups: expect.arrayContaining([expect.objectContaining({ label })]) as object,
    verifications: expect.arrayContaining([expect.objectContaining({ label })]) as object,
  });
  const stateOf = (name: string) => report.objectives.find((one) => one.name === name)?.state;
  expect([stateOf('drills'), stateOf('restore time')]).toEqual(['MET', 'MET']);
  expect(stateOf('backup frequency')).toBe('MISSED');
  const page = readFileSync(file, 'utf8');
  expect(page).toContain(label);
  expect(page).not.toContain('<script');
  rmSync(directory, { recursive: true });
});
