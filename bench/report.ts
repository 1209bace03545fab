import { cpus, totalmem } from 'node:os';

/** What a benchmark gives: for people, and the same for programs. */
export interface Report {
  readonly text: string;
  readonly json: object;
}

/** Several measurements of one thing. */
export interface Sample {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly values: readonly number[];
}

export function toSample(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lowest: sorted[0] ?? NaN,
    highest: sorted.at(-1) ?? NaN,
    values,
  };
}

/** Linear between the two nearest; `sorted` ascending. */
export function quantile(sorted: readonly number[], fraction: number): number {
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Ratio of pairs that were measured one after the other: what else the machine did then hits both. */
export function ratiosOf(ours: readonly number[], theirs: readonly number[]): Sample {
  return toSample(ours.map((one, index) => one / (theirs[index] ?? NaN)));
}

/** `median (lowest–highest)` with `digits` behind the point. */
export function formatSample({ median, lowest, highest }: Sample, digits: number): string {
  const format = (value: number) =>
    value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format(median)} (${format(lowest)}–${format(highest)})`;
}

/** Columns as wide as they need to be; the first one is text, the others are numbers. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** The machine a number was seen on. */
export function describeMachine(): {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
} {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
}

/** The machine and the versions of what ran on it, for the head of a report: in words, and for its JSON. */
export function describeRun(versions: Readonly<Record<string, string>>): {
  readonly facts: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly versions: Readonly<Record<string, string>>;
} {
  const machine = describeMachine();
  const all = { node: process.versions.node, ...versions };
  const facts = `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB; ${Object.entries(all).flat().join(' ')}`;
  return { facts, machine, versions: all };
}

/** What goes on; never on standard output, where only results belong. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
