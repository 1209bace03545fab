import type { Session } from './access.ts';

/** How long a revoked token may still be taken for good. */
const TTL_MS = 5_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly session: Promise<Session>;
  readonly validUntilMs: number;
}

export interface SessionCache {
  /** What `find` gave for this key in the last five seconds, or what it gives now. Failures are not kept. */
  get(key: string, find: () => Promise<Session>): Promise<Session>;
}

/** Keyed by hash, so that a heap dump holds no tokens. Calls at the same time share one `find`. */
export function createSessionCache(): SessionCache {
  const entries = new Map<string, Entry>();
  return {
    get(key, find) {
      const known = entries.get(key);
      if (known !== undefined && known.validUntilMs > performance.now()) return known.session;
      const session = find();
      entries.delete(key); // so that the new entry is the youngest in the map's order
      entries.set(key, { session, validUntilMs: performance.now() + TTL_MS });
      session.catch(() => {
        if (entries.get(key)?.session === session) entries.delete(key);
      });
      if (entries.size > MAX_ENTRIES) deleteOldest(entries);
      return session;
    },
  };
}

function deleteOldest(entries: Map<string, Entry>): void {
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
