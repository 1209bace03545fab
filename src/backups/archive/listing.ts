import { z } from 'zod';
import type { StanzaConfig } from '../../config.ts';
import { RepositoryUnreadableError } from '../errors.ts';
import { collectOutput, type CallOptions } from '../pgbackrest/pgbackrest.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import { listUnreachable } from '../repositories/reach.ts';
import { type HistoryEntry, parseHistory } from './timelines.ts';

/** One segment that really is in a repository. */
export interface ArchivedSegment {
  readonly name: string;
  /** When the repository got it; with several, the first. */
  readonly storedAt: Date;
}

/** The write-ahead log of one database system: an upgrade begins the next one. */
export interface Archive {
  /** `15-1`: version of PostgreSQL, and a number. */
  readonly id: string;
  /** In the order of their names, each once, without those that can't be fetched. */
  readonly segments: readonly ArchivedSegment[];
  /** Segments of one name and two contents: pgBackRest refuses to fetch them, so they are as good as missing. */
  readonly ambiguous: readonly string[];
  /** Last segments of timelines that ended in them: recovery does not use them by itself. */
  readonly partials: readonly string[];
  /** Timelines whose history is stored. */
  readonly histories: readonly number[];
}

const LIST_TIMEOUT_MS = 120_000;
const READ_TIMEOUT_MS = 30_000;

/**
 * Everything that the stanza's repositories hold of its write-ahead log, by one listing of each. What any of them has
 * can be fetched, so they are taken together.
 *
 * @throws {StanzaMissingError} @throws {RepositoryUnreadableError} @throws {RepositoryUnavailableError} when none can be listed.
 */
export async function listArchives(
  stanza: StanzaConfig,
  options: CallOptions = {},
): Promise<readonly Archive[]> {
  const { repositories } = readStanzaSettings(stanza);
  const unreachable = await listUnreachable(stanza, options.signal);
  const there = repositories.filter((one) => unreachable.every(({ number }) => number !== one));
  if (there.length === 0 && unreachable[0] !== undefined) throw unreachable[0].error;
  const answers = await Promise.allSettled(
    there.map((repository) =>
      collectOutput(
        stanza,
        'repo-ls',
        [...pick(repository, repositories), '--recurse', '--output=json', `archive/${stanza.name}`],
        { ...options, timeoutMs: LIST_TIMEOUT_MS },
      ),
    ),
  );
  const texts = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = answers.find((one) => one.status === 'rejected');
  if (texts.length === 0 && failed !== undefined) throw failed.reason;
  return parseListings(stanza.name, texts);
}

/** A stanza of one repository needs no choice, and an older pgBackRest takes none. */
function pick(repository: number, all: readonly number[]): readonly string[] {
  return all.length > 1 ? [`--repo=${repository}`] : [];
}

const entries = z.record(z.string(), z.object({ type: z.string(), time: z.number().nullish() }));

/** Pure: what `repo-ls --recurse --output=json archive/<stanza>` printed, once for each repository. */
export function parseListings(stanza: string, texts: readonly string[]): readonly Archive[] {
  const archives = new Map<string, Collected>();
  for (const text of texts) {
    for (const [path, entry] of Object.entries(parseEntries(stanza, text))) {
      const [, id, file] = /^(\d+(?:\.\d+)?-\d+)\/(?:[0-9A-F]{16}\/)?([^/]+)$/.exec(path) ?? [];
      if (id === undefined || file === undefined || entry.type !== 'file') continue;
      const archive = archives.get(id) ?? { segments: new Map(), partials: new Set(), histories: new Set() };
      archives.set(id, archive);
      collect(archive, file, entry.time ?? 0);
    }
  }
  return [...archives].map(([id, one]) => toArchive(id, one));
}

interface Collected {
  readonly segments: Map<string, { readonly checksums: Set<string>; storedSeconds: number }>;
  readonly partials: Set<string>;
  readonly histories: Set<number>;
}

/** `<24 hex>-<sha1>[.zst]`, `<24 hex>.partial-<sha1>[.zst]`, `<8 hex>.history`; `.backup` files say nothing about the log. */
function collect({ segments, partials, histories }: Collected, file: string, storedSeconds: number): void {
  const [, name, partial, checksum] =
    /^([0-9A-F]{24})(\.partial)?-([0-9a-f]{40})(?:\.\w+)?$/.exec(file) ?? [];
  const history = /^([0-9A-F]{8})\.history$/.exec(file)?.[1];
  if (history !== undefined) histories.add(parseInt(history, 16));
  if (name === undefined || checksum === undefined) return;
  if (partial !== undefined) {
    partials.add(name);
    return;
  }
  const known = segments.get(name) ?? { checksums: new Set(), storedSeconds };
  known.checksums.add(checksum);
  known.storedSeconds = Math.min(known.storedSeconds, storedSeconds);
  segments.set(name, known);
}

function toArchive(id: string, { segments, partials, histories }: Collected): Archive {
  const names = [...segments.keys()].sort();
  const isClear = (name: string) => segments.get(name)?.checksums.size === 1;
  return {
    id,
    segments: names.filter(isClear).map((name) => ({
      name,
      storedAt: new Date((segments.get(name)?.storedSeconds ?? 0) * 1000),
    })),
    ambiguous: names.filter((name) => !isClear(name)),
    partials: [...partials].sort(),
    histories: [...histories].sort((a, b) => a - b),
  };
}

function parseEntries(stanza: string, text: string): z.output<typeof entries> {
  try {
    return entries.parse(JSON.parse(text));
  } catch (cause) {
    const error = new RepositoryUnreadableError(stanza, 'the listing of its archive is not JSON');
    error.cause = cause;
    throw error;
  }
}

/** Where a timeline comes from, oldest ancestor first. @throws the typed failures of a repository. */
export async function readHistory(
  stanza: StanzaConfig,
  { archiveId, timeline }: { readonly archiveId: string; readonly timeline: number },
  options: CallOptions = {},
): Promise<readonly HistoryEntry[]> {
  const file = `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
  const { repositories } = readStanzaSettings(stanza);
  const path = `archive/${stanza.name}/${archiveId}/${file}`;
  // Any repository that has it will do; the reasons of the last one are as good as those of the others.
  let failure: unknown = null;
  for (const repository of repositories) {
    try {
      const text = await collectOutput(stanza, 'repo-get', [...pick(repository, repositories), path], {
        ...options,
        timeoutMs: READ_TIMEOUT_MS,
      });
      return parseHistory(text);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
