import type { Unit } from './limits.ts';

/** What a metric was within one step. A step without samples has no bucket: a gap is not a zero. */
export interface Bucket {
  /** Its start, a multiple of the step since 1970. */
  readonly at: Date;
  readonly lowest: number;
  readonly mean: number;
  readonly highest: number;
  /** The newest in it. */
  readonly newest: number;
  readonly samples: number;
}

/** A part of the past in buckets, the oldest first. */
export interface AlignedHistory {
  /** Where the first step begins. */
  readonly from: Date;
  /** Not part of it. */
  readonly to: Date;
  /** Wider than was asked for where nothing finer is kept any more. */
  readonly stepSeconds: number;
  readonly buckets: readonly Bucket[];
}

/** The same with what the values are measured in. */
export interface MetricHistory extends AlignedHistory {
  readonly unit: Unit;
}
