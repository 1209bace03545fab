import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { ReadStream, WriteStream } from 'node:tty';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan';

/** Where the CLI reads and writes. Results go to stdout; progress, questions and errors to stderr. */
export interface Terminal {
  readonly input: NodeJS.ReadStream | ReadStream;
  readonly output: NodeJS.WriteStream | WriteStream;
  readonly notes: NodeJS.WriteStream | WriteStream;
  /** A line, or several, of the result. */
  print(text: string): void;
  /** A line for the person who waits. */
  note(text: string): void;
  /** Coloured when the result goes to a terminal and NO_COLOR is not set. */
  paint(colour: Colour, text: string): string;
  /** The same for notes. */
  paintNote(colour: Colour, text: string): string;
}

export function createTerminal(
  streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'> = process,
): Terminal {
  const { stdin: input, stdout: output, stderr: notes } = streams;
  return {
    input,
    output,
    notes,
    print: (text) => void output.write(`${text}\n`),
    note: (text) => void notes.write(`${text}\n`),
    paint: (colour, text) => styleText(colour, text, { stream: output }),
    paintNote: (colour, text) => styleText(colour, text, { stream: notes }),
  };
}

/** A title, aligned to the left where nothing else is said. */
export type Column = string | { readonly title: string; readonly align?: 'left' | 'right' };

/** A column of figures. */
export const right = (title: string): Column => ({ title, align: 'right' });

const NO_LINES = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

/** Aligned columns under upper-case titles, without lines: it can be read, copied and cut. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map((one) => (typeof one === 'string' ? one : one.title).toUpperCase()),
    colAligns: columns.map((one) => (typeof one === 'string' ? undefined : one.align) ?? 'left'),
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return trimLines(table.toString());
}

/** Labels and values, one line each. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
