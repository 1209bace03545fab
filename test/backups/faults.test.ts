import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BackupOperations, createBackupOperations } from '../../src/backups/backups.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { listArchive, readInfo } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { planExpiry } from '../../src/backups/retention/expire-plan.ts';
import { applyRepositories } from '../../src/backups/repositories/apply.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { createRandom } from '../../src/demo/random.ts';
import { serverPid, startServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { REPOSITORIES } from '../../src/config/repository-settings.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { countRounds } from '../support/thorough.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, type Scratch, waitUntil } from './scratch.ts';

// What breaks while a backup is taken. The copy is slow, so that there is a middle of it.
vi.setConfig({ testTimeout: 120_000 });

const FULL = { cluster: 'main', type: 'FULL' } as const;
const random = createRandom(Number(process.env['SEED'] ?? 1), 'backup-faults');

let scratch: Scratch;
let control: TestDatabase;
let slow: StanzaConfig;
let operations: BackupOperations;
/** The same without delay. */
let fast: BackupOperations;
beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  await scratch.admin.rows(
    sql`CREATE TABLE big AS SELECT g AS id, md5(g::text) || md5((g * 3)::text) AS body FROM generate_series(1, 120000) AS g`,
  );
  slow = scratch.variant('slow', { 'compress-level': '9', 'process-max': '1', 'archive-timeout': '15' });
  operations = operationsOn(slow, control);
  fast = operationsOn(scratch.stanza, control);
});
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

function fleetOn(stanza: StanzaConfig) {
  const clusters = scratch.config.clusters.map((one) => ({ ...one, stanza }));
  return createFleet({ ...scratch.config, clusters });
}

/** As of a control plane with this control database. */
function operationsOn(stanza: StanzaConfig, { db }: TestDatabase): BackupOperations {
  const { binaries } = scratch.server;
  const paths = { postgresBinaries: binaries, runDirectory: scratch.root };
  return createBackupOperations({ fleet: fleetOn(stanza), db, ...paths, protectedDirectories: [] });
}

/** A backup that is copying files now. */
async function startCopying(harness = createHarness()) {
  const taken = perform(operations.start, FULL, harness);
  taken.catch(() => {});
  await waitUntil(() => harness.progress.some(({ message }) => message === 'copying files'), 60_000);
  return { harness, taken };
}

const setsOf = async (operationId: string) =>
  (await readInfo(slow)).sets.filter(({ annotations }) => annotations['opId'] === operationId);

/** What a retry does: the same operation, all steps again. */
async function retry(operationId: string): Promise<void> {
  const made = await perform(fast.start, FULL, createHarness(operationId));
  expect((await setsOf(operationId)).map(({ label }) => label)).toEqual([made.label]);
  const verified = await perform(operations.verify, { cluster: 'main', label: made.label });
  expect(verified.isValid).toBe(true);
}

/** Processes of pgBackRest on this scratch cluster, the main one of a backup first. */
function listTools(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes('pgbackrest') && line.includes(slow.configFile);
      } catch {
        return false;
      }
    })
    .map(Number)
    .toSorted((a, b) => a - b);
}

test('a repository that is taken away in the middle fails the backup by a typed error, and a retry makes one set', async () => {
  const there = join(scratch.root, 'repository');
  const { harness, taken } = await startCopying();
  renameSync(there, `${there}-away`);
  try {
    await expect(taken).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' });
    expect(listTools()).toEqual([]);
  } finally {
    // As behind a mount point that lost its file system: the tool has made directories of the same names.
    rmSync(there, { recursive: true, force: true });
    renameSync(`${there}-away`, there);
  }
  // A server that could not archive three times tries again after a minute, or when there is another segment.
  await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
  expect(await setsOf(harness.operationId)).toEqual([]);
  await retry(harness.operationId);
});

test('a passphrase that is changed in sunday.yaml is refused, and backups go on with the one that fits', async () => {
  const file = join(scratch.root, 'rotated');
  writeFileSync(file, 'another-passphrase', { mode: 0o600 });
  const path = join(scratch.root, 'repository');
  const repositories = REPOSITORIES.parse([{ name: 'local', path, passphraseFile: file }]);
  const { configFile } = scratch.stanza;
  const before = readFileSync(configFile, 'utf8');
  await expect(applyRepositories({ ...scratch.stanza, repositories })).rejects.toMatchObject({
    code: 'REPOSITORY_UNREADABLE',
  });
  expect(readFileSync(configFile, 'utf8')).toBe(before);
  const made = await perform(fast.start, { cluster: 'main', type: 'INCREMENTAL' });
  expect(made.type).toBe('INCREMENTAL');
});

test('two control planes on one stanza take turns, and each sees the sets of both', async () => {
  await using other = await createControlDatabase();
  const theirs = operationsOn(scratch.stanza, other);
  const harness = createHarness();
  const { taken, harness: own } = await startCopying();
  const second = await perform(theirs.start, FULL, harness);
  const first = await taken;
  expect((await setsOf(own.operationId)).map(({ label }) => label)).toEqual([first.label]);
  expect((await setsOf(harness.operationId)).map(({ label }) => label)).toEqual([second.label]);
  for (const { db } of [control, other]) {
    const [listed] = await createCatalogue({ fleet: fleetOn(slow), db }).listByCluster(['main']);
    if (listed === undefined || listed instanceof Error) throw listed ?? new Error('no list');
    expect(listed.map(({ label }) => label)).toEqual(expect.arrayContaining([first.label, second.label]));
  }
});

test('a clock that has gone back behind the newest backup is named before anything is copied', async () => {
  const [newest] = (await readInfo(slow)).sets.slice(-1);
  vi.useFakeTimers({ toFake: ['Date'], now: (newest?.startedAt.getTime() ?? 0) - 3_600_000 });
  try {
    await expect(perform(operations.start, FULL)).rejects.toMatchObject({
      code: 'CLOCK_WENT_BACK',
      message: expect.stringContaining(newest?.label ?? 'none') as string,
    });
  } finally {
    vi.useRealTimers();
  }
});

test('by a clock that runs ahead of the servers no backup is named, and none is planned to go or removed', async () => {
  const look = async () => [
    await readInfo(slow),
    await listArchive(slow, { archiveId: '15-1', repository: 1 }),
  ];
  const before = await look();
  const refused = {
    code: 'CLOCKS_DISAGREE',
    message: expect.stringContaining('the control database') as string,
  };
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 365 * 86_400_000 });
  try {
    await expect(perform(operations.start, FULL)).rejects.toMatchObject(refused);
    const planned = planExpiry({ fleet: fleetOn(slow), db: control.db }, { cluster: 'main' });
    await expect(planned).rejects.toMatchObject(refused);
    await expect(perform(operations.expire, { cluster: 'main' })).rejects.toMatchObject(refused);
  } finally {
    vi.useRealTimers();
  }
  expect(await look()).toEqual(before);
});

test('cancels at random moments, each with a start right behind it, leave whole sets', async () => {
  const rounds = countRounds({ usual: 1, full: 20 });
  const labels: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { harness, taken } = await startCopying();
    await sleep(random.int(1_500));
    harness.abort.abort(new Error('cancelled'));
    await taken.catch(() => {}); // or it was faster
    expect(listTools()).toEqual([]);
    labels.push((await perform(fast.start, FULL)).label);
  }
  const verified = await perform(operations.verify, { cluster: 'main' });
  const valid = verified.sets.filter(({ isValid }) => isValid).map(({ label }) => label);
  expect(valid).toEqual(expect.arrayContaining(labels));
  expect(new Set(labels).size).toBe(rounds);
}, 1_200_000);

test('kill -9 of pgBackRest at random moments ends in one whole set of the operation', async () => {
  for (let round = 0; round < countRounds({ usual: 1, full: 10 }); round += 1) {
    const { harness, taken } = await startCopying();
    await sleep(random.int(1_000));
    const [main] = listTools();
    if (main !== undefined) process.kill(main, 'SIGKILL');
    await taken.catch((error: unknown) => expect(error).toMatchObject({ code: 'PGBACKREST_INTERRUPTED' }));
    await retry(harness.operationId);
  }
}, 1_200_000);

test('kill -9 of pgBackRest while it restores leaves neither its workers nor files', async () => {
  const label = (await readInfo(slow)).sets.at(-1)?.label ?? '';
  const destination = join(scratch.root, 'killed');
  const restoring = perform(operations.restore, { cluster: 'main', label, destination });
  const outcome = restoring.catch((error: unknown) => error);
  await waitUntil(() => existsSync(join(destination, 'base')), 60_000);
  const [main] = listTools();
  if (main !== undefined) process.kill(main, 'SIGKILL'); // or it was faster
  expect(await outcome).toMatchObject(
    main === undefined ? { proven: true } : { code: 'PGBACKREST_INTERRUPTED' },
  );
  expect(listTools()).toEqual([]);
  const left = main === undefined ? ['killed'] : [];
  expect(readdirSync(scratch.root).filter((name) => name.includes('killed'))).toEqual(left);
});

test('kill -9 of PostgreSQL at random moments ends in one whole set of the operation', async () => {
  for (let round = 0; round < countRounds({ usual: 1, full: 10 }); round += 1) {
    const { harness, taken } = await startCopying();
    await sleep(random.int(1_000));
    const pid = serverPid(scratch.server.dataDirectory);
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await taken.catch((error: unknown) => expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' }));
    await waitUntil(() => serverPid(scratch.server.dataDirectory) === null, 30_000);
    await vi.waitFor(() => startServer(scratch.server), { timeout: 60_000, interval: 500 });
    await retry(harness.operationId);
  }
}, 1_200_000);
