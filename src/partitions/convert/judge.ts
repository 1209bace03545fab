import { addMonths, listSpans, type PartitionInterval, type Span, spanOf } from '../bounds.ts';
import type { KeyType, PartitionPolicy } from '../partition.ts';
import { findKey, keyColumns, type ShapeIndex, type TableShape } from './shape.ts';

/** What somebody wants of a table. */
export interface ConversionWish {
  readonly column: string;
  readonly interval: PartitionInterval;
  readonly policy: PartitionPolicy;
  /** True: unique keys without the column get it appended, and are unique with it only. */
  readonly extendKeys: boolean;
}

/** One thing that keeps a table from being converted. */
export interface ConversionProblem {
  /** `KEY`, `COLUMN`, `NULLS`, `FOREIGN_KEYS`, … */
  readonly check: string;
  readonly detail: string;
  readonly hint: string;
}

export interface Judgement {
  readonly problems: readonly ConversionProblem[];
  readonly warnings: readonly string[];
}

/** More leaves than this make every plan slow; pg_partman's manual and PostgreSQL's (5.12.6) warn of thousands. */
export const MOST_PARTITIONS = 1_000;
const KEY_TYPES: Readonly<Record<string, KeyType>> = {
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  date: 'date',
};

/** Null: nothing can be partitioned by a column of that type here. A precision, as in `timestamp(3)`, changes nothing. */
export function keyTypeOf(shape: TableShape, column: string): KeyType | null {
  const type = shape.columns.find(({ name }) => name === column)?.type ?? '';
  return KEY_TYPES[type.replace(/\(\d\)/, '')] ?? null;
}

/** Everything about the shape of the table that stops it, or that somebody should know before. */
export function judgeShape(shape: TableShape, wish: ConversionWish): Judgement {
  return {
    problems: [
      ...shape.oddities.map((one) =>
        problem('TABLE', `${shape.name} ${one}`, 'Only plain tables that stay can be converted.'),
      ),
      ...judgeColumn(shape, wish),
      ...judgeKeys(shape, wish),
      ...judgeOthers(shape),
    ],
    warnings: warn(shape, wish),
  };
}

function problem(check: string, detail: string, hint: string): ConversionProblem {
  return { check, detail, hint };
}

function judgeColumn(shape: TableShape, { column }: ConversionWish): readonly ConversionProblem[] {
  const found = shape.columns.find(({ name }) => name === column);
  if (!found) {
    const known = shape.columns.filter(({ name }) => keyTypeOf(shape, name) !== null).map(({ name }) => name);
    return [
      problem(
        'COLUMN',
        `${shape.name} has no column ${column}`,
        `Columns of time: ${known.join(', ') || 'none'}.`,
      ),
    ];
  }
  if (keyTypeOf(shape, column) === null)
    return [
      problem(
        'COLUMN',
        `${column} is ${found.type}`,
        'It takes a timestamp with or without time zone, or a date.',
      ),
    ];
  if (found.isGenerated)
    return [
      problem('COLUMN', `${column} is generated`, 'PostgreSQL does not partition by generated columns.'),
    ];
  if (!found.isNullable) return [];
  const hint = `Give it a value everywhere, then: ALTER TABLE ${shape.name} ADD CHECK (${column} IS NOT NULL) NOT VALID, VALIDATE it, and ALTER COLUMN ${column} SET NOT NULL.`;
  return [problem('NULLS', `${column} may be NULL, and such a row belongs to no partition`, hint)];
}

function judgeKeys(shape: TableShape, { column, extendKeys }: ConversionWish): readonly ConversionProblem[] {
  if (findKey(shape) === null)
    return [
      problem(
        'KEY',
        `${shape.name} has no primary key, and no unique index on columns that are never NULL`,
        'Changes are followed by it: add one, e.g. an identity column as primary key.',
      ),
    ];
  const odd = shape.indexes.filter(({ isExclusion }) => isExclusion);
  const weak = listWeakKeys(shape, column);
  return [
    ...odd.map(({ name }) =>
      problem(
        'KEY',
        `${name} is an exclusion constraint`,
        'Partitioned tables cannot have one: drop it first.',
      ),
    ),
    ...(weak.length > 0 && !extendKeys
      ? [
          problem(
            'KEY',
            `${weak.map(({ name }) => name).join(', ')} would be unique only together with ${column}`,
            'With extendKeys (--extend-keys) the column is appended; the database then allows the same key at two moments.',
          ),
        ]
      : []),
  ];
}

/** Unique keys that lack the column, which every unique key of a partitioned table must have. */
export function listWeakKeys(shape: TableShape, column: string): readonly ShapeIndex[] {
  return shape.indexes.filter(
    ({ isUnique, isExclusion, columns }) => isUnique && !isExclusion && !columns.includes(column),
  );
}

function judgeOthers(shape: TableShape): readonly ConversionProblem[] {
  const { referencedBy, oddChecks, triggers, publications, dependents, foreignKeys } = shape;
  const impossible = triggers.filter(({ isImpossible }) => isImpossible).map(({ name }) => name);
  const invalid = foreignKeys.filter(({ isValid }) => !isValid).map(({ name }) => name);
  const stop = (check: string, found: readonly string[], detail: string, hint: string) =>
    found.length === 0 ? [] : [problem(check, `${detail}: ${found.join(', ')}`, hint)];
  return [
    ...stop(
      'FOREIGN_KEYS',
      referencedBy,
      'foreign keys point at it',
      'They need a key without the column of time: drop them first.',
    ),
    ...stop(
      'FOREIGN_KEYS',
      invalid,
      'foreign keys are not validated',
      'ALTER TABLE … VALIDATE CONSTRAINT each of them first.',
    ),
    ...stop('CHECKS', oddChecks, 'checks are not validated, or NO INHERIT', 'Validate them, or drop them.'),
    ...stop(
      'TRIGGERS',
      impossible,
      'triggers for each row have transition tables',
      'Partitioned tables cannot have them: rewrite them for each statement.',
    ),
    ...stop(
      'PUBLICATIONS',
      publications,
      'it is published',
      'Subscribers would have to copy it again: take it out of the publication first.',
    ),
    ...stop(
      'DEPENDENTS',
      dependents,
      'others would stay with the plain table',
      'Drop them, and make them again afterwards.',
    ),
  ];
}

function warn(shape: TableShape, { column, extendKeys, interval }: ConversionWish): readonly string[] {
  const weak = extendKeys ? listWeakKeys(shape, column).map(({ name }) => name) : [];
  const invalid = shape.indexes.filter(({ isValid }) => !isValid).map(({ name }) => name);
  const list = (found: readonly string[], text: string) =>
    found.length === 0 ? [] : [`${text}: ${found.join(', ')}`];
  return [
    ...list(weak, `unique only together with ${column} from then on`),
    ...list(invalid, 'invalid indexes, which are not made again'),
    ...list(
      shape.options,
      'storage parameters, which partitioned tables cannot have and which are not carried over',
    ),
    ...list(shape.statistics, 'extended statistics, which are not carried over'),
    ...(shape.tablespace === null
      ? []
      : [`partitions go to the default tablespace, not to ${shape.tablespace}`]),
    ...(interval === 'MONTH' || interval === 'DAY'
      ? []
      : [`partitions are of a ${interval.toLowerCase()}; policies count in months`]),
    'functions whose text names the table find the new one by its name',
    'a row whose moment lies before the first or behind the last partition is refused from then on',
  ];
}

/** The partitions that hold all rows from `from` to `to`, and those that the policy wants ahead. */
export function chooseSpans(
  { interval, policy }: ConversionWish,
  { from, to, now }: { readonly from: Date | null; readonly to: Date | null; readonly now: Date },
): readonly Span[] | null {
  const ahead = addMonths(spanOf('MONTH', now).from, policy.premakeMonths + 1);
  const first = from !== null && from < now ? from : now;
  const until = to !== null && to >= ahead ? new Date(to.getTime() + 1) : ahead;
  // A year has 367 days at most with its ends; so nobody lists the seconds of an eternity.
  const days = { DAY: 1, WEEK: 7, MONTH: 28, QUARTER: 90, YEAR: 365 }[interval];
  if ((until.getTime() - first.getTime()) / 86_400_000 / days > 1.2 * MOST_PARTITIONS) return null;
  const spans = listSpans(interval, first, until);
  return spans.length > MOST_PARTITIONS ? null : spans;
}

/** Columns by which a row of the new table is found: those of the key, and the one of time. */
export function rowKey(shape: TableShape, column: string): readonly string[] {
  const key = findKey(shape);
  if (key === null) throw new Error(`${shape.name} has no key`);
  return keyColumns(key, column);
}
