import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { S3_KEY, type S3Server, startS3Server } from '../support/s3-server.ts';
import { contentOf, fill, holdOpen, leafOf, makeLog, stateOf } from './tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

const OLD = leafOf('log', -14);
const OLDER = leafOf('log', -15);

const root = mkdtempSync(join(tmpdir(), 'sunday-archive-bucket-'));
let server: S3Server;
let plane: Plane;
beforeAll(async () => {
  server = await startS3Server(root);
  const write = (name: string, text: string) => {
    writeFileSync(join(root, name), text, { mode: 0o600 });
    return join(root, name);
  };
  const { endpoint, bucket, caFile } = server;
  const s3 = {
    ...{ endpoint, bucket, caFile, prefix: 'partitions', uriStyle: 'path' as const },
    accessKeyFile: write('access', S3_KEY.accessKey),
    secretKeyFile: write('secret', S3_KEY.secretKey),
  };
  plane = await startPlane({
    clusters: ['bucket'],
    adjust: (config) => ({ ...config, partitions: { lockPatienceSeconds: 30, archive: { s3 } } }),
  });
  const db = await plane.create('bucket');
  await makeLog(db, { first: -15, last: 0 });
  await fill(db, -14, 2_000);
  await fill(db, -15, 500);
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const archive = (partition: string) => ({ cluster: 'bucket', table: 'log', partition });
const stored = () =>
  existsSync(server.objects)
    ? readdirSync(server.objects, { recursive: true, encoding: 'utf8' }).filter((one) =>
        /\.(zst|json)/.test(one),
      )
    : [];

/** Starts to archive, and makes the bucket fail when the place has been tried and before the rows are written. */
async function failInTheMiddle(partition: string, fail: () => Promise<void> | void) {
  const reader = await holdOpen(plane.openOn('bucket'), 'SELECT count(*) FROM log');
  await sleep(500); // who has been there for less than 300 ms is not waited for
  try {
    const id = await plane.start('archivePartition', archive(partition));
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'detach it'));
    await fail();
    await reader.end();
    return await plane.waitForEnd(id);
  } finally {
    await reader.end();
  }
}

const UNAVAILABLE = { state: 'FAILED', error: { code: 'PARTITION_ARCHIVE_UNAVAILABLE', retryable: true } };

test('archives into a bucket over verified TLS, and brings the rows back from there', async () => {
  const db = plane.openOn('bucket');
  const before = await contentOf(db);
  const ended = await plane.finish('archivePartition', archive(OLD));
  expect(ended).toMatchObject({
    state: 'SUCCEEDED',
    result: { rowCount: '2000', location: `${server.endpoint}/${server.bucket}/partitions` },
  });
  expect(
    stored()
      .filter((one) => one.includes(OLD))
      .join(' '),
  ).toMatch(/manifest\.json.*rows\.csv\.zst/);
  expect(await contentOf(db)).toMatchObject({ rows: 500 });
  expect(await plane.finish('restorePartition', { ...archive(OLD), as: 'ATTACHED' })).toMatchObject({
    state: 'SUCCEEDED',
  });
  expect(await contentOf(db)).toEqual(before);
});

test('attaches the partition again when the bucket is gone before its rows are written', async () => {
  const db = plane.openOn('bucket');
  const before = await contentOf(db);
  const ended = await failInTheMiddle(OLDER, () => rmSync(server.objects, { recursive: true, force: true }));
  expect(ended).toMatchObject(UNAVAILABLE);
  expect(ended.error?.message).toMatch(/NoSuchBucket/);
  expect([await stateOf(plane, 'bucket', OLDER), await contentOf(db)]).toEqual(['ATTACHED', before]);
  mkdirSync(server.objects, { recursive: true });
});

test('attaches it again when nobody answers any more, refuses a restore then, and archives once somebody does', async () => {
  const db = plane.openOn('bucket');
  const before = await contentOf(db);
  expect(await failInTheMiddle(OLDER, () => server.kill())).toMatchObject(UNAVAILABLE);
  expect([await stateOf(plane, 'bucket', OLDER), await contentOf(db)]).toEqual(['ATTACHED', before]);
  await server.start();
  expect(await plane.finish('archivePartition', archive(OLDER))).toMatchObject({ state: 'SUCCEEDED' });
  await server.kill();
  expect(await plane.ask('restorePartition', { ...archive(OLDER), as: 'BESIDE' })).toMatchObject({
    code: UNAVAILABLE.error.code,
  });
  expect(await db.rows(sql`SELECT to_regclass(${`${OLDER}_restored`}) AS found`)).toEqual([{ found: null }]);
  expect(await stateOf(plane, 'bucket', OLDER)).toBe('ARCHIVED');
  await server.start();
});
