import { type ConversionProblem, type ConversionWish, MOST_PARTITIONS } from './judge.ts';
import type { TableShape } from './shape.ts';

/** What the rows hold in the column. */
export interface SeenMoments {
  readonly from: Date | null;
  readonly to: Date | null;
  readonly isInfinite: boolean;
  readonly hasNulls: boolean;
  /** What could not be found out. */
  readonly warnings: readonly string[];
}

const SAFETY = 1.2; // write-ahead log and notes beside the copy

/** What of the rows stops it. */
export function judgeMoments(
  shape: TableShape,
  { column, interval }: ConversionWish,
  { isInfinite, isTooMany, hasNulls: found }: SeenMoments & { readonly isTooMany: boolean },
): readonly ConversionProblem[] {
  return [
    ...(found
      ? [
          {
            check: 'NULLS',
            detail: `rows of ${shape.name} have no ${column}`,
            hint: `UPDATE ${shape.name} SET ${column} = … WHERE ${column} IS NULL;`,
          },
        ]
      : []),
    ...(isInfinite
      ? [
          {
            check: 'MOMENTS',
            detail: `${column} of some rows is infinite`,
            hint: 'Give those rows a moment of the calendar.',
          },
        ]
      : []),
    ...(isTooMany
      ? [
          {
            check: 'MOMENTS',
            detail: `it would have more than ${MOST_PARTITIONS} partitions of a ${interval.toLowerCase()}`,
            hint: 'Take a longer interval, or correct rows of the far past or future.',
          },
        ]
      : []),
  ];
}

/** Whether there is room for a second table. */
export function judgeSpace(bytes: bigint, free: bigint | null): readonly ConversionProblem[] {
  const needed = neededBytes(bytes);
  if (free === null || free >= needed) return [];
  return [
    {
      check: 'DISK',
      detail: `it needs about ${needed} bytes, and ${free} are free`,
      hint: 'Make room first: the plain table stays until it is completed.',
    },
  ];
}

/** What is not known of that. */
export function warnOfSpace(bytes: bigint, free: bigint | null): readonly string[] {
  return free === null
    ? [
        `free disk space is UNKNOWN: we do not see the disk of the primary; it needs about ${neededBytes(bytes)} bytes`,
      ]
    : [];
}

function neededBytes(bytes: bigint): bigint {
  return BigInt(Math.ceil(Number(bytes) * SAFETY));
}
