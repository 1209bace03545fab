import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';
import { SundayError } from '../../errors.ts';
import { ProcessFailedError, run } from '../../process.ts';
import { collectOutput, type CallOptions } from '../pgbackrest/pgbackrest.ts';
import { momentOfLog, type Moment } from './time.ts';

/** What the last archived segments of a run end with. */
export interface LogEnd {
  /** Where the last record begins that is there completely; null when none of the segments has one. */
  readonly lastLsn: string | null;
  /** True: the rest of the segment is empty on purpose, so nothing is missing up to its end. */
  readonly isClosed: boolean;
  /** When the last transaction ended; null when none ended within the segments that were looked into. */
  readonly lastCommitAt: Moment | null;
}

export interface LogTools {
  /** Directory of pg_waldump. */
  readonly postgresBinaries: string;
  /** For a moment, and for nobody else to read: log holds rows. */
  readonly runDirectory: string;
}

/** From the end of the log on. */
export const SEGMENTS_READ = 8; // a quiet cluster closes segments without a transaction in them
/** How many are read at once: on a cluster with writers the first has all that is looked for. */
const BATCHES = [1, 3, 4] as const;
const READ_TIMEOUT_MS = 60_000;

/**
 * Looks into the last of `segments` (in the order of replay): only a record that comes behind a moment proves that
 * everything until then is there. Null when they can't be fetched, e.g. because this host has no server of the stanza.
 */
export async function readLogEnd(
  stanza: StanzaConfig,
  segments: readonly string[],
  tools: LogTools,
  options: CallOptions = {},
): Promise<LogEnd | null> {
  const directory = await mkdtemp(join(tools.runDirectory, 'log-'));
  try {
    const newestFirst = segments.slice(-SEGMENTS_READ).toReversed();
    const read: LogEnd[] = [];
    for (const size of BATCHES) {
      const batch = newestFirst.slice(read.length, read.length + size);
      const settled = await Promise.allSettled(
        batch.map((name) => readSegment(stanza, name, { ...tools, directory }, options)),
      );
      // All of them have ended: nobody writes into the directory that goes away.
      for (const one of settled) {
        if (isEnough(read)) break;
        if (one.status === 'rejected') throw one.reason;
        read.push(one.value);
      }
      if (isEnough(read)) break;
    }
    return {
      lastLsn: read.find((one) => one.lastLsn !== null)?.lastLsn ?? null,
      isClosed: read[0]?.isClosed ?? false,
      lastCommitAt: read.find((one) => one.lastCommitAt !== null)?.lastCommitAt ?? null,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof SundayError) return null;
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function isEnough(read: readonly LogEnd[]): boolean {
  return read.some((one) => one.lastCommitAt !== null) && read.some((one) => one.lastLsn !== null);
}

async function readSegment(
  stanza: StanzaConfig,
  name: string,
  { postgresBinaries, directory }: LogTools & { readonly directory: string },
  options: CallOptions,
): Promise<LogEnd> {
  const file = join(directory, name);
  await collectOutput(stanza, 'archive-get', ['--no-archive-async', '--log-level-file=off', name, file], {
    ...options,
    timeoutMs: READ_TIMEOUT_MS,
  });
  const reader = createLogReader();
  try {
    await run(join(postgresBinaries, 'pg_waldump'), [file], {
      env: { LC_ALL: 'C', TZ: 'UTC' },
      timeoutMs: READ_TIMEOUT_MS,
      onLine: (line) => reader.read(line),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    // It ends badly where the records end, and that is what was asked for.
    if (!(error instanceof ProcessFailedError)) throw error;
  } finally {
    await rm(file, { force: true });
  }
  return reader.result();
}

/** Pure: reads what pg_waldump prints, a line for each record. */
export function createLogReader(): { read(line: string): void; result(): LogEnd } {
  let last = '';
  let commit = '';
  return {
    read(line) {
      if (!line.startsWith('rmgr: ')) return;
      last = line;
      if (line.startsWith('rmgr: Transaction') && /desc: (?:COMMIT|ABORT)/.test(line)) commit = line;
    },
    result() {
      const at = /desc: (?:COMMIT|ABORT)(?:_PREPARED \d+:)? (\S+ \S+ UTC)/.exec(commit)?.[1];
      return {
        lastLsn: /lsn: ([0-9A-F]+\/[0-9A-F]+),/.exec(last)?.[1] ?? null,
        isClosed: / desc: SWITCH/.test(last),
        lastCommitAt: at === undefined ? null : momentOfLog(at),
      };
    },
  };
}
