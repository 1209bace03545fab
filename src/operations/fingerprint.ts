import { createHash } from 'node:crypto';
import type { OperationRequest } from './operations.ts';
import { toJson } from './store.ts';

/** Same for two calls with the same arguments, whatever the order of their fields. */
export function fingerprintOf(
  kind: string,
  input: unknown,
  { onBehalfOf, reason }: OperationRequest,
): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, sorted(JSON.parse(toJson(input) ?? 'null')), onBehalfOf, reason]))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
