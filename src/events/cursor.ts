import { SundayError } from '../errors.ts';

/** A cursor that we never gave out: cut off, made up, or of another list. */
export class InvalidCursorError extends SundayError {
  readonly code = 'INVALID_CURSOR';
  override readonly hint = 'Send a cursor exactly as it came, or leave it out to start from the beginning.';
  override readonly argument: readonly string[];
  constructor(argument: string) {
    super(`${argument}: this is not a cursor of this list`);
    this.argument = [argument];
  }
}

// The version stands in front so that a later format can tell the old ones apart.
const EVENT_PREFIX = 'e1:';
const EVENT_ID = /^e1:(0|[1-9]\d{0,18})$/;

/** The place right after the event with this id, opaque to clients. */
export function encodeEventCursor(id: bigint): string {
  return Buffer.from(`${EVENT_PREFIX}${id}`, 'utf8').toString('base64url');
}

/**
 * Null for no cursor at all.
 *
 * @throws {InvalidCursorError}
 */
export function decodeEventCursor(cursor: string | null | undefined, argument = 'after'): bigint | null {
  if (cursor === null || cursor === undefined) return null;
  const [, id] = EVENT_ID.exec(open(cursor)) ?? [];
  if (id === undefined || encodeEventCursor(BigInt(id)) !== cursor) throw new InvalidCursorError(argument);
  return BigInt(id);
}

function open(cursor: string): string {
  return cursor.length > 64 ? '' : Buffer.from(cursor, 'base64url').toString('utf8');
}
