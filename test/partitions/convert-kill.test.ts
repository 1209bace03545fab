import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { RunningProcess } from '../../src/process.ts';
import { type Plane, startPlane } from '../migrations/plane.ts';
import { isThorough } from '../support/thorough.ts';
import { keepLedger, makeItems, WISH } from './items.ts';
import { holdOpen } from './tables.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

let plane: Plane;
let db: Database;
let worker: RunningProcess;
beforeAll(async () => {
  plane = await startPlane({ clusters: ['kill'], role: 'CLIENT' });
  db = await plane.create('kill');
  await makeItems(db, { rows: 6_000 });
  await db.rows(sql`INSERT INTO organizations VALUES (6)`);
  await db.rows(sql`INSERT INTO items (organization_id, note) VALUES (6, 'leaves')`);
  worker = await plane.startWorker();
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

async function killWorker() {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
}

test.skipIf(!isThorough)(
  'a conversion whose worker is killed while it copies and while it waits to swap ends whole, under writers',
  async () => {
    const ledger = keepLedger(db);
    const id = await plane.start('partitionTable', { cluster: 'kill', ...WISH, rowsPerSecond: 2_000 });
    const copied = async () =>
      (await db.rows<{ copied: bigint }>(sql`SELECT copied FROM sunday_new.progress`).catch(() => []))[0]
        ?.copied ?? 0n;
    await expect.poll(copied, { timeout: 40_000, interval: 50 }).toBeGreaterThan(0n);
    await killWorker();
    const reader = await holdOpen(plane.openOn('kill'), 'SELECT count(*) FROM items');
    worker = await plane.startWorker();
    await plane.waitFor(id, ({ steps }) => steps.some(({ name }) => name === 'swap'));
    // The foreign keys of the new table must not refuse what the plain one allows.
    await db.transaction(async (tx) => {
      await tx.rows(sql`DELETE FROM items WHERE organization_id = 6`);
      await tx.rows(sql`DELETE FROM organizations WHERE id = 6`);
    });
    await killWorker();
    await reader.end();
    worker = await plane.startWorker();
    const ended = await plane.waitForEnd(id);
    const kept = await ledger.end();
    expect(ended).toMatchObject({ state: 'SUCCEEDED', result: { partitions: 7 } });
    expect(await db.rows(sql`SELECT FROM items WHERE organization_id = 6`)).toEqual([]);
    expect(kept.errors).toEqual([]);
    expect(await kept.compare()).toEqual({ missing: 0, extra: 0 });
    expect(await db.rows(sql`SELECT relkind FROM pg_class WHERE oid = 'items'::regclass`)).toEqual([
      { relkind: 'p' },
    ]);
  },
);
