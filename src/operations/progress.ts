import type { Progress } from './define.ts';
import type { ProgressRow } from './journal-store.ts';

/** At most five rows a second for each operation. */
const MIN_INTERVAL_MS = 200;

export interface ProgressReporter {
  report(progress: Progress): void;
  /** Writes what is not written yet. Call it before the step ends, so that the last figure is kept. */
  flush(): Promise<void>;
}

/**
 * Merges reports and writes the newest at most five times a second, one write at a time.
 * `write` may fail: progress is a courtesy, the step goes on without it.
 */
export function createProgressReporter(
  phase: string,
  write: (row: ProgressRow) => Promise<void>,
): ProgressReporter {
  let current: Required<Progress> = {
    phase,
    message: phase,
    fractionDone: null,
    bytesDone: null,
    bytesTotal: null,
  };
  let startedAt = performance.now();
  let dirty = false;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastWriteAt = -MIN_INTERVAL_MS;

  const writeNow = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!dirty) return;
    dirty = false;
    lastWriteAt = performance.now();
    const row = {
      ...current,
      etaSeconds: estimateSeconds(current.fractionDone, performance.now() - startedAt),
    };
    writing = writing.then(() => write(row)).catch(() => {});
  };
  return {
    report(progress) {
      if (progress.phase !== undefined && progress.phase !== current.phase) {
        startedAt = performance.now();
        current = {
          phase: progress.phase,
          message: progress.phase,
          fractionDone: null,
          bytesDone: null,
          bytesTotal: null,
        };
      }
      current = { ...current, ...progress };
      dirty = true;
      timer ??= setTimeout(writeNow, Math.max(0, lastWriteAt + MIN_INTERVAL_MS - performance.now()));
    },
    async flush() {
      writeNow();
      await writing;
    },
  };
}

/** Seconds left if the rest goes as fast as what is done; null before anything can be said. */
export function estimateSeconds(fractionDone: number | null, elapsedMs: number): number | null {
  if (fractionDone === null || fractionDone <= 0 || elapsedMs < 500) return null;
  return (elapsedMs / 1000) * ((1 - fractionDone) / fractionDone);
}
