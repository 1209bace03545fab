import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StanzaConfig } from '../../config.ts';
import { parseSegmentName } from './segments.ts';
import { toPlainLine } from '../pgbackrest/info.ts';
import type { LogState, SlotState } from './loss-probe.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import type { ArchiveScan } from './windows-scan.ts';

/** A segment that asynchronous archiving could not send, and pgBackRest's reason. */
export interface SpoolError {
  readonly segment: string;
  readonly message: string;
}

/** How write-ahead log gets from the primary into the repository. */
export interface Archiving {
  /** False: archive_mode is off. Null when no primary answers. */
  readonly isOn: boolean | null;
  /** True: success is reported before anything is sent. */
  readonly isAsync: boolean;
  /** Newest segment that really is in the repository, of the timeline that is written; null when none is. */
  readonly newestStoredSegment: string | null;
  readonly newestStoredAt: Date | null;
  /** What archive_command reported last; null when nothing, and when no primary answers. */
  readonly lastReportedSegment: string | null;
  readonly lastReportedAt: Date | null;
  /** Segments that were reported as archived and are not in the repository; null when unknown. */
  readonly unsentSegments: number | null;
  /** Finished segments that still wait for archive_command; null when unknown. */
  readonly waitingSegments: number | null;
  /** Failed attempts since the statistics began; null when unknown. */
  readonly failures: bigint | null;
  readonly lastFailedSegment: string | null;
  readonly lastFailedAt: Date | null;
  /** True: the latest attempt failed, or asynchronous archiving has noted an error. */
  readonly isFailing: boolean;
  /** Of asynchronous archiving on this host, at most 20; null when its spool can't be read here. */
  readonly spoolErrors: readonly SpoolError[] | null;
  /** Slots of the primary, the one that holds back most first; null when no primary answers. */
  readonly slots: readonly SlotState[] | null;
  /** Why figures of the primary are null; null when they are not. */
  readonly reason: string | null;
}

const ERRORS_READ = 20;

export interface ArchivingInput {
  readonly stanza: StanzaConfig;
  readonly scan: ArchiveScan | null;
  readonly log: LogState | null;
  readonly slots: readonly SlotState[] | null;
  readonly reason: string | null;
}

/** Puts together what the primary, the repository and the spool say. */
export async function describeArchiving(input: ArchivingInput): Promise<Archiving> {
  const { stanza, scan, log, slots, reason } = input;
  const { isArchiveAsync, spoolPath } = readStanzaSettings(stanza);
  const spoolErrors = isArchiveAsync ? await readSpoolErrors(spoolPath, stanza.name) : [];
  const newest = findNewest(scan, log);
  const isBehind =
    (log?.lastFailedAt?.getTime() ?? -Infinity) > (log?.lastReportedAt?.getTime() ?? -Infinity);
  return {
    isOn: log?.isArchiving ?? null,
    isAsync: isArchiveAsync,
    newestStoredSegment: newest?.name ?? null,
    newestStoredAt: newest?.storedAt ?? null,
    lastReportedSegment: log?.lastReportedSegment ?? null,
    lastReportedAt: log?.lastReportedAt ?? null,
    unsentSegments: countUnsent(scan, log),
    waitingSegments: log?.waitingSegments ?? null,
    failures: log?.failures ?? null,
    lastFailedSegment: log?.lastFailedSegment ?? null,
    lastFailedAt: log?.lastFailedAt ?? null,
    isFailing: (log !== null && isBehind) || (spoolErrors ?? []).length > 0,
    spoolErrors,
    slots,
    reason,
  };
}

/** In one line, why segments don't get into the repository; null when they do. */
export function describeFailure(archiving: Archiving): string | null {
  const [first] = archiving.spoolErrors ?? [];
  if (first !== undefined) return `pgBackRest could not send ${first.segment}: ${first.message}`;
  if (!archiving.isFailing) return null;
  return `the last attempt to archive ${archiving.lastFailedSegment ?? 'a segment'} failed`;
}

function findNewest(scan: ArchiveScan | null, log: LogState | null) {
  if (log === null) return scan?.archive.segments.at(-1);
  const timeline = log.timeline.toString(16).toUpperCase().padStart(8, '0');
  return scan?.archive.segments.findLast((one) => one.name.startsWith(timeline));
}

/** The report may name a history or a `.backup` file: then its timeline's newest segment is not known. */
function countUnsent(scan: ArchiveScan | null, log: LogState | null): number | null {
  const reported = parseSegmentName(log?.lastReportedSegment ?? '', log?.segmentBytes ?? 1);
  if (log === null || scan === null || reported === null) return null;
  const newest = scan.archive.segments.findLast(
    ({ name }) => parseSegmentName(name, log.segmentBytes)?.timeline === reported.timeline,
  );
  const stored = parseSegmentName(newest?.name ?? '', log.segmentBytes);
  return stored === null ? null : Math.max(0, reported.index - stored.index);
}

/** `<spool>/archive/<stanza>/out/<segment>.error` has an exit code in its first line, then the message. */
async function readSpoolErrors(spoolPath: string, stanza: string): Promise<readonly SpoolError[] | null> {
  const directory = join(spoolPath, 'archive', stanza, 'out');
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.error')).sort();
    return await Promise.all(
      names.slice(0, ERRORS_READ).map(async (name) => {
        // It may have gone since: then the segment was sent.
        const text = await readFile(join(directory, name), 'utf8').catch(() => '');
        const message = toPlainLine(text.split('\n').slice(1).join('\n'));
        return { segment: name.slice(0, -'.error'.length), message };
      }),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    return null;
  }
}
