/** What a metric was, from whoever keeps that: oldest first, a step without samples is left out. */
export type ReadHistory = (request: HistoryRequest) => Promise<MetricPast>;

export interface HistoryRequest {
  readonly cluster: string;
  readonly instance: string;
  readonly metric: string;
  readonly from: Date;
  readonly to: Date;
  /** Null: about 200 steps. */
  readonly stepSeconds: number | null;
}

export interface MetricPast {
  /** Empty where nothing is known. */
  readonly unit: string;
  readonly buckets: readonly { readonly at: Date; readonly mean: number; readonly highest: number }[];
  /** Why nothing can be known now; null when the history was read. */
  readonly reason: string | null;
}

/**
 * Several metrics, in their order. The first is read alone: where the history does not answer nobody waits for a
 * time-out of each.
 */
export async function readPasts(
  read: ReadHistory,
  [first, ...rest]: readonly HistoryRequest[],
): Promise<readonly MetricPast[]> {
  if (first === undefined) return [];
  const past = await read(first);
  const others = past.reason === null ? Promise.all(rest.map(read)) : rest.map(() => past);
  return [past, ...(await others)];
}
