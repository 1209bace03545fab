import { setTimeout as sleep } from 'node:timers/promises';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { contentOf, fill, holdArchive, holdOpen, leafOf, makeLog, stateOf, tablesOf } from './tables.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const OLD = leafOf('log', -14);
const OLDER = leafOf('log', -15);

let plane: Plane;
let place = '';
beforeAll(async () => {
  plane = await startPlane({
    clusters: ['story', 'retention', 'faults', 'slots', 'changed'],
    adjust: (config, home) => {
      place = join(home, 'archive');
      return { ...config, partitions: { lockPatienceSeconds: 1, archive: { directory: place } } };
    },
  });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

async function begin(cluster: string) {
  const db = await plane.create(cluster);
  await makeLog(db, { first: -15, last: 2 });
  await fill(db, -14, 1_000);
  await fill(db, -15, 500);
  await fill(db, 0, 100);
  return db;
}

const archive = (cluster: string, partition = OLD) =>
  plane.finish('archivePartition', { cluster, table: 'log', partition });
const restore = (cluster: string, as: string, partition = OLD) =>
  plane.finish('restorePartition', { cluster, table: 'log', partition, as });

const folderOf = ({ result }: { readonly result: Readonly<Record<string, unknown>> | null }) =>
  join(place, String(result?.['folder']));

test('writes a partition to a file that anybody can read, drops it, and brings it back as it was', async () => {
  const db = await begin('story');
  const before = await contentOf(db);
  const planned = await plane.ask(
    'archivePartition',
    { cluster: 'story', table: 'log', partition: OLD, dryRun: true },
    'operation { id } plan { steps warnings }',
  );
  expect(planned).toMatchObject({
    operation: null,
    plan: { warnings: ['story has no backups: the archive will be the only copy'] },
  });
  const ended = await archive('story');
  expect(ended).toMatchObject({ state: 'SUCCEEDED', result: { partition: OLD, rowCount: '1000' } });
  expect(await stateOf(plane, 'story', OLD)).toBe('ARCHIVED');
  expect(await contentOf(db)).toMatchObject({ rows: 600 });
  const folder = folderOf(ended);
  expect(readdirSync(folder).sort()).toEqual(['manifest.json', 'rows.csv.zst']);
  const csv = zstdDecompressSync(readFileSync(join(folder, 'rows.csv.zst'))).toString();
  expect(csv).toMatch(/^organization_id,id,note,size,created_at\n/);
  expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({
    ...{ format: 'sunday-partition-1', partition: OLD, rowCount: '1000', keyColumn: 'created_at' },
    ddl: expect.arrayContaining([
      expect.stringContaining('PRIMARY KEY (organization_id, id, created_at)'),
    ]) as unknown,
  });
  expect(await restore('story', 'BESIDE')).toMatchObject({
    result: { name: `${OLD}_restored`, isAttached: false, rowCount: '1000' },
  });
  expect(await contentOf(db, `${OLD}_restored`)).toMatchObject({ rows: 1000 });
  expect(await restore('story', 'ATTACHED')).toMatchObject({
    state: 'SUCCEEDED',
    result: { isAttached: true },
  });
  expect(await contentOf(db)).toEqual(before);
  const [table] = await tablesOf(plane, 'story');
  expect(table?.partitions.find(({ name }) => name === OLD)).toMatchObject({
    ...{ state: 'ATTACHED', indexesValid: true, replicaIdentity: `${OLD}_pkey` },
  });
  expect(
    await plane.ask('restorePartition', { cluster: 'story', table: 'log', partition: OLD, as: 'ATTACHED' }),
  ).toMatchObject({ code: 'PARTITION_EXISTS' });
});

test('archives what a policy does not keep, and leaves what was restored', async () => {
  const db = await begin('retention');
  await db.rows(sql`UPDATE ops.partition_policies SET retention_months = 13`);
  const ended = await plane.finish('maintainPartitions', { clusters: ['retention'] });
  expect(ended).toMatchObject({ state: 'SUCCEEDED', result: { archived: [OLDER, OLD] } });
  expect(await contentOf(db)).toMatchObject({ rows: 100 });
  await restore('retention', 'ATTACHED');
  expect(await plane.finish('maintainPartitions', { clusters: ['retention'] })).toMatchObject({
    result: { archived: [], warnings: [`${OLD} was restored, so it stays until somebody archives it`] },
  });
  expect(await contentOf(db)).toMatchObject({ rows: 1_100 });
});

test('leaves the table as it was when the store fails, and says so', async () => {
  const db = await begin('faults');
  const before = await contentOf(db);
  const blocked = join(place, 'faults');
  mkdirSync(place, { recursive: true });
  writeFileSync(blocked, 'a file where a directory has to be');
  expect(await archive('faults')).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_ARCHIVE_UNAVAILABLE' },
  });
  expect([await stateOf(plane, 'faults', OLD), await contentOf(db)]).toEqual(['ATTACHED', before]);
  rmSync(blocked);
});

test('attaches it again when a file does not read back as it was written', async () => {
  const db = plane.openOn('faults');
  const before = await contentOf(db);
  const id = await plane.start('archivePartition', { cluster: 'faults', table: 'log', partition: OLD });
  // Between its writing and its reading back the disk adds a byte.
  const files = () =>
    readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((one) => one.includes('faults'));
  const spoil = () => {
    const file = files().find((one) => one.endsWith('rows.csv.zst'));
    if (file) appendFileSync(join(place, file), 'x');
    return file !== undefined;
  };
  await expect.poll(spoil, { timeout: 20_000, interval: 1 }).toBe(true);
  const ended = await plane.waitForEnd(id);
  expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'PARTITION_ARCHIVE_CORRUPT' } });
  expect([await stateOf(plane, 'faults', OLD), await contentOf(db)]).toEqual(['ATTACHED', before]);
  expect(files().filter((one) => one.endsWith('.zst') || one.endsWith('.json'))).toEqual([]);
});

test('finds an archive that rotted, and loads nothing of it', async () => {
  const db = plane.openOn('faults');
  const ended = await archive('faults');
  expect(ended).toMatchObject({ state: 'SUCCEEDED' });
  const file = join(folderOf(ended), 'rows.csv.zst');
  const bytes = readFileSync(file);
  const flipped = Buffer.from(bytes);
  const middle = Math.floor(bytes.length / 2);
  flipped[middle] = (bytes[middle] ?? 0) ^ 1;
  // It decompresses, but the server cannot read a row of it.
  const unreadable = zstdCompressSync(`${zstdDecompressSync(bytes).toString()}rotten\n`);
  for (const [rotten, as] of [
    [flipped, 'BESIDE'],
    [flipped, 'ATTACHED'],
    [unreadable, 'ATTACHED'],
  ] as const) {
    writeFileSync(file, rotten);
    expect(await restore('faults', as)).toMatchObject({
      state: 'FAILED',
      error: { code: 'PARTITION_ARCHIVE_CORRUPT' },
    });
  }
  expect(await stateOf(plane, 'faults', OLD)).toBe('ARCHIVED');
  expect(await db.rows(sql`SELECT to_regclass(${`${OLD}_restored`}) AS found`)).toEqual([{ found: null }]);
});

test('does not begin while a transaction uses the table, and names it', async () => {
  const reader = await holdOpen(
    plane.openOn('faults', { applicationName: 'report' }),
    'SELECT count(*) FROM log',
  );
  await sleep(500); // who has been there for less than 300 ms is not asked about: there is always somebody
  const ended = await archive('faults', OLDER);
  await reader.end();
  expect(ended).toMatchObject({ state: 'FAILED', error: { code: 'PARTITION_BLOCKED', retryable: true } });
  expect(ended.error?.message).toMatch(/report/);
  expect(await stateOf(plane, 'faults', OLDER)).toBe('ATTACHED');
});

test('refuses while a logical slot has not read all, and a partition that takes rows of now', async () => {
  const db = await begin('slots');
  await db.rows(sql`SELECT pg_create_logical_replication_slot('late', 'pgoutput')`).catch(() => null);
  const hasSlot = (await db.rows(sql`SELECT FROM pg_replication_slots WHERE slot_name = 'late'`)).length > 0;
  if (hasSlot) {
    await fill(db, 1, 10);
    expect(
      await plane.ask('archivePartition', { cluster: 'slots', table: 'log', partition: OLD }),
    ).toMatchObject({
      code: 'PARTITION_NEEDED',
      message: expect.stringContaining('late') as unknown,
    });
    await db.rows(sql`SELECT pg_drop_replication_slot('late')`);
  }
  expect(
    await plane.ask('archivePartition', { cluster: 'slots', table: 'log', partition: 'log' }),
  ).toMatchObject({
    code: 'PARTITION_NOT_FOUND',
  });
});

test('never drops a table that was written to after its rows were', async () => {
  const db = await begin('changed');
  const id = await plane.start('archivePartition', { cluster: 'changed', table: 'log', partition: OLD });
  // While our own row is locked it cannot be told verified, and so nothing is dropped.
  const row = await holdArchive(plane.control, id, 'PREPARING');
  await expect.poll(() => stateOf(plane, 'changed', OLD), { timeout: 20_000 }).toBe('DETACHED');
  await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'read them back'));
  await db.rows(sql`UPDATE ${identifier(OLD)} SET note = 'late' WHERE id = 1`);
  await row.end();
  expect(await plane.waitForEnd(id)).toMatchObject({
    state: 'FAILED',
    error: { code: 'PARTITION_ARCHIVE_CORRUPT' },
  });
  expect(await db.rows(sql`SELECT note FROM log WHERE note = 'late'`)).toEqual([{ note: 'late' }]);
});
