import { InvalidInputError } from '../src/errors.ts';

/** What a global id says when it is opened: the type's name and the id within it. */
export interface NodeId {
  readonly typename: string;
  readonly id: string;
}

/** Opaque to clients, safe in URLs and shells. */
export function encodeNodeId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`, 'utf8').toString('base64url');
}

/** Null when `text` is not a global id of ours. */
export function decodeNodeId(text: string): NodeId | null {
  const opened = Buffer.from(text, 'base64url').toString('utf8');
  const match = /^([A-Z][A-Za-z]{0,60}):([\x20-\x7e]{1,300})$/s.exec(opened);
  const [, typename, id] = match ?? [];
  return typename === undefined || id === undefined ? null : { typename, id };
}

/**
 * The id within `typename`, from a global id or from the bare id that messages and logs show.
 *
 * @throws {InvalidInputError} when it is the global id of another type, or no id at all.
 */
export function toLocalId(typename: string, text: string, path: readonly string[]): string {
  const opened = decodeNodeId(text);
  if (opened?.typename === typename) return opened.id;
  if (opened !== null) {
    throw new InvalidInputError(path, `this is the id of a ${opened.typename}, not of a ${typename}`);
  }
  if (!/^[\x21-\x7e]{1,300}$/.test(text)) {
    throw new InvalidInputError(path, 'this is no id', 'Use an id that the API gave out.');
  }
  return text;
}
