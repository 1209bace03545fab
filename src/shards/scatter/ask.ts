import type { Shard } from '../shards.ts';

/** What one shard answered, or why it did not. */
export interface ShardAnswer<T> {
  readonly shard: string;
  readonly value: T | null;
  readonly reason: string | null;
}

/** A shard that is not in an answer. */
export interface MissingShard {
  readonly shard: string;
  readonly reason: string;
}

/** How long a shard has to answer when nobody says otherwise. */
export const ANSWER_WITHIN_MS = 5_000;

/** Asks shards at once, none for longer than it has: whoever reads many shards must not wait for the slowest one for ever. */
export async function askAll<T>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<T>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<readonly ShardAnswer<T>[]> {
  return Promise.all(
    shards.map(async (shard): Promise<ShardAnswer<T>> => {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`no answer within ${withinMs / 1_000} s`)),
        withinMs,
      );
      try {
        return { shard: shard.name, value: await Promise.race([ask(shard), late.promise]), reason: null };
      } catch (error) {
        return {
          shard: shard.name,
          value: null,
          reason: error instanceof Error ? error.message : String(error),
        };
      } finally {
        clearTimeout(timer);
      }
    }),
  );
}

/** Those that did not answer. */
export function listMissing(answers: readonly ShardAnswer<unknown>[]): readonly MissingShard[] {
  return answers.flatMap(({ shard, reason }) => (reason === null ? [] : [{ shard, reason }]));
}
