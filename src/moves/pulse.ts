import { isUnavailable } from '../postgres/errors.ts';
import { type ConnectionOptions, type OpenedDatabase, openDatabase } from '../postgres/pool.ts';
import { beat } from './pulse-store.ts';

const EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 3_000;
/** Longer than a checkpoint or a burst of load keeps a server from answering a question that needs no disk. */
const SILENT_FOR_MS = 12_000;

/**
 * Statements of a move may take an hour, so their own timeout does not tell a long one from a network that has
 * swallowed the answer. While `db` is in use its server is asked something short beside it; when it is silent for 12 s,
 * the connections of `db` are ended, and whoever waits on one of them hears that the server is away.
 * A refusal is an answer: then the connections, too, know how they stand.
 */
export function watchPulse(db: OpenedDatabase, login: ConnectionOptions): { stop(): Promise<void> } {
  const pulse = openDatabase({
    ...{ ...login, maxConnections: 1 },
    ...{ statementTimeoutMs: ANSWER_WITHIN_MS, connectTimeoutMs: ANSWER_WITHIN_MS },
  });
  let lastHeardAt = performance.now();
  let underWay: Promise<void> | null = null;
  const look = async () => {
    const began = performance.now();
    const isSilent = await beat(pulse).then(
      () => false,
      (error: unknown) => isUnavailable(error) && performance.now() - began >= ANSWER_WITHIN_MS,
    );
    if (!isSilent) lastHeardAt = performance.now();
    else if (performance.now() - lastHeardAt >= SILENT_FOR_MS) db.interrupt();
  };
  const timer = setInterval(() => {
    underWay ??= look().finally(() => (underWay = null));
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      pulse.interrupt();
      await underWay;
      await pulse.close();
    },
  };
}
