import {
  type Catalog,
  type CatalogKind,
  type CatalogObject,
  fingerprintOfLines,
  keyOf,
  lineOf,
} from './catalog.ts';

/** When a transaction wrote the row of an object: of its last change, where the row was written again. */
export interface Birth extends Pick<CatalogObject, 'kind' | 'name'> {
  /** Of the order of columns, which grows: what it was with that column. Null: the object is as it always was. */
  readonly definition: string | null;
  /** Number of the command in its transaction. */
  readonly born: number;
}

/** Kinds of objects whose number a script tells that only adds. */
export const COUNTED_KINDS = ['TABLE', 'COLUMN', 'CONSTRAINT', 'INDEX', 'COMMENT'] as const;
export type Counts = Readonly<Record<(typeof COUNTED_KINDS)[number], number>>;

/** One of several scripts of a transaction of which each only added something. */
export interface Addition {
  /** Number of a command behind its last one and before the first one of the next script. */
  readonly endedAt: number;
  /** What it made, by its own words. */
  readonly counts: Counts;
}

export interface Growth {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly births: readonly Birth[];
  /** Number of a command before the first one of the first script. */
  readonly startedAt: number;
  /** In their order. */
  readonly additions: readonly Addition[];
}

/** The catalog behind one of the scripts. */
export interface GrownState {
  readonly fingerprint: string;
  readonly catalog: Catalog;
}

/**
 * The catalogs in between, from one picture before and one behind: what is there at the end without what came later.
 * That holds when nothing was changed after it was made, and each object is known to come from one script. Null when
 * that cannot be proven:
 *
 * - What was there before must be there behind, and the same; only the columns of a table may have become more.
 * - Whatever is new must have been born by one of the scripts.
 * - Each script must have given birth to exactly as many objects of each counted kind as it says. A row that was
 *   written again counts for the later script, so that one has too many then, and the earlier one too few.
 */
export function traceGrowth(growth: Growth): ((place: number) => GrownState) | null {
  const versions = listVersions(growth);
  if (versions === null || !isAsCounted(growth)) return null;
  const chunks = toChunks(versions);
  return (place) => ({
    fingerprint: fingerprintOfLines(chunks.map((one) => textAt(one, place)).filter((text) => text !== '')),
    // In the order of the last catalog, which is sorted.
    get catalog() {
      return { objects: versions.filter((one) => isThere(one, place)).map(({ object }) => object) };
    },
  });
}

/** What an object was behind the scripts `from` to `until`, the latter left out. */
interface Version {
  readonly object: CatalogObject;
  readonly line: string;
  /** Place of a script; BEFORE when it was there already. */
  readonly from: number;
  readonly until: number;
}

const BEFORE = -1;
/** Behind the last script. */
const NEVER = Infinity;

function listVersions(growth: Growth): readonly Version[] | null {
  const known = new Map(growth.before.objects.map((one) => [keyOf(one), one]));
  const births = Map.groupBy(listBirths(growth), keyOf);
  const versions: Version[] = [];
  for (const object of growth.after.objects) {
    const key = keyOf(object);
    const listed = versionsOf(object, known.get(key) ?? null, births.get(key) ?? []);
    if (listed === null) return null;
    versions.push(...listed);
    known.delete(key);
  }
  return known.size === 0 ? versions : null;
}

type PlacedBirth = Birth & { readonly place: number };

/**
 * Those of the scripts, in their order. One that came behind the last of them has place `additions.length`. The row of
 * a column is written again by its own script, for a default: of several orders of one place the longest is the last.
 */
function listBirths({ births, startedAt, additions }: Growth): readonly PlacedBirth[] {
  let place = 0;
  return births
    .filter(({ born }) => born > startedAt)
    .toSorted((a, b) => a.born - b.born)
    .map((one) => {
      while (place < additions.length && one.born > (additions[place]?.endedAt ?? NEVER)) place += 1;
      return { ...one, place };
    })
    .sort((a, b) => a.place - b.place || (a.definition?.length ?? 0) - (b.definition?.length ?? 0));
}

/** Null when it cannot be told where it comes from. */
function versionsOf(
  object: CatalogObject,
  before: CatalogObject | null,
  births: readonly PlacedBirth[],
): readonly Version[] | null {
  const starts = [
    ...(before ? [{ object: before, from: BEFORE }] : []),
    ...births.map(({ definition, place }) => ({
      object: definition === null ? object : { ...object, definition },
      from: place,
    })),
  ];
  const isGrowing = object.kind === 'COLUMN_ORDER';
  const last = starts.at(-1)?.object;
  if (last === undefined || (starts.length > 1 && !isGrowing)) return null;
  if (last.definition !== object.definition || last.remark !== object.remark) return null;
  return starts.map(({ object: one, from }, index) => ({
    ...{ object: one, line: lineOf(one), from },
    until: starts[index + 1]?.from ?? NEVER,
  }));
}

/** Some lines that follow each other, and their text for the places from `from` to `until`. */
interface Chunk {
  readonly versions: readonly Version[];
  text: string;
  from: number;
  until: number;
}

/** From one state to the next few lines change: the text of the others is kept. */
const CHUNK_LINES = 32;

function toChunks(versions: readonly Version[]): readonly Chunk[] {
  const sorted = versions.toSorted((a, b) => (a.line < b.line ? -1 : 1));
  return Array.from({ length: Math.ceil(sorted.length / CHUNK_LINES) }, (_, index) => ({
    versions: sorted.slice(index * CHUNK_LINES, (index + 1) * CHUNK_LINES),
    ...{ text: '', from: NEVER, until: BEFORE },
  }));
}

function textAt(chunk: Chunk, place: number): string {
  if (chunk.from <= place && place < chunk.until) return chunk.text;
  const there = chunk.versions.filter((one) => isThere(one, place));
  const turns = chunk.versions.flatMap(({ from, until }) => [from, until]);
  chunk.text = there.map(({ line }) => line).join('\n');
  chunk.from = Math.max(BEFORE, ...turns.filter((one) => one <= place));
  chunk.until = Math.min(NEVER, ...turns.filter((one) => one > place));
  return chunk.text;
}

function isThere({ from, until }: Version, place: number): boolean {
  return from <= place && place < until;
}

function isAsCounted(growth: Growth): boolean {
  const { additions } = growth;
  const counted = new Map<CatalogKind, number[]>(COUNTED_KINDS.map((kind) => [kind, additions.map(() => 0)]));
  for (const { kind, place } of listBirths(growth)) {
    // One behind the last script is nobody's.
    if (place === additions.length) return false;
    const found = counted.get(kind);
    if (found) found[place] = (found[place] ?? 0) + 1;
  }
  return additions.every(({ counts }, place) =>
    COUNTED_KINDS.every((kind) => counted.get(kind)?.[place] === counts[kind]),
  );
}
