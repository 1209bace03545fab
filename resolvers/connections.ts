import { InvalidInputError } from '../src/errors.ts';
import { InvalidCursorError } from '../src/events/cursor.ts';
import type { Page } from '../src/page.ts';

const DEFAULT_SIZE = 25;
const LARGEST = 100;

export interface ConnectionArgs {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** A list that is read by key. */
export interface KeysetList<Item, Key> {
  /** Stands in every cursor, so that one of another list is refused. Short, lower case, never changed. */
  readonly name: string;
  /** What the cursor of an item holds. */
  toText(item: Item): string;
  /** Null for a text that `toText` never gives. */
  toKey(text: string): Key | null;
  list(page: Page<Key>): Promise<readonly Item[]>;
  count(): Promise<number>;
}

/**
 * One page as a Relay connection.
 *
 * @throws {InvalidInputError} for a size outside 1 to 100, or `first` and `last` together.
 * @throws {InvalidCursorError} for a cursor that is not of this list.
 */
export async function readConnection<Item, Key>(args: ConnectionArgs, source: KeysetList<Item, Key>) {
  const size = sizeOf(args);
  const fromEnd = isGiven(args.last);
  const after = openCursor(args.after, 'after', source);
  const before = openCursor(args.before, 'before', source);
  // One more than asked for tells whether there is more, without counting.
  const found = await source.list({ limit: size + 1, after, before, fromEnd });
  const hasMore = found.length > size;
  const items = !hasMore ? found : fromEnd ? found.slice(1) : found.slice(0, size);
  const edges = items.map((node) => ({ node, cursor: toCursor(source.name, source.toText(node)) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: fromEnd ? before !== null : hasMore,
      hasPreviousPage: fromEnd ? hasMore : after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => source.count(),
  };
}

function sizeOf({ first, last }: ConnectionArgs): number {
  if (isGiven(first) && isGiven(last)) {
    throw new InvalidInputError(['last'], 'this cannot be combined with first');
  }
  const size = first ?? last ?? DEFAULT_SIZE;
  if (size < 1 || size > LARGEST) {
    throw new InvalidInputError([isGiven(last) ? 'last' : 'first'], `a page has 1 to ${LARGEST} items`);
  }
  return size;
}

const isGiven = (value: number | null | undefined): value is number => value !== null && value !== undefined;

function toCursor(name: string, text: string): string {
  return Buffer.from(`${name}1:${text}`, 'utf8').toString('base64url');
}

function openCursor<Item, Key>(
  cursor: string | null | undefined,
  argument: string,
  { name, toKey }: KeysetList<Item, Key>,
): Key | null {
  if (cursor === null || cursor === undefined) return null;
  const opened = cursor.length > 500 ? '' : Buffer.from(cursor, 'base64url').toString('utf8');
  const text = opened.startsWith(`${name}1:`) ? opened.slice(name.length + 2) : null;
  const key = text === null || toCursor(name, text) !== cursor ? null : toKey(text);
  if (key === null) throw new InvalidCursorError(argument);
  return key;
}
