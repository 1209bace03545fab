import { parseLsn } from './segments.ts';

/** A line of a history file: a timeline that came before, and where it was left. */
export interface HistoryEntry {
  readonly timeline: number;
  readonly switchPosition: bigint;
  /** As the server that left it wrote, e.g. `no recovery target specified`. */
  readonly reason: string;
}

/** One history of the database. Every promotion begins one. */
export interface Timeline {
  readonly id: number;
  /** The timeline it branched off; null for the first one, and when its history is not in the archive. */
  readonly parent: number | null;
  /** Where it branched off; null with `parent`. */
  readonly switchPosition: bigint | null;
  readonly reason: string | null;
  /** False: it must have a parent, but nobody can say which. */
  readonly hasHistory: boolean;
  /** Those that branched off it, lowest first. */
  readonly children: readonly number[];
}

/** A part of the way that recovery to a timeline takes: this timeline, up to `until`. */
export interface Stretch {
  readonly timeline: number;
  readonly from: bigint;
  /** Where the next stretch begins; null for the last one. */
  readonly until: bigint | null;
}

/** Pure: what a history file says, oldest ancestor first. Lines that are none, such as comments, are left out. */
export function parseHistory(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((line) => {
    const [, timeline, lsn, reason] = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)\s*(.*?)\s*$/i.exec(line) ?? [];
    if (timeline === undefined || lsn === undefined) return [];
    return [{ timeline: Number(timeline), switchPosition: parseLsn(lsn), reason: reason ?? '' }];
  });
}

export type Histories = ReadonlyMap<number, readonly HistoryEntry[]>;

/** Pure: the tree, lowest first. `ids`: timelines that are known from elsewhere, e.g. by their segments. */
export function buildTimelines(histories: Histories, ids: readonly number[]): readonly Timeline[] {
  const ancestors = [...histories.values()].flat().map((one) => one.timeline);
  const all = [...new Set([...ids, ...histories.keys(), ...ancestors])].sort((a, b) => a - b);
  const parentOf = (id: number) => histories.get(id)?.at(-1) ?? null;
  return all.map((id) => {
    const origin = parentOf(id) ?? inheritOrigin(histories, id);
    return {
      id,
      parent: origin?.timeline ?? null,
      switchPosition: origin?.switchPosition ?? null,
      reason: origin?.reason ?? null,
      hasHistory: id === 1 || origin !== null,
      children: all.filter((other) => (parentOf(other) ?? inheritOrigin(histories, other))?.timeline === id),
    };
  });
}

/** A descendant's history tells of its ancestors too, so a history file that was lost can be made up for. */
function inheritOrigin(histories: Histories, id: number): HistoryEntry | null {
  for (const lines of histories.values()) {
    const at = lines.findIndex((one) => one.timeline === id);
    if (at > 0) return lines[at - 1] ?? null;
  }
  return null;
}

/** Pure: the way to a timeline, oldest stretch first. */
export function pathTo(timelines: readonly Timeline[], id: number): readonly Stretch[] {
  const path: Stretch[] = [];
  let at = timelines.find((one) => one.id === id);
  let until: bigint | null = null;
  // A parent is always lower: that bounds the loop, even if a history file lies.
  while (at !== undefined) {
    path.unshift({ timeline: at.id, from: at.switchPosition ?? 0n, until });
    until = at.switchPosition;
    const { parent, id: child }: Timeline = at;
    at = parent === null || parent >= child ? undefined : timelines.find((one) => one.id === parent);
  }
  return path;
}
