import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertShard } from '../../src/shards/directory/store.ts';
import { listHours, recordSample } from '../../src/shards/load/sample-store.ts';
import { findQuietWindow, isOpen } from '../../src/shards/rebalance/quiet.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';

let control: TestDatabase;
beforeAll(async () => {
  control = await createControlDatabase();
});
afterAll(() => control[Symbol.asyncDispose]());

const HALF_HOUR_MS = 1_800_000;
/** Busy by day: from 22:00 to 04:00 UTC there is a tenth of the transactions. */
const perHalfHour = (at: Date) => (at.getUTCHours() >= 22 || at.getUTCHours() < 4 ? 1_800n : 18_000n);

/** Samples of one shard every half hour, until now: of so many of them. */
async function sample(shard: string, count: number): Promise<void> {
  await insertShard(control.db, {
    name: shard,
    cluster: shard,
    weight: 100,
    capacityBytes: null,
    region: null,
  });
  let transactions = 0n;
  const midnight = new Date().setUTCHours(0, 10, 0, 0);
  for (let step = count; step > 0; step--) {
    const at = new Date(midnight - step * HALF_HOUR_MS);
    transactions += perHalfHour(at);
    await recordSample(control.db, shard, { at, bytes: 0n, connections: 0, transactions, statements: null });
  }
}

test('names no quiet hours before a whole day was measured, then the longest time in which little is done', async () => {
  expect(findQuietWindow(await listHours(control.db))).toBeNull();
  await sample('shard-1', 40);
  expect(findQuietWindow(await listHours(control.db))).toBeNull();
  await sample('shard-2', 100);
  const window = findQuietWindow(await listHours(control.db));
  expect(window).toEqual({ from: '22:00', to: '04:00' });
  const open = ['21:59', '22:00', '03:59', '04:00'].map((time) =>
    isOpen(window, new Date(`2026-11-22T${time}:00Z`)),
  );
  expect(open).toEqual([false, true, true, false]);
});
