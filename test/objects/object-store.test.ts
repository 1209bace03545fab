import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ObjectStoreSettings } from '../../src/objects/client.ts';
import { createObjectStore, type ObjectStore } from '../../src/objects/object-store.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';

let root: string;
let server: S3Server;
let settings: ObjectStoreSettings;
let store: ObjectStore;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sunday-objects-'));
  server = await startS3Server(root);
  settings = { ...server.settings, prefix: 'some/where' };
  store = createObjectStore(settings);
}, 60_000);

afterAll(async () => {
  store.close();
  await server.kill();
  rmSync(root, { recursive: true, force: true });
});

test('stores an object below its prefix and gives it back with its size', async () => {
  const body = Buffer.from('Sunday');
  const stored = await store.put('notes/day', body);
  expect(stored).toEqual({ sizeBytes: 6, sha256: createHash('sha256').update(body).digest('hex') });
  expect(await store.head('notes/day')).toMatchObject({ key: 'notes/day', sizeBytes: 6 });
  expect(String(await buffer(await store.get('notes/day')))).toBe('Sunday');
  const whole = createObjectStore({ ...settings, prefix: '' });
  expect(await whole.head('some/where/notes/day')).toMatchObject({ sizeBytes: 6 });
  whole.close();
});

test('stores a stream of more than one part and gives the same bytes back', async () => {
  const piece = Buffer.alloc(3 * 1024 * 1024, 'sunday');
  async function* pieces() {
    for (let n = 0; n < 12; n++) yield await Promise.resolve(piece);
  }
  const { sizeBytes, sha256 } = await store.put('large', pieces());
  expect(sizeBytes).toBe(12 * piece.length);
  const hash = createHash('sha256');
  for await (const chunk of await store.get('large')) hash.update(chunk as Buffer);
  expect(hash.digest('hex')).toBe(sha256);
});

test('leaves nothing of a stream that breaks off', async () => {
  async function* broken() {
    for (let n = 0; n < 10; n++) yield await Promise.resolve(Buffer.alloc(4 * 1024 * 1024));
    throw new RangeError('the source is gone');
  }
  await expect(store.put('broken', broken())).rejects.toThrow('the source is gone');
  expect(await store.head('broken')).toBeNull();
});

test('lists in the order of keys, over pages, up to the limit, and removes', async () => {
  const keys = Array.from({ length: 1_100 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
  for (let from = 0; from < keys.length; from += 50)
    await Promise.all(keys.slice(from, from + 50).map((key) => store.put(key, Buffer.from('x'))));
  const list = async (limit: number) => {
    const found: string[] = [];
    for await (const { key } of store.list('many/', { limit })) found.push(key);
    return found;
  };
  expect(await list(5_000)).toEqual(keys);
  expect(await list(1_005)).toEqual(keys.slice(0, 1_005));
  await store.remove([...keys.slice(3), 'many/never-there']);
  expect(await list(5_000)).toEqual(keys.slice(0, 3));
});

test('says that an object is not there', async () => {
  expect(await store.head('nowhere')).toBeNull();
  await expect(store.get('nowhere')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('refuses a server whose certificate nobody vouches for, unless told not to look', async () => {
  const strict = createObjectStore({ ...settings, caFile: null });
  await expect(strict.put('secret', Buffer.from('x'))).rejects.toMatchObject({
    code: 'OBJECT_STORE_UNAVAILABLE',
    message: expect.stringContaining('unable to verify') as string,
  });
  strict.close();
  const lax = createObjectStore({ ...settings, caFile: null, isTlsVerified: false });
  expect(await lax.head('nowhere')).toBeNull();
  lax.close();
});

test('names what the store refuses: a wrong key, a bucket that is not there', async () => {
  const stranger = createObjectStore({ ...settings, accessKey: 'nobody' });
  await expect(stranger.put('x', Buffer.from('x'))).rejects.toMatchObject({
    code: 'OBJECT_STORE_REFUSED',
    storeCode: 'InvalidAccessKeyId',
  });
  stranger.close();
  const elsewhere = createObjectStore({ ...settings, bucket: 'elsewhere' });
  await expect(elsewhere.get('x')).rejects.toMatchObject({ storeCode: 'NoSuchBucket' });
  elsewhere.close();
});

test('ends with the reason of its caller when it is aborted', async () => {
  const abort = new AbortController();
  async function* endless() {
    for (;;) {
      yield await Promise.resolve(Buffer.alloc(8 * 1024 * 1024));
      abort.abort(new RangeError('not needed any more'));
    }
  }
  await expect(store.put('endless', endless(), { signal: abort.signal })).rejects.toThrow(
    'not needed any more',
  );
});

test('refuses a store that does not answer, and an endpoint without TLS', async () => {
  const dead = createObjectStore({ ...settings, endpoint: 'https://localhost:1' });
  await expect(dead.head('x')).rejects.toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE', retryable: true });
  dead.close();
  expect(() => createObjectStore({ ...settings, endpoint: 'http://localhost:1' })).toThrow('not https');
});
