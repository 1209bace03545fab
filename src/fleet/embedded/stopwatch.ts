/** Does one thing and prints what came of it (`created`, `started`, …) with the seconds it took. */
export type Stopwatch = (what: string, work: () => Promise<string>) => Promise<void>;

const TIME_COLUMN = 58; // that of scripts/setup-report.sh

export function createStopwatch(print: (line: string) => void): Stopwatch {
  return async (what, work) => {
    const startedAt = performance.now();
    const outcome = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    print(`${`${what} ${outcome}`.padEnd(TIME_COLUMN)} ${seconds.toFixed(1)} s`);
  };
}
