import type { Context } from '../schema/context.ts';

/**
 * Makes a subscription out of a source that follows until its signal aborts. `return()` aborts it: without that a
 * client that leaves in a quiet hour would leave its reader behind, because a generator that waits can't be told.
 * Before each item the loaders forget what they know, or every item would show the first one's state.
 */
export function subscribe<Item>(
  { signal, loaders }: Context,
  source: (signal: AbortSignal) => AsyncIterable<Item>,
): AsyncIterableIterator<Item> {
  const left = new AbortController();
  const items = source(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
  const end = async (): Promise<IteratorResult<Item>> => {
    left.abort();
    await items.return?.();
    return { done: true, value: undefined };
  };
  const iterator: AsyncIterableIterator<Item> = {
    async next() {
      try {
        const result = await items.next();
        loaders.clear();
        return result;
      } catch (error) {
        // Our own abort is an end, not a failure.
        if (left.signal.aborted) return { done: true, value: undefined };
        throw error;
      }
    },
    return: end,
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
