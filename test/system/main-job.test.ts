import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { testFleet, type TestFleet } from '../support/fleet.ts';

// The tests of this file are one story, in order: what a new user does on the first day, and what may go wrong.

let fleet: TestFleet;
let plane: ControlPlane;
beforeAll(async () => {
  fleet = await testFleet();
  plane = await createControlPlane(fleet);
  await plane.start();
});
afterAll(() => plane[Symbol.asyncDispose]());

interface Started {
  readonly operation?: { readonly id: string };
  readonly code?: string;
  readonly message?: string;
}

const FOLLOW = `subscription ($id: ID!, $after: String) {
  operationEvents(id: $id, after: $after) { cursor operation { id state } phase message fractionDone bytesDone bytesTotal at }
}`;
interface Event {
  readonly cursor: string;
  readonly operation: { readonly id: string; readonly state: string };
  readonly phase: string | null;
  readonly fractionDone: number | null;
}

async function start(mutation: string, input: Record<string, unknown>): Promise<Started> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const { result } = await plane.graphql<{ result: Started }>(
    `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) {
      ... on ${type}Success { operation { id } } ... on UserError { code message hint } } }`,
    { input },
  );
  return result;
}

async function finish(mutation: string, input: Record<string, unknown>) {
  const { operation, ...refusal } = await start(mutation, input);
  if (!operation) throw new Error(JSON.stringify(refusal));
  await plane.subscribe<Event>(FOLLOW, { id: operation.id });
  return operationOf(operation.id);
}

interface Ended {
  readonly id: string;
  readonly state: string;
  readonly result: Record<string, unknown> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function operationOf(id: string): Promise<Ended> {
  const { operation } = await plane.graphql<{ operation: Ended }>(
    `query ($id: ID!) { operation(id: $id) { id state result error { code message } } }`,
    { id },
  );
  return operation;
}

interface Backup {
  readonly label: string;
  readonly operation: { readonly id: string } | null;
}

async function backups(): Promise<readonly Backup[]> {
  const { cluster } = await plane.graphql<{ cluster: { backups: { edges: { node: Backup }[] } } }>(
    `{ cluster(name: "main") { backups(first: 50) { edges { node { label operation { id } } } } } }`,
  );
  return cluster.backups.edges.map((edge) => edge.node);
}

test('migrates the product database and fills it', async () => {
  expect(await finish('applyMigrations', { cluster: 'main' })).toMatchObject({ state: 'SUCCEEDED' });
  const loaded = await finish('loadDemoData', { cluster: 'main', organizations: 4, items: 3_000 });
  expect(loaded).toMatchObject({ state: 'SUCCEEDED', result: { rows: { items: 3_000 } } });
});

test('a client that is cut off and comes back with its last cursor sees every event once', async () => {
  const { operation } = await start('startBackup', { cluster: 'main', type: 'FULL' });
  const id = operation?.id ?? '';
  const before = await plane.subscribe<Event>(FOLLOW, { id }, 3);
  const after = await plane.subscribe<Event>(FOLLOW, { id, after: before.at(-1)?.cursor });
  const all = await plane.subscribe<Event>(FOLLOW, { id });
  expect([...before, ...after].map((event) => event.cursor)).toEqual(all.map((event) => event.cursor));
  expect(all.at(0)?.operation.state).toBe('QUEUED');
  expect(all.at(-1)?.operation.state).toBe('SUCCEEDED');
  expect((await backups()).filter((one) => one.operation?.id === id)).toHaveLength(1);
});

test('a second backup is refused while one runs, and the refusal names it', async () => {
  const { operation } = await start('startBackup', { cluster: 'main', type: 'FULL' });
  const refusal = await start('startBackup', { cluster: 'main', type: 'FULL' });
  expect(refusal).toMatchObject({ code: 'OPERATION_CONFLICT' });
  await plane.subscribe<Event>(FOLLOW, { id: operation?.id });
});

test('verifies the newest set, restores it into a new directory and proves its rows', async () => {
  const [newest] = await backups();
  const label = newest?.label ?? '';
  expect(await finish('verifyBackup', { cluster: 'main', label })).toMatchObject({ state: 'SUCCEEDED' });
  const destination = join(mkdtempSync(join(tmpdir(), 'sunday-restore-')), 'restored');
  const restored = await finish('startRestore', { cluster: 'main', label, destination });
  expect(restored).toMatchObject({ state: 'SUCCEEDED', result: { label, destination, proven: true } });
  expect(existsSync(join(destination, 'PG_VERSION'))).toBe(true);
  expect(existsSync(join(destination, 'postmaster.pid'))).toBe(false);
  rmSync(join(destination, '..'), { recursive: true });
});

test('a backup whose control plane is killed in the middle ends after the restart, as one set', async () => {
  const { operation } = await start('startBackup', { cluster: 'main', type: 'FULL' });
  const id = operation?.id ?? '';
  await waitForPhase(id, 'copy files');
  await plane.kill();
  await plane.start();
  await plane.subscribe<Event>(FOLLOW, { id });
  expect(await operationOf(id)).toMatchObject({ state: 'SUCCEEDED', error: null });
  const [newest] = (await backups()).filter((one) => one.operation?.id.includes(id) ?? false);
  expect((await backups()).filter((one) => one.operation?.id === newest?.operation?.id)).toHaveLength(1);
  const verified = await finish('verifyBackup', { cluster: 'main', label: newest?.label });
  expect(verified).toMatchObject({ state: 'SUCCEEDED' });
});

test('stops in order when it is asked to, and hands its work to the next start', async () => {
  const { operation } = await start('startBackup', { cluster: 'main', type: 'FULL' });
  const id = operation?.id ?? '';
  await waitForPhase(id, 'copy files');
  expect(await plane.stop()).toBe(0);
  await plane.start();
  await plane.subscribe<Event>(FOLLOW, { id });
  expect(await operationOf(id)).toMatchObject({ state: 'SUCCEEDED', error: null });
});

async function waitForPhase(id: string, phase: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const { operation } = await plane.graphql<{ operation: { phase: string | null } }>(
      `query ($id: ID!) { operation(id: $id) { phase } }`,
      { id },
    );
    if (operation.phase === phase) return;
    await sleep(25);
  }
  throw new Error(`operation ${id} did not come to "${phase}"`);
}
