import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** What the tools of `test.tool` wrote, in the order of time. */
export function readToolLog(path: string): readonly { readonly token: number; readonly at: number }[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([token = 0, at = 0]) => ({ token, at }));
}

/** A token never comes back after a newer one acted: no two holders of the lane acted at the same time. */
export function expectOneAtATime(path: string): void {
  const tokens = readToolLog(path).map((line) => line.token);
  expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
}
