import { readFile } from 'node:fs/promises';

/** How a line of a clone begins: `log_line_prefix` and `log_timezone` are among its fences. */
const AT = String.raw`^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) GMT .*`;
const BEGINS = new RegExp(`${AT}redo starts at `);
const STOPS = new RegExp(`${AT}recovery stopping (?:before|after|at) `);

/**
 * Milliseconds between the first record that a server replayed and the place where it stopped, by its own log; what it
 * took besides is its start. Null when the log does not say.
 */
export async function readReplayMs(logFile: string): Promise<number | null> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).split('\n');
  const stop = toMs(STOPS.exec(lines.findLast((line) => STOPS.test(line)) ?? ''));
  const begin = toMs(BEGINS.exec(lines.findLast((line) => BEGINS.test(line)) ?? ''));
  return begin === null || stop === null || stop < begin ? null : stop - begin;
}

function toMs(found: RegExpExecArray | null): number | null {
  return found === null ? null : Date.parse(`${found[1]}T${found[2]}Z`);
}
