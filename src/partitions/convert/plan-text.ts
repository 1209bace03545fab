import { titleOf } from '../read.ts';
import type { Span } from '../bounds.ts';
import { OLD_SCHEMA } from './conversion.ts';
import type { ConversionWish } from './judge.ts';
import type { TableShape } from './shape.ts';

/** A lock that it takes, and for how long. */
export interface PlannedLock {
  readonly what: string;
  readonly lock: string;
  readonly on: string;
  /** Nobody can say it of a wait, so: of the work behind the lock. */
  readonly estimatedMs: number;
  readonly whoWaits: string;
}

/** Rows a second with two indexes on two shared cores: bench/partitions. A guess for people, not a promise. */
const ROWS_PER_SECOND = 20_000;

/** What is done, for people. */
export interface PlanText {
  readonly summary: string;
  readonly steps: readonly string[];
  readonly estimatedSeconds: number;
}

/** What is done, in order. */
export function describe(
  shape: TableShape,
  { column, interval, policy }: ConversionWish,
  { rows, spans }: { readonly rows: bigint; readonly spans: readonly Span[] | null },
): PlanText {
  const title = titleOf(shape);
  const days =
    spans === null
      ? ''
      : `, ${spans[0]?.from.toISOString().slice(0, 10)} to ${spans.at(-1)?.to.toISOString().slice(0, 10)}`;
  const keys = shape.foreignKeys.length;
  return {
    summary: `Turn ${title} into ${spans?.length ?? 'some'} partitions of a ${interval.toLowerCase()} by ${column}${days}`,
    steps: [
      'make the new table with its indexes and partitions where nobody sees it',
      'note the key of every change from then on, by a trigger',
      `copy about ${rows} row(s) in order of the key, catching up with changes between`,
      'compare all rows of both tables in one snapshot; later, those that changed meanwhile',
      ...(keys > 0
        ? [`give each partition ${keys} foreign key(s), and validate them while others write`]
        : []),
      `swap both in one transaction, which ends with the last comparison; ${carried(shape)}`,
      `enter the policy: ${policy.retentionMonths} months kept, ${policy.premakeMonths} ahead`,
      `keep the plain table as ${OLD_SCHEMA}.${shape.name} until completePartitionTable drops it`,
    ],
    estimatedSeconds: Math.ceil(Number(rows) / ROWS_PER_SECOND) + 5,
  };
}

function carried(shape: TableShape): string {
  const counts: readonly (readonly [number, string])[] = [
    [shape.indexes.length, 'index(es)'],
    [shape.foreignKeys.length, 'foreign key(s)'],
    [shape.triggers.length, 'trigger(s)'],
    [shape.policies.length, 'policies'],
    [shape.grants.length, 'grant(s)'],
    [shape.sequences.length, 'sequence(s)'],
    [shape.views.length, 'view(s)'],
  ];
  const found = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${found.join(', ') || 'nothing'} come along`;
}

/** Milliseconds of the work as measured on two shared cores; each lock is waited for at most half a second at a time. */
export function listLocks(shape: TableShape, partitions: number): readonly PlannedLock[] {
  const title = titleOf(shape);
  const keys = shape.foreignKeys.length;
  const targets = [...new Set(shape.foreignKeys.map(({ target }) => target))].join(', ');
  return [
    { what: 'add the triggers', lock: 'SHARE ROW EXCLUSIVE', on: title, estimatedMs: 5, whoWaits: 'writers' },
    ...(keys > 0
      ? [
          {
            what: `add a foreign key, ${keys * partitions} times`,
            lock: 'SHARE ROW EXCLUSIVE',
            on: targets,
            estimatedMs: 5,
            whoWaits: 'writers',
          },
        ]
      : []),
    {
      what: 'swap',
      ...{ lock: 'ACCESS EXCLUSIVE', on: title },
      estimatedMs: 60 + (keys + shape.triggers.length) * partitions * 2,
      whoWaits: 'readers and writers',
    },
  ];
}
