import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { run } from '../../process.ts';
import { positionOf, toLsn } from './segments.ts';
import { endOf } from './times.ts';
import type { LossWindow } from './loss.ts';
import type { LogState } from './loss-probe.ts';
import { readDataDirectory } from '../copy/probe.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';

const MOST_BYTES = 256n * 1024n * 1024n; // a second of reading
const TIMEOUT_MS = 10_000;

export interface SharpenInput {
  readonly stanza: StanzaConfig;
  readonly binaries: string;
  readonly primary: Queryable;
  readonly log: LogState;
  /** Last segment that can be recovered. */
  readonly lastSegment: number;
}

/**
 * Reads the log that would be lost, where the primary runs on this host: then the figure is exact instead of a bound,
 * and an idle primary loses nothing. Anywhere else, and whatever goes wrong, the bound stands.
 */
export async function sharpenLoss(loss: LossWindow, input: SharpenInput): Promise<LossWindow> {
  if (loss.seconds === 0 || loss.bytes === null || loss.bytes > MOST_BYTES) return loss;
  try {
    const directory = await findOwnDirectory(input);
    return directory === null ? loss : await readLoss(loss, input, directory);
  } catch {
    return loss; // the log was recycled or switched under our feet, or is not ours to read
  }
}

/** A directory of the stanza that the primary names as its own, and that is here; null when it is elsewhere. */
async function findOwnDirectory({ stanza, primary }: SharpenInput): Promise<string | null> {
  const directory = await readDataDirectory(primary);
  const isOurs = readStanzaSettings(stanza).servers.some((one) => one.dataDirectory === directory);
  if (directory === null || !isOurs) return null;
  await access(join(directory, 'pg_wal'));
  return directory;
}

async function readLoss(loss: LossWindow, input: SharpenInput, directory: string): Promise<LossWindow> {
  const { binaries, log, lastSegment } = input;
  const begin = toLsn(positionOf(lastSegment + 1, log.segmentBytes));
  let firstEndMs: number | null = null;
  const range = [`--start=${begin}`, `--end=${toLsn(log.position)}`, `--timeline=${log.timeline}`];
  // It fails when it can't read up to the end: then what it has read is not all.
  await run(
    join(binaries, 'pg_waldump'),
    [`--path=${join(directory, 'pg_wal')}`, ...range, '--rmgr=Transaction'],
    {
      env: { TZ: 'UTC', LC_ALL: 'C' },
      timeoutMs: TIMEOUT_MS,
      onLine: (line) => {
        const endMs = endOf(line);
        if (endMs !== null) firstEndMs = Math.min(firstEndMs ?? endMs, endMs);
      },
    },
  );
  if (firstEndMs === null)
    return { ...loss, seconds: 0, reason: 'no transaction ended since the last archived segment' };
  return { ...loss, seconds: Math.max(0, (log.now.getTime() - firstEndMs) / 1_000) };
}
