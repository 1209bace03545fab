import type { Sample } from '../history.ts';

/** How the way into the history is. */
export interface BufferState {
  /** Values that are not written yet. */
  readonly waiting: number;
  /** How long the oldest of them has waited, in seconds; null when none waits. */
  readonly waitingSeconds: number | null;
  /** Values that were dropped because too many waited, since the start. */
  readonly lost: number;
  /** Why the last attempt failed; null when it did not. */
  readonly reason: string | null;
}

export interface WriteBufferOptions {
  /** Writes samples together. Twice must be safe: an answer that did not come says nothing. */
  readonly write: (samples: readonly Sample[], signal: AbortSignal) => Promise<void>;
  /** Told after each attempt. Never throws. */
  readonly tell: (state: BufferState) => Promise<void>;
  readonly explain: (error: unknown) => string;
  /** Left out: as below. */
  readonly mostWaiting?: number;
  readonly lingerMs?: number;
  readonly retryMs?: number;
}

/** Takes samples at once and writes them in the background, so that whoever measures never waits for the history. */
export interface WriteBuffer {
  add(sample: Sample): void;
  /** Writes what waits; ends with the first attempt that fails, and does not throw for it. */
  flush(): Promise<void>;
  /** Writes what waits, if that takes no longer than two seconds. */
  stop(): Promise<void>;
}

/** Some twenty megabytes; with 60 values of each of 100 servers every ten seconds it lasts for five minutes. */
const MOST_WAITING = 200_000;
/** A column store likes few large inserts: one every so often for each worker. */
const LINGER_MS = 5_000;
const RETRY_MS = 10_000;
const MOST_AT_ONCE = 20_000;
const ATTEMPT_MS = 15_000;
const LAST_ATTEMPT_MS = 2_000;

interface Waiting {
  readonly sample: Sample;
  readonly sinceMs: number;
}

/** The oldest are dropped when too many wait: what is newer is looked at more often. */
export function createWriteBuffer(options: WriteBufferOptions): WriteBuffer {
  const { write, tell, explain, lingerMs = LINGER_MS, retryMs = RETRY_MS } = options;
  const queue = createQueue(options.mostWaiting ?? MOST_WAITING);
  let reason: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let underWay: Promise<void> | null = null;
  let isStopping = false;

  const attempt = async (timeoutMs: number) => {
    const batch = queue.take(MOST_AT_ONCE);
    try {
      await write(
        batch.map(({ sample }) => sample),
        AbortSignal.timeout(timeoutMs),
      );
      reason = null;
    } catch (error) {
      reason = explain(error);
      queue.giveBack(batch);
    }
  };
  const empty = async (timeoutMs: number) => {
    do await attempt(timeoutMs);
    while (reason === null && queue.count() > 0);
    await tell({ ...queue.state(), reason });
  };
  const flush = (timeoutMs: number): Promise<void> => {
    if (queue.count() === 0) return underWay ?? Promise.resolve();
    if (timer !== null) clearTimeout(timer);
    timer = null;
    underWay ??= empty(timeoutMs).finally(() => {
      underWay = null;
      if (queue.count() > 0) schedule(reason === null ? lingerMs : retryMs);
    });
    return underWay;
  };
  const schedule = (afterMs: number) => {
    if (isStopping || timer !== null || underWay !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void flush(ATTEMPT_MS);
    }, afterMs);
    timer.unref();
  };
  return {
    add(sample) {
      queue.add(sample);
      schedule(lingerMs);
    },
    flush: () => flush(ATTEMPT_MS),
    async stop() {
      isStopping = true;
      if (timer !== null) clearTimeout(timer);
      const late = new Promise<void>((resolve) => setTimeout(resolve, LAST_ATTEMPT_MS).unref());
      await Promise.race([(underWay ?? Promise.resolve()).then(() => flush(LAST_ATTEMPT_MS)), late]);
    },
  };
}

/** Samples in their order, with a limit on the values in them. */
function createQueue(mostValues: number) {
  let waiting: readonly Waiting[] = [];
  let lost = 0;
  const sizeOf = (some: readonly Waiting[]) => some.reduce((sum, { sample }) => sum + sample.values.size, 0);
  /** Those from the front that hold at most `most` values together. */
  const front = (most: number) => {
    let values = 0;
    const end = waiting.findIndex(({ sample }) => (values += sample.values.size) > most);
    return end === -1 ? waiting.length : end;
  };
  const keep = (all: readonly Waiting[]) => {
    const surplus = sizeOf(all) - mostValues;
    let dropped = 0;
    const start =
      surplus <= 0 ? 0 : all.findIndex(({ sample }) => (dropped += sample.values.size) >= surplus) + 1;
    lost += surplus <= 0 ? 0 : dropped;
    waiting = all.slice(start);
  };
  return {
    add: (sample: Sample) => keep([...waiting, { sample, sinceMs: performance.now() }]),
    take(most: number): readonly Waiting[] {
      const batch = waiting.slice(0, Math.max(1, front(most)));
      waiting = waiting.slice(batch.length);
      return batch;
    },
    giveBack: (batch: readonly Waiting[]) => keep([...batch, ...waiting]),
    count: () => waiting.length,
    state() {
      const [oldest] = waiting;
      const seconds = oldest === undefined ? null : (performance.now() - oldest.sinceMs) / 1_000;
      return { waiting: sizeOf(waiting), waitingSeconds: seconds, lost };
    },
  };
}
