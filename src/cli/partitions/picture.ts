/** A partition on the picture; null: no end on that side. */
export interface PicturedPartition {
  readonly state: 'ATTACHED' | 'DETACH_PENDING' | 'DETACHED' | 'ARCHIVED';
  readonly from: number | null;
  readonly to: number | null;
  /** Null: nobody has counted. */
  readonly rows: number | null;
}

/** Times in milliseconds. */
export interface PartitionPictureInput {
  readonly partitions: readonly PicturedPartition[];
  readonly now: number;
  /** Where policies would have it begin and end; null: no policy. */
  readonly kept: { readonly from: number; readonly until: number } | null;
  /** Columns that the picture may take. */
  readonly width: number;
}

const LABEL_COLUMNS = 7;
const LEAST_COLUMNS = 30;
const MARKS = { ATTACHED: '=', DETACH_PENDING: '!', DETACHED: 'd', ARCHIVED: 'a' } as const;
/** The worse wins where several share a column. */
const RANK = ' .=ad!';
const BARS = '▁▂▃▄▅▆▇█';

/**
 * A time line of equal steps: which time has a partition and which only an archive, how full they are, where now is,
 * and what the policy asks for. A hole always has a column of its own.
 */
export function drawPartitions({ partitions, now, kept, width }: PartitionPictureInput): readonly string[] {
  const ends = partitions.flatMap(({ from, to }) => [from, to]).filter((at) => at !== null);
  const begin = Math.min(now, ...ends, kept?.from ?? now);
  const end = Math.max(now + 1_000, ...ends, kept?.until ?? now);
  const columns = Math.max(LEAST_COLUMNS, width - LABEL_COLUMNS);
  const columnOf = (at: number) =>
    Math.min(columns - 1, Math.max(0, Math.floor(((at - begin) / (end - begin)) * columns)));
  const spans = partitions.map((one) => ({
    ...one,
    first: columnOf(one.from ?? begin),
    last: Math.max(columnOf(one.from ?? begin), columnOf((one.to ?? end) - 1)),
  }));
  return [
    line(
      'parts',
      drawStates(
        spans,
        columns,
        findHoles(partitions).map(([from, to]) => [columnOf(from), columnOf(to - 1)]),
      ),
    ),
    line('rows', drawRows(spans, columns)),
    ...(kept === null ? [] : [line('policy', drawPolicy(kept, columns, columnOf))]),
    line('', drawScale({ begin, end, now, columns, columnOf })),
  ];
}

type Span = PicturedPartition & { readonly first: number; readonly last: number };

function line(label: string, content: string): string {
  return `${label.padEnd(LABEL_COLUMNS)}${content}`.trimEnd();
}

/** From and to of what no partition has, between the first and the last. */
function findHoles(partitions: readonly PicturedPartition[]): readonly (readonly [number, number])[] {
  const sorted = partitions.toSorted((a, b) => (a.from ?? -Infinity) - (b.from ?? -Infinity));
  let until = sorted[0]?.to ?? Infinity;
  return sorted.flatMap(({ from, to }) => {
    const hole = from !== null && from > until ? [[until, from] as const] : [];
    until = Math.max(until, to ?? Infinity);
    return hole;
  });
}

function drawStates(
  spans: readonly Span[],
  columns: number,
  holes: readonly (readonly [first: number, last: number])[],
): string {
  const bar = Array.from({ length: columns }, () => '.');
  for (const { state, first, last } of spans) {
    for (let column = first; column <= last; column += 1)
      if (RANK.indexOf(MARKS[state]) > RANK.indexOf(bar[column] ?? ' ')) bar[column] = MARKS[state];
    // Where one ends and the next begins, so that people can count them.
    if (last > first && bar[first] === '=') bar[first] = '|';
  }
  // Last: what can't be seen here is not there.
  for (const [first, last] of holes) bar.fill('.', first, last + 1);
  return bar.join('');
}

/** Against the fullest one. */
function drawRows(spans: readonly Span[], columns: number): string {
  const most = Math.max(1, ...spans.map(({ rows }) => rows ?? 0));
  const bar = Array.from({ length: columns }, () => ' ');
  for (const { rows, first, last, state } of spans) {
    if (state === 'ARCHIVED' || rows === null || rows === 0) continue;
    const mark = BARS[Math.min(BARS.length - 1, Math.floor((rows / most) * (BARS.length - 1)))] ?? ' ';
    bar.fill(mark, first, last + 1);
  }
  return bar.join('');
}

function drawPolicy(
  { from, until }: { readonly from: number; readonly until: number },
  columns: number,
  columnOf: (at: number) => number,
): string {
  const bar = Array.from({ length: columns }, () => ' ');
  bar.fill('-', columnOf(from), columnOf(until - 1) + 1);
  bar[columnOf(from)] = '<';
  bar[columnOf(until - 1)] = '>';
  return bar.join('');
}

interface Scale {
  readonly begin: number;
  readonly end: number;
  readonly now: number;
  readonly columns: number;
  readonly columnOf: (at: number) => number;
}

/** First and last month, and `now` between them. */
function drawScale({ begin, end, now, columns, columnOf }: Scale): string {
  const text = Array.from({ length: columns }, () => ' ');
  const write = (column: number, label: string) => {
    const at = Math.max(0, Math.min(columns - label.length, column));
    text.splice(at, label.length, ...label);
  };
  write(0, toMonth(begin));
  write(columns, toMonth(end - 1));
  const at = columnOf(now);
  if (at > 'yyyy-mm '.length && at < columns - ' now yyyy-mm'.length) write(at, '^now');
  return text.slice(0, columns).join('');
}

function toMonth(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
