/** What a metric was, from whoever keeps that: oldest first, a step without samples is left out. */
export type ReadHistory = (request: {
  readonly cluster: string;
  readonly instance: string;
  readonly metric: string;
  readonly from: Date;
  readonly to: Date;
  /** Null: about 200 steps. */
  readonly stepSeconds: number | null;
}) => Promise<{
  readonly unit: string;
  readonly buckets: readonly { readonly at: Date; readonly mean: number; readonly highest: number }[];
}>;
