import type { MoveCheck } from '../moves.ts';

/** What one look came to. */
export type Found = Pick<MoveCheck, 'state' | 'detail'> & { readonly hint?: string };

/** How many things a detail names before it counts the rest. */
export const NAMED = 5;

/** As the move keeps it. */
export function check(name: string, { state, detail, hint = undefined }: Found): MoveCheck {
  return { name, state, detail, hint: hint ?? null };
}

/** Nothing is wrong. */
export function ok(detail: string): Found {
  return { state: 'OK', detail };
}

/** The move would fail. */
export function fail(detail: string, hint?: string): Found {
  return { state: 'FAILED', detail, ...(hint === undefined ? {} : { hint }) };
}

/** Fails when there is any, and names the first. */
export function listed(
  things: readonly string[],
  { none, some, hint }: { readonly none: string; readonly some: string; readonly hint: string },
): Found {
  if (things.length === 0) return ok(none);
  const more = things.length > NAMED ? ` and ${things.length - NAMED} more` : '';
  return fail(`${some}: ${things.slice(0, NAMED).join(', ')}${more}`, hint);
}
