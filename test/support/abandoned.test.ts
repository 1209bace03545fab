import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeAbandonedRuns } from './abandoned.ts';

/** Above the largest pid that Linux hands out. */
const DEAD_PID = 4_194_305;

test('goes on when a part of a dead run may not be removed, and removes it when it may', async () => {
  const left = mkdtempSync(join(tmpdir(), `sunday-test-${DEAD_PID}-`));
  const locked = join(left, 'locked');
  mkdirSync(locked);
  writeFileSync(join(locked, 'file'), '');
  chmodSync(locked, 0o000);
  await removeAbandonedRuns();
  expect(existsSync(locked)).toBe(true);
  chmodSync(locked, 0o700);
  await removeAbandonedRuns();
  expect(existsSync(left)).toBe(false);
});
