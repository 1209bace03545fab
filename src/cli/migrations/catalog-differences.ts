import type { CatalogChange, CatalogDifferencePartsFragment } from '../generated/graphql.ts';
import { wrapText } from '../terminal/paragraphs.ts';
import type { Colour, Terminal } from '../terminal/terminal.ts';

const COLOURS: Record<CatalogChange, Colour> = { ADDED: 'green', REMOVED: 'red', CHANGED: 'yellow' };
/** A function's body may have hundreds of lines; `--json` has all. */
const MOST_LINES = 16;

/** Each object with its kind and how it differs, then what is gone and what is new, like a diff. */
export function formatDifferences(
  differences: readonly CatalogDifferencePartsFragment[],
  { paint }: Pick<Terminal, 'paint'>,
  width: number,
): string {
  return differences
    .map(({ kind, object, change, expected, found }) => {
      const { gone, came, isPart } = compareLines(toLines(expected), toLines(found));
      const part = isPart ? [paint('dim', '  …')] : [];
      return [
        `${paint(COLOURS[change], change.padEnd(7))}  ${kind}  ${paint('bold', object)}`,
        ...part,
        ...side(gone, '-', width).map((one) => paint('red', one)),
        ...side(came, '+', width).map((one) => paint('green', one)),
        ...part,
      ].join('\n');
    })
    .join('\n\n');
}

function toLines(text: string | null): readonly string[] {
  return text === null ? [] : text.trimEnd().split('\n');
}

/** Without the lines that both begin and end with. */
function compareLines(expected: readonly string[], found: readonly string[]) {
  const shortest = Math.min(expected.length, found.length);
  let head = 0;
  while (head < shortest && expected[head] === found[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && expected.at(-1 - tail) === found.at(-1 - tail)) tail += 1;
  return {
    gone: expected.slice(head, expected.length - tail),
    came: found.slice(head, found.length - tail),
    isPart: head + tail > 0,
  };
}

function side(lines: readonly string[], sign: string, width: number): readonly string[] {
  const shown = lines.slice(0, MOST_LINES).flatMap((line) => breakLine(line, width - 4));
  const more = lines.length - MOST_LINES;
  return [
    ...shown.map((one) => `  ${sign} ${one}`),
    ...(more > 0 ? [`  ${sign} … ${more} more lines (--json has all)`] : []),
  ];
}

/** A line that fits stays as it is: its indentation is part of what differs. */
function breakLine(line: string, width: number): readonly string[] {
  return line.length <= width ? [line] : wrapText(line, width);
}
