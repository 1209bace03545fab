/** How fast files were restored lately; null where nothing was measured. */
export interface MeasuredRates {
  readonly bytesASecond: number | null;
  readonly restores: number;
}

export interface Prediction {
  /** Null when it can't be told. */
  readonly seconds: number | null;
  /** What it comes from, or why there is none. */
  readonly basis: string;
}

interface Measured {
  readonly liveBytes: bigint | null;
  readonly databaseBytes: number;
  readonly restoreMs: number;
  readonly recoveryMs: number;
  /** Of the fleet's restores and drills before this one. */
  readonly rates: MeasuredRates;
}

/**
 * How long the live cluster as it is now would be away: its files at the rate of this fleet, and a recovery like this
 * one. What the drill measured itself counts as one more restore. Pure.
 */
export function predictRto({ liveBytes, databaseBytes, restoreMs, recoveryMs, rates }: Measured): Prediction {
  if (liveBytes === null) return { seconds: null, basis: 'the size of the live cluster could not be read' };
  if (restoreMs <= 0 || databaseBytes <= 0) return { seconds: null, basis: 'no files were restored' };
  const own = (databaseBytes * 1000) / restoreMs;
  const { restores, bytesASecond } = rates;
  const rate = bytesASecond === null ? own : (own + bytesASecond * restores) / (restores + 1);
  const whose = restores === 0 ? 'this drill' : `this drill and ${restores} earlier restores`;
  return {
    seconds: Number(liveBytes) / rate + recoveryMs / 1000,
    basis: `${whose}: ${Math.round(rate)} bytes of files a second; the live cluster has ${liveBytes} bytes, and recovery took ${(recoveryMs / 1000).toFixed(1)} s`,
  };
}
