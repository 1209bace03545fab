import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPassword } from '../../src/config.ts';
import { createRandom } from '../../src/demo/random.ts';
import { startRedis, stopRedis } from '../../src/fleet/embedded/redis.ts';
import { sql } from '../../src/postgres/sql.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openOnFleet } from '../support/fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';
import {
  controlServerOf,
  listBackupProcesses,
  openControlDatabase,
  type OwnFleet,
  startOwnFleet,
} from '../support/own-fleet.ts';
import { countRounds, isThorough } from '../support/thorough.ts';

// A fleet of its own: its Redis and its control database are stopped, and its stanza belongs to these backups alone.
const random = createRandom(Number(process.env['SEED'] ?? 1), 'faults');

let fleet: OwnFleet;
let plane: ControlPlane;
let operator: Operator;
beforeAll(async () => {
  fleet = await startOwnFleet();
  plane = await createControlPlane(fleet);
  operator = createOperator(plane);
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const full = { cluster: 'main', type: 'FULL' };
const FOLLOW = 'subscription ($id: ID!) { operationEvents(id: $id) { cursor phase operation { state } } }';
interface Event {
  readonly cursor: string;
  readonly phase: string | null;
  readonly operation: { readonly state: string };
}

/** Once the first event is there: what begins while the control database is away is refused, not held. */
async function follow(id: string) {
  const first = Promise.withResolvers<void>();
  const events = plane.subscribe<Event>(FOLLOW, { id }, Infinity, () => first.resolve());
  await Promise.race([first.promise, events]);
  return { events };
}

/** The one set that an operation made, which is whole; fails when there are two, or when it is not. */
async function expectOneValidSet(id: string): Promise<void> {
  const ended = await operator.waitForEnd(id);
  expect(ended).toMatchObject({ state: 'SUCCEEDED', error: null });
  const sets = (await operator.backups()).filter((one) => one.operation?.id === id);
  expect(sets).toMatchObject([{ label: ended.result?.['label'], state: 'COMPLETE' }]);
  const verified = await operator.finish('verifyBackup', { cluster: 'main', label: sets[0]?.label });
  expect(verified).toMatchObject({ state: 'SUCCEEDED', error: null });
}

describe('with the API in one process and workers in two others', () => {
  beforeAll(() => plane.start('api'));
  afterAll(() => plane.stop());

  test('what is started before there is a worker waits for one, also when two begin at once', async () => {
    const id = await operator.start('startBackup', full);
    await Promise.all([plane.startWorker(), plane.startWorker()]);
    await expectOneValidSet(id);
  });

  test('a subscription goes on by polling when Redis stops in the middle, and the log says when it is back', async () => {
    const redis = { directory: join(fleet.home, 'redis') };
    const id = await operator.start('startBackup', full);
    let stopping: Promise<void> | undefined;
    const events = await plane.subscribe<Event>(FOLLOW, { id }, Infinity, ({ phase }) => {
      if (phase === 'copy files') stopping ??= stopRedis(redis);
    });
    await stopping;
    expect(events.at(-1)?.operation.state).toBe('SUCCEEDED');
    const cursors = events.map((one) => one.cursor);
    expect(new Set(cursors).size).toBe(cursors.length);
    const again = await plane.subscribe<Event>(FOLLOW, { id });
    expect(again.map((one) => one.cursor)).toEqual(cursors);
    expect(plane.lines.join('\n')).toContain('redis is away');
    expect(await plane.health('ready')).toBe(200);
    const told = plane.lines.length;
    const { url = '', ...login } = fleet.config.redis ?? {};
    const password = readPassword(login) ?? '';
    await startRedis({ ...redis, program: 'redis-server', port: Number(new URL(url).port), password });
    await expect
      .poll(() => plane.lines.slice(told).join('\n'), { timeout: 10_000 })
      .toContain('redis is connected');
  });

  test('a worker takes over the backup of one that is frozen, which then changes nothing any more', async () => {
    await using control = openControlDatabase(fleet, plane.controlDatabase);
    const holder = async () => {
      const [row] = await control.rows<{ workerId: string }>(
        sql`/* test.findHolder */ SELECT worker_id AS "workerId" FROM lease WHERE lane = 'backup'`,
      );
      return row?.workerId ?? null;
    };
    const id = await operator.start('startBackup', full);
    expect(await operator.waitForPhase(id, 'copy files')).toBe(true);
    const first = (await holder()) ?? '';
    const pid = Number(first.split('-').at(-2));
    process.kill(pid, 'SIGSTOP');
    await expect.poll(holder, { timeout: 15_000, interval: 50 }).not.toBe(first);
    process.kill(pid, 'SIGCONT');
    await expectOneValidSet(id);
    const ends = (await plane.subscribe<Event>(FOLLOW, { id })).filter(
      (one) => one.operation.state === 'SUCCEEDED',
    );
    expect(ends).toHaveLength(1);
  });

  test.skipIf(!isThorough)(
    'a backup outlives fifteen seconds without the control database, in which every request is told why it fails',
    async () => {
      const server = controlServerOf(fleet);
      const id = await operator.start('startBackup', full);
      const { events } = await follow(id);
      expect(await operator.waitForPhase(id, 'copy files')).toBe(true);
      await stopServer(server, 'immediate');
      const backAt = performance.now() + 15_000;
      const codes = new Set<string>();
      while (performance.now() < backAt) {
        for (const query of [
          '{ viewer { name } }',
          '{ operations { totalCount } }',
          '{ clusters { name operations { totalCount } } }',
          'mutation { startBackup(input: { cluster: "main" }) { ... on UserError { code } } }',
          'mutation { verifyBackup(input: { cluster: "main", label: "x", idempotencyKey: "y" }) { ... on UserError { code } } }',
        ]) {
          const { data, errors } = await plane.send<Record<string, { code?: string } | null>>({ query });
          errors.forEach((one) => codes.add(one.extensions.code));
          Object.values(data ?? {}).forEach((one) => one?.code !== undefined && codes.add(one.code));
        }
        expect(await plane.health('ready')).toBe(503);
        expect(await plane.health('live')).toBe(200);
        await sleep(500);
      }
      expect([...codes]).toEqual(['CONTROL_DATABASE_UNAVAILABLE']);
      await startServer(server);
      await expectOneValidSet(id);
      const seen = await events;
      expect(seen.filter((one) => one.operation.state === 'SUCCEEDED')).toHaveLength(1);
      await expect.poll(() => plane.health('ready'), { timeout: 10_000 }).toBe(200);
    },
  );
});

describe('with everything in one process', () => {
  beforeAll(() => plane.start());

  test('a second backup is refused while one runs, and the refusal names it', async () => {
    const id = await operator.start('startBackup', full);
    const refusal = await operator.ask('startBackup', full);
    const bareId = Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
    expect(refusal).toMatchObject({ code: 'OPERATION_CONFLICT', hint: expect.any(String) as string });
    expect(refusal.message).toContain(bareId);
    expect(await operator.ask('verifyBackup', { cluster: 'main', label: 'nothing' })).toMatchObject({
      code: 'BACKUP_NOT_FOUND',
    });
    await operator.waitForEnd(id);
  });

  test('an operation and its subscriber outlive a restart of the control database', async () => {
    const server = controlServerOf(fleet);
    const id = await operator.start('startBackup', full);
    const { events } = await follow(id);
    expect(await operator.waitForPhase(id, 'copy files')).toBe(true);
    await stopServer(server, 'fast');
    await startServer(server);
    expect((await events).at(-1)?.operation.state).toBe('SUCCEEDED');
  });

  test('the same idempotency key is the same operation, and with other arguments refused', async () => {
    const idempotencyKey = 'nightly-1';
    const id = await operator.start('startBackup', { ...full, idempotencyKey });
    expect(await operator.start('startBackup', { ...full, idempotencyKey })).toBe(id);
    await operator.waitForEnd(id);
    expect(await operator.start('startBackup', { ...full, idempotencyKey })).toBe(id);
    const other = await operator.ask('startBackup', { ...full, type: 'INCREMENTAL', idempotencyKey });
    expect(other).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      path: ['input', 'idempotencyKey'],
      hint: expect.any(String) as string,
    });
  });

  test('nothing is applied after an applied migration was changed, and the list says which', async () => {
    await operator.finish('applyMigrations', { cluster: 'main' });
    const product = openOnFleet(fleet, 'superuser', 'main-1', plane.productDatabase);
    const setChecksum = (change: string) =>
      product.rows(
        sql`/* test.setChecksum */ UPDATE sunday_ledger.migration SET checksum = translate(checksum, ${change}, 'f0') WHERE version = '001'`,
      );
    await setChecksum('0f');
    const list = await plane.graphql<{ cluster: { migrations: { version: string; state: string }[] } }>(
      '{ cluster(name: "main") { migrations { version state } } }',
    );
    expect(list.cluster.migrations[0]).toEqual({ version: '001', state: 'DRIFTED' });
    for (const dryRun of [true, false]) {
      const refusal = await operator.ask('applyMigrations', { cluster: 'main', dryRun });
      expect(refusal).toMatchObject({
        code: 'MIGRATION_DRIFTED',
        message: expect.stringContaining('001') as string,
        hint: expect.any(String) as string,
      });
    }
    await setChecksum('0f');
    await product.close();
    expect(await operator.finish('applyMigrations', { cluster: 'main' })).toMatchObject({
      state: 'SUCCEEDED',
    });
  });

  test.skipIf(!isThorough)(
    'a backup that is started right after a cancel is whole, and a cancel leaves no process behind',
    async () => {
      for (let round = 0; round < countRounds({ usual: 2, full: 5 }); round++) {
        const cancelled = await operator.start('startBackup', full);
        await sleep(random.int(1_500));
        await operator.ask('cancelOperation', { id: cancelled });
        const kept = await operator.start('startBackup', full);
        expect(['CANCELLED', 'SUCCEEDED']).toContain((await operator.waitForEnd(cancelled)).state);
        await expectOneValidSet(kept);
      }
      const last = await operator.start('startBackup', full);
      await operator.waitForPhase(last, 'copy files');
      await operator.ask('cancelOperation', { id: last });
      await operator.waitForEnd(last);
      expect(listBackupProcesses(fleet)).toEqual([]);
    },
    180_000,
  );

  test.each(Array.from({ length: countRounds({ usual: 1, full: 3 }) }, () => 50 + random.int(2_500)))(
    'a kill -9 of the server %d ms into a backup leaves one whole set after the restart',
    async (delayMs) => {
      const id = await operator.start('startBackup', full);
      await sleep(delayMs);
      await plane.kill();
      await plane.start();
      await expectOneValidSet(id);
    },
  );
});
