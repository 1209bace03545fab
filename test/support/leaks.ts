import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';

const WAIT_MS = 5_000;

/** Runs behind every hook of a test file: what the file started must have ended with it. */
afterAll(async () => {
  const deadline = performance.now() + WAIT_MS;
  while (listChildren().length > 0 && performance.now() < deadline) await sleep(50);
  expect(listChildren(), 'processes that this file has left behind').toEqual([]);
});

/** Command lines of the live children of this worker. */
function listChildren(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isOurs = Number(parent) === process.pid && state !== 'Z';
      return isOurs ? [read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()] : [];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended in the meantime
  }
}
