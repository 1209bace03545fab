import type { StanzaConfig } from '../../config.ts';
import { listArchives, readHistory, type Archive } from './listing.ts';
import { inferSegmentBytes, toSegmentName } from './segments.ts';
import { readLastEnd } from './times.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import type { LogState } from './loss-probe.ts';
import { buildTimelines, type HistoryEntry, type Timeline } from './timelines.ts';
import { findWindows, type Windows, type WindowSpan } from './windows.ts';

/** One archive of a stanza, walked to its ends. */
export interface ArchiveScan extends Windows {
  readonly archive: Archive;
  readonly timelines: readonly Timeline[];
  readonly segmentBytes: number;
  /** True: the primary writes into this one; older ones are from before an upgrade. */
  readonly isCurrent: boolean;
}

export interface ScanInput {
  readonly stanza: StanzaConfig;
  /** Sets that can be counted on. */
  readonly sets: readonly BackupSet[];
  /** What the primary says; null when none answers. */
  readonly log: Pick<LogState, 'timeline' | 'segmentBytes'> | null;
}

export interface Scanner {
  /** Newest archive first; empty when nothing was ever archived. @throws the typed failures of a repository. */
  scan(input: ScanInput): Promise<readonly ArchiveScan[]>;
  /** When the last transaction of a window ended. @throws the typed failures of a repository, {BinaryMissingError}. */
  readEnd(stanza: StanzaConfig, scan: ArchiveScan, window: WindowSpan): Promise<Date | null>;
}

const REMEMBERED = 2_000;
/** Segments that are looked into for a transaction: an idle primary writes many that have none. */
const SEGMENTS_READ = 4;

/** What a stored history or segment says never changes, so each is read once. */
export function createScanner({ binaries }: { readonly binaries: string }): Scanner {
  const histories = createMemory<readonly HistoryEntry[]>();
  const ends = createMemory<Date | null>();

  const scanOne = async (
    { stanza, sets, log }: ScanInput,
    archive: Archive,
    isCurrent: boolean,
  ): Promise<ArchiveScan> => {
    const known = await Promise.all(
      archive.histories.map(async (timeline) => {
        const key = `${stanza.configFile} ${stanza.name} ${archive.id} ${timeline}`;
        const lines = await histories(key, () => readHistory(stanza, { archiveId: archive.id, timeline }));
        return [timeline, lines] as const;
      }),
    );
    const names = archive.segments.map((one) => one.name);
    const own = sets.filter((one) => one.archiveId === archive.id);
    const timelines = buildTimelines(new Map(known), [
      ...timelinesOf(names),
      ...(isCurrent && log !== null ? [log.timeline] : []),
    ]);
    const segmentBytes = isCurrent && log !== null ? log.segmentBytes : inferSegmentBytes(names);
    const currentTimeline = isCurrent ? (log?.timeline ?? timelines.at(-1)?.id ?? null) : null;
    const found = findWindows({ archive, timelines, sets: own, segmentBytes, currentTimeline });
    return { ...found, archive, timelines, segmentBytes, isCurrent };
  };

  return {
    async scan(input) {
      const archives = [...(await listArchives(input.stanza))].sort((a, b) => numberOf(b) - numberOf(a));
      return Promise.all(archives.map((one, position) => scanOne(input, one, position === 0)));
    },
    async readEnd(stanza, { archive, segmentBytes }, window) {
      const least = Math.max(window.firstSegment, window.lastSegment - SEGMENTS_READ + 1);
      for (let index = window.lastSegment; index >= least; index -= 1) {
        const name = toSegmentName({ timeline: window.lastTimeline, index }, segmentBytes);
        const stored = archive.segments.find((one) => one.name === name);
        if (stored === undefined) break;
        const key = `${stanza.configFile} ${stanza.name} ${archive.id} ${name} ${stored.storedAt.getTime()}`;
        const end = await ends(key, () => readLastEnd(stanza, name, { binaries }));
        if (end !== null) return end;
      }
      return null;
    },
  };
}

/** Names are in order, so a timeline's stand together. */
function timelinesOf(names: readonly string[]): readonly number[] {
  return [...new Set(names.map((name) => name.slice(0, 8)))].map((hex) => parseInt(hex, 16));
}

/** `15-2` is the second database system of the stanza. */
function numberOf({ id }: Archive): number {
  return Number(id.split('-')[1]);
}

type Memory<Value> = (key: string, read: () => Promise<Value>) => Promise<Value>;

/** Keeps what was read last; failures are not kept. */
function createMemory<Value>(): Memory<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key, read) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const value = read();
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > REMEMBERED && oldest !== undefined) kept.delete(oldest);
    return value;
  };
}
