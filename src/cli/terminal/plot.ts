import { formatFigure } from './format.ts';

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const ROWS = 8;

/** Values over time as a plot of eight lines, with its scale at the left. Null is a gap. */
export function formatPlot(values: readonly (number | null)[], unit: string): string {
  const { low, high } = boundsOf(values);
  const labels = Array.from({ length: ROWS }, (_, row) => {
    const value = high - ((high - low) * row) / (ROWS - 1);
    return row === 0 || row === ROWS - 1 || high !== low ? formatFigure(round(value), unit) : '';
  });
  const width = Math.max(...labels.map(({ length }) => length));
  return labels
    .map(
      (label, row) =>
        `${label.padStart(width)} ┤${values.map((value) => cell(value, { row, low, high })).join('')}`,
    )
    .map((line) => line.trimEnd())
    .join('\n');
}

/** One character of a plot: full below the value, a part of a block where it ends. */
function cell(
  value: number | null,
  { row, low, high }: { readonly row: number; readonly low: number; readonly high: number },
): string {
  if (value === null) return ' ';
  const share = high === low ? 0 : (value - low) / (high - low);
  // At least the lowest block of the lowest line: a value is not a gap.
  const eighths = Math.max(1, Math.round(share * ROWS * BLOCKS.length));
  const within = eighths - (ROWS - 1 - row) * BLOCKS.length;
  if (within <= 0) return ' ';
  return BLOCKS[Math.min(BLOCKS.length, within) - 1] ?? ' ';
}

function boundsOf(values: readonly (number | null)[]): { readonly low: number; readonly high: number } {
  const known = values.filter((value) => value !== null);
  return { low: Math.min(...known), high: Math.max(...known) };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
