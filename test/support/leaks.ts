import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { closeIdleFetches, listChildren, listSockets } from './left-behind.ts';

const WAIT_MS = 5_000;
/** What the runner talks with its worker through. */
const socketsBefore = listSockets().map((one) => one.inode);

/** Runs behind every hook of a test file: what the file started and opened must have ended with it. */
afterAll(async () => {
  const deadline = performance.now() + WAIT_MS;
  const listOwnSockets = () =>
    listSockets()
      .filter((one) => !socketsBefore.includes(one.inode))
      .map((one) => one.description);
  await closeIdleFetches();
  while (listChildren().length + listOwnSockets().length > 0 && performance.now() < deadline) await sleep(20);
  expect(listChildren(), 'processes that this file has left behind').toEqual([]);
  expect(listOwnSockets(), 'pools, connections and listeners that this file has left open').toEqual([]);
});
