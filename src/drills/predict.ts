/** How long files of a size take, by what this fleet has restored, one more restore counted in. */
export interface FilesPrediction {
  readonly ms: number;
  /** Of it, what does not grow with the size. */
  readonly fixedMs: number;
  /** Earlier restores that it comes from. */
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
  /** Asked for files of `liveBytes`. */
  readonly predictFiles: (liveBytes: number) => FilesPrediction;
}

/**
 * How long the live cluster as it is now would be away: its files as restores of this fleet predict them, and a
 * recovery like this one. What the drill measured itself counts as one more restore. Pure.
 */
export function predictRto(measured: Measured): Prediction {
  const { liveBytes, databaseBytes, restoreMs, recoveryMs, predictFiles } = measured;
  if (liveBytes === null) return { seconds: null, basis: 'the size of the live cluster could not be read' };
  if (restoreMs <= 0 || databaseBytes <= 0) return { seconds: null, basis: 'no files were restored' };
  const { ms, fixedMs, restores } = predictFiles(Number(liveBytes));
  const whose = restores === 0 ? 'this drill' : `this drill and ${restores} earlier restores`;
  const rate = Math.round((Number(liveBytes) * 1000) / Math.max(1, ms - fixedMs));
  return {
    seconds: (ms + recoveryMs) / 1000,
    basis: `${whose}: ${toSeconds(fixedMs)} and ${rate} bytes a second of files; the live cluster has ${liveBytes} bytes, and recovery took ${toSeconds(recoveryMs)}`,
  };
}

function toSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
