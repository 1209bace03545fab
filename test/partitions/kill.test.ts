import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { RunningProcess } from '../../src/process.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { contentOf, fill, holdArchive, holdOpen, leafOf, makeLog, stateOf } from './tables.ts';
import { isThorough } from '../support/thorough.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const MONTHS = [-16, -15, -14] as const;

let plane: Plane;
let db: Database;
let worker: RunningProcess;
beforeAll(async () => {
  plane = await startPlane({
    clusters: ['kill'],
    role: 'CLIENT',
    adjust: (config, home) => {
      mkdirSync(join(home, 'archive'));
      return { ...config, partitions: { archive: { directory: join(home, 'archive') } } };
    },
  });
  db = await plane.create('kill');
  await makeLog(db, { first: -16, last: 0 });
  for (const offset of MONTHS) await fill(db, offset, 200);
  worker = await plane.startWorker();
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const start = (partition: string) =>
  plane.start('archivePartition', { cluster: 'kill', table: 'log', partition });

/** Kills the worker, lets what held it go, and gives the end that another one makes of it. */
async function endWithAnother(id: string, held: { readonly end: () => Promise<void> }) {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
  await held.end();
  worker = await plane.startWorker();
  return plane.waitForEnd(id);
}

test('an archive whose worker is killed while the file is read back is whole in the end', async () => {
  const partition = leafOf('log', MONTHS[0]);
  const id = await start(partition);
  const held = await holdArchive(plane.control, id, 'PREPARING');
  await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'read them back'));
  expect(await stateOf(plane, 'kill', partition)).toBe('DETACHED');
  expect(await endWithAnother(id, held)).toMatchObject({ state: 'SUCCEEDED', result: { rowCount: '200' } });
  expect([await stateOf(plane, 'kill', partition), await contentOf(db)]).toMatchObject([
    'ARCHIVED',
    { rows: 400 },
  ]);
});

test.skipIf(!isThorough)(
  'an archive whose worker is killed while it waits to drop the table drops it once',
  async () => {
    const partition = leafOf('log', MONTHS[1]);
    const id = await start(partition);
    const row = await holdArchive(plane.control, id, 'PREPARING');
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'read them back'));
    const reader = await holdOpen(plane.openOn('kill'), `SELECT count(*) FROM ${partition}`);
    await row.end();
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'drop it'));
    expect(await endWithAnother(id, reader)).toMatchObject({
      state: 'SUCCEEDED',
      result: { rowCount: '200' },
    });
    expect([await stateOf(plane, 'kill', partition), await contentOf(db)]).toMatchObject([
      'ARCHIVED',
      { rows: 200 },
    ]);
  },
);

test.skipIf(!isThorough)(
  'an archive whose worker is killed right after the drop is noted as the only copy',
  async () => {
    const partition = leafOf('log', MONTHS[2]);
    const id = await start(partition);
    const first = await holdArchive(plane.control, id, 'PREPARING');
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'read them back'));
    const reader = await holdOpen(plane.openOn('kill'), `SELECT count(*) FROM ${partition}`);
    await first.end();
    const row = await holdArchive(plane.control, id, 'VERIFIED');
    await reader.end();
    await expect
      .poll(() => db.rows(sql`SELECT to_regclass(${partition}) AS found`), { timeout: 20_000 })
      .toEqual([{ found: null }]);
    expect(await endWithAnother(id, row)).toMatchObject({ state: 'SUCCEEDED', result: { rowCount: '200' } });
    expect(await stateOf(plane, 'kill', partition)).toBe('ARCHIVED');
    const back = await plane.finish('restorePartition', {
      cluster: 'kill',
      table: 'log',
      partition,
      as: 'ATTACHED',
    });
    expect(back).toMatchObject({ state: 'SUCCEEDED' });
    expect(await contentOf(db)).toMatchObject({ rows: 200 });
  },
);
