import { InvalidInputError } from '../../errors.ts';
import type { AlignedHistory } from '../../metric-history.ts';

/** Values of one scrape; null where nothing was known. */
export interface Sample {
  readonly cluster: string;
  /** Null: of the whole cluster. */
  readonly instance: string | null;
  readonly at: Date;
  readonly values: ReadonlyMap<string, number | null>;
}

export interface HistoryQuery {
  readonly cluster: string;
  readonly instance: string | null;
  readonly metric: string;
  /** From `from` up to, and without, `to`. */
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
}

export type HistoryAnswer = Pick<AlignedHistory, 'stepSeconds' | 'buckets'>;

/**
 * Keeps samples and gives them back in steps. Behind it stands the control database, or ClickHouse where one is
 * configured for it; nobody else knows which.
 */
export interface SampleArchive {
  record(sample: Sample): Promise<void>;
  /** Oldest bucket first. */
  read(query: HistoryQuery): Promise<HistoryAnswer>;
  /** Rolls up what is complete, and forgets what is too old. Twice at once is safe. */
  maintain(): Promise<void>;
}

export const MOST_BUCKETS = 2_000;
const AUTOMATIC_BUCKETS = 200;
const LONGEST_STEP_SECONDS = 31 * 86_400;
const NICE_STEPS = [
  10,
  30,
  60,
  300,
  900,
  1_800,
  3_600,
  10_800,
  21_600,
  43_200,
  86_400,
  604_800,
  LONGEST_STEP_SECONDS,
];

/**
 * The step in seconds: as asked for, or the smallest round one that gives about 200 buckets.
 *
 * @throws {InvalidInputError} when the range is empty, or would have too many buckets.
 */
export function chooseStep(from: Date, to: Date, asked: number | null): number {
  const seconds = (to.getTime() - from.getTime()) / 1_000;
  if (!(seconds > 0)) throw new InvalidInputError(['range', 'to'], 'it must lie after `from`');
  const step = asked ?? NICE_STEPS.find((one) => seconds / one <= AUTOMATIC_BUCKETS) ?? LONGEST_STEP_SECONDS;
  if (seconds / step > MOST_BUCKETS)
    throw new InvalidInputError(
      ['step'],
      `${Math.ceil(seconds / step)} buckets are more than ${MOST_BUCKETS}`,
      `Take a step of at least ${Math.ceil(seconds / MOST_BUCKETS)} seconds, or a shorter range.`,
    );
  return step;
}

/**
 * What was kept of a metric, in steps of `stepSeconds`; null: about 200 of them.
 *
 * @throws {InvalidInputError} when the range is empty, or would have too many buckets.
 */
export async function readAligned(
  archive: SampleArchive,
  {
    stepSeconds: asked,
    ...query
  }: Omit<HistoryQuery, 'stepSeconds'> & { readonly stepSeconds: number | null },
): Promise<AlignedHistory> {
  const { from, to } = query;
  const stepSeconds = chooseStep(from, to, asked);
  // The first bucket begins where its step does, or it would hold only a part of it.
  const aligned = new Date(Math.floor(from.getTime() / 1_000 / stepSeconds) * stepSeconds * 1_000);
  const answer = await archive.read({ ...query, from: aligned, stepSeconds });
  return { ...answer, from: aligned, to };
}
