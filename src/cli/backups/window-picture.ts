/** A backup on the picture. */
export interface PicturedSet {
  readonly at: number;
  readonly mark: 'F' | 'D' | 'I';
}

/** Times in milliseconds. */
export interface PictureInput {
  readonly sets: readonly PicturedSet[];
  readonly windows: readonly { readonly from: number; readonly to: number }[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly now: number;
  /** Columns that the picture may take. */
  readonly width: number;
}

const LABEL_COLUMNS = 9;
const LEAST_COLUMNS = 30;

/**
 * A time line of equal steps: backups, what the write-ahead log covers, and the hours below. A gap always has a column
 * of its own, however short it is: what can't be seen here is not there.
 */
export function drawWindows(input: PictureInput): readonly string[] {
  const { sets, windows, gaps, now } = input;
  const begin = Math.min(now, ...sets.map(({ at }) => at), ...windows.map(({ from }) => from));
  const columns = Math.max(LEAST_COLUMNS, input.width - LABEL_COLUMNS);
  const span = Math.max(1_000, now - begin);
  const columnOf = (at: number) =>
    Math.min(columns - 1, Math.max(0, Math.floor(((at - begin) / span) * (columns - 1))));
  const bar = Array.from({ length: columns }, () => '.');
  const fill = (from: number, to: number, mark: string) => bar.fill(mark, columnOf(from), columnOf(to) + 1);
  for (const { from, to } of windows) fill(from, Math.min(to, now), '=');
  for (const { from, to } of gaps) fill(from, Math.min(to, now), 'x');
  bar[columns - 1] = '|';
  return [
    line('backups', drawSets(sets, columns, columnOf)),
    line('log', bar.join('')),
    line('', drawScale({ begin, now, columns })),
  ];
}

function line(label: string, content: string): string {
  return `${label.padEnd(LABEL_COLUMNS)}${content}`.trimEnd();
}

/** Of several in one column the largest is shown, and `+` where nothing tells how many stand there. */
function drawSets(sets: readonly PicturedSet[], columns: number, columnOf: (at: number) => number): string {
  const marks = Array.from({ length: columns }, () => ' ');
  const rank = ' IDF';
  for (const { at, mark } of sets) {
    const column = columnOf(at);
    if (rank.indexOf(mark) > rank.indexOf(marks[column] ?? ' ')) marks[column] = mark;
  }
  return marks.join('');
}

interface Scale {
  readonly begin: number;
  readonly now: number;
  readonly columns: number;
}

/** The first and the last moment, and as many between them as there is room for. */
function drawScale({ begin, now, columns }: Scale): string {
  const format = pickFormat(now - begin);
  const text = Array.from({ length: columns }, () => ' ');
  const width = format(new Date(begin)).length;
  const count = Math.max(1, Math.floor((columns - 4) / (width + 6)));
  const write = (column: number, label: string) => text.splice(column, label.length, ...label);
  for (let position = 0; position < count; position += 1) {
    const column = Math.floor((position * (columns - 4)) / count);
    write(column, format(new Date(begin + ((now - begin) * column) / (columns - 1))));
  }
  write(columns - 'now'.length, 'now');
  return text.slice(0, columns).join('');
}

/** The date where days pass, seconds where only minutes do; UTC, as everywhere. */
function pickFormat(spanMs: number): (at: Date) => string {
  const iso = (at: Date) => at.toISOString().replace('T', ' ');
  if (spanMs > 3 * 86_400_000) return (at) => iso(at).slice(0, 10);
  if (spanMs > 3 * 3_600_000) return (at) => iso(at).slice(5, 16);
  return (at) => iso(at).slice(11, 19);
}
