import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';
import { ProcessFailedError, run } from '../../process.ts';
import { collectOutput, type CallOptions } from '../pgbackrest/pgbackrest.ts';

const FETCH_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 60_000;

/**
 * Fetches one segment and gives the time at which the last transaction in it ended; null when none did. Recovery stops
 * at the first transaction that ended later than its target, so each time before this one can be a target.
 *
 * @throws the typed failures of a repository, {BinaryMissingError}.
 */
export async function readLastEnd(
  stanza: StanzaConfig,
  name: string,
  { binaries, signal }: CallOptions & { readonly binaries: string },
): Promise<Date | null> {
  const directory = await mkdtemp(join(tmpdir(), 'sunday-segment-'));
  const aborting = signal === undefined ? {} : { signal };
  try {
    const file = join(directory, name);
    // No log file and no asynchronous fetch: neither is ours to share with the server that runs here.
    await collectOutput(stanza, 'archive-get', ['--no-archive-async', '--log-level-file=off', name, file], {
      ...aborting,
      timeoutMs: FETCH_TIMEOUT_MS,
    });
    const reading = startReading();
    await run(join(binaries, 'pg_waldump'), ['--rmgr=Transaction', file], {
      ...aborting,
      env: { TZ: 'UTC', LC_ALL: 'C' },
      timeoutMs: READ_TIMEOUT_MS,
      onLine: reading.read,
    }).catch((error: unknown) => {
      // It ends with an error where the last record goes on in the next segment: what it read before counts.
      if (!(error instanceof ProcessFailedError)) throw error;
    });
    return reading.result();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Pure: takes lines of pg_waldump and keeps the latest end of a transaction. */
export function startReading(): { read(line: string): void; result(): Date | null } {
  let lastEndMs: number | null = null;
  return {
    read(line) {
      const endMs = endOf(line);
      if (endMs !== null) lastEndMs = Math.max(lastEndMs ?? endMs, endMs);
    },
    result: () => (lastEndMs === null ? null : new Date(lastEndMs)),
  };
}

/** When the transaction of a line ended, in milliseconds; null when the line is about something else. */
export function endOf(line: string): number | null {
  const time =
    /^rmgr: Transaction .* desc: (?:COMMIT|ABORT)(?:_PREPARED)? .*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC/.exec(
      line,
    )?.[1];
  return time === undefined ? null : Date.parse(`${time.replace(' ', 'T')}Z`);
}
