import type { RateLimit } from '../../schema/context.ts';
import { RateLimitedError } from './errors.ts';

const WINDOW_MS = 60_000;
const MAX_PRINCIPALS = 10_000;

export interface Budget {
  /** @throws {RateLimitedError} when `cost` is more than is left; then nothing is spent. */
  spend(principalId: string, cost: number): RateLimit;
}

/** What each token may spend in a minute on this server. Windows begin with a token's first request. */
export function createBudget(limit: number): Budget {
  const windows = new Map<string, { spent: number; readonly resetAtMs: number }>();
  return {
    spend(principalId, cost) {
      const now = Date.now();
      const known = windows.get(principalId);
      const window =
        known !== undefined && known.resetAtMs > now ? known : { spent: 0, resetAtMs: now + WINDOW_MS };
      if (window.spent + cost > limit) {
        const seconds = Math.ceil((window.resetAtMs - now) / 1_000);
        throw new RateLimitedError(
          `this token may spend ${limit} in a minute and has spent ${window.spent}`,
          seconds,
        );
      }
      window.spent += cost;
      if (window !== known) {
        windows.delete(principalId); // so that it becomes the youngest
        windows.set(principalId, window);
      }
      if (windows.size > MAX_PRINCIPALS) forgetOldest(windows);
      return { cost, limit, remaining: limit - window.spent, resetAt: new Date(window.resetAtMs) };
    },
  };
}

/** The map is in the order of windows' beginnings, so the first has the least left to be remembered for. */
function forgetOldest(windows: Map<string, unknown>): void {
  const [oldest] = windows.keys();
  if (oldest !== undefined) windows.delete(oldest);
}
