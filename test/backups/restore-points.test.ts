import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRestorePoints } from '../../src/backups/restore/points.ts';
import { listPoints } from '../../src/backups/restore/store.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { stopServer } from '../../src/postgres/server.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createScratch, waitUntil, type Scratch } from './scratch.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Two clusters with a server and a stanza each, and one without backups. */
let scratch: Scratch;
let other: Scratch;
let control: TestDatabase;
let fleet: Scratch['fleet'];

beforeAll(async () => {
  [scratch, other, control] = await Promise.all([createScratch(), createScratch(), createControlDatabase()]);
  const [main, bare] = scratch.config.clusters;
  const [eu] = other.config.clusters;
  if (main === undefined || bare === undefined || eu === undefined) throw new Error('a cluster is missing');
  fleet = createFleet({ ...scratch.config, clusters: [main, { ...eu, name: 'eu' }, bare] });
});
afterAll(async () => {
  await fleet.close();
  await Promise.all([scratch.close(), other.close()]);
  await control[Symbol.asyncDispose]();
});

const create = (name: string, clusters: readonly string[] | null = null) =>
  createRestorePoints({ fleet, db: control.db }, { name, clusters, createdBy: 'test' });

test('names one moment on every cluster that has backups, and sends it to the archive', async () => {
  const points = await create('before-v42');
  expect(points.map((one) => [one.cluster, one.name, one.problem])).toEqual([
    ['main', 'before-v42', null],
    ['eu', 'before-v42', null],
  ]);
  const times = points.map((one) => one.at?.getTime() ?? 0);
  expect(Math.abs((times[0] ?? 0) - (times[1] ?? 0))).toBeLessThan(5_000);
  expect((await listPoints(control.db, ['eu', 'main'])).map((one) => one[0]?.lsn)).toEqual([
    points[1]?.lsn,
    points[0]?.lsn,
  ]);
  const archived = ({ root }: Scratch, segment: string) =>
    readdirSync(join(root, 'repository/archive'), { recursive: true, encoding: 'utf8' }).some((name) =>
      name.includes(segment),
    );
  await waitUntil(
    () => archived(scratch, points[0]?.segment ?? '?') && archived(other, points[1]?.segment ?? '?'),
  );
});

test('refuses a name that one of the clusters has, and makes it nowhere', async () => {
  await create('only-eu', ['eu']);
  await expect(create('only-eu')).rejects.toMatchObject({ code: 'RESTORE_POINT_EXISTS' });
  const [points = []] = await listPoints(control.db, ['main']);
  expect(points.some((one) => one.name === 'only-eu')).toBe(false);
});

test('lets one of two callers have a name', async () => {
  const results = await Promise.allSettled([create('twice'), create('twice')]);
  expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test.each(['', 'a'.repeat(64), 'with space', "quo'te", '-first', 'ü', 'sunday_mine'])(
  'refuses the name %j',
  async (name) => {
    await expect(create(name)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      argument: ['input', 'name'],
    });
  },
);

test('takes a name of 63 bytes', async () => {
  expect(await create('a'.repeat(63), ['main'])).toHaveLength(1);
});

test('refuses a cluster without backups, and one that is not there', async () => {
  await expect(create('x1', ['main', 'bare'])).rejects.toMatchObject({ code: 'BACKUPS_NOT_CONFIGURED' });
  await expect(create('x2', ['nowhere'])).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
});

test('makes it nowhere while one primary is down, names that, and leaves the name free', async () => {
  await stopServer(other.server, 'immediate');
  await expect(create('half')).rejects.toMatchObject({
    code: 'RESTORE_POINT_INCOMPLETE',
    message: expect.stringContaining('made on: none') as string,
    failures: [expect.stringContaining('main: '), expect.stringContaining('eu: ')],
  });
  expect((await create('half', ['main'])).map((one) => one.cluster)).toEqual(['main']);
});
