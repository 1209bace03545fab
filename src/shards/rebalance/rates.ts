/** How fast moves are. */
export interface MoveRates {
  readonly rowsPerSecond: number;
  /** Looking ahead, making slots, comparing and switching, however small the organization is. */
  readonly fixedSeconds: number;
  readonly pauseMs: number;
  /** Where the numbers come from, for people. */
  readonly basis: string;
}

/** Rates of the first measurements (two shared cores, five moves of 600,000 rows); used until there are moves to look at. */
export const FIRST_RATES: MoveRates = {
  rowsPerSecond: 60_000,
  fixedSeconds: 10,
  pauseMs: 60,
  basis: 'measurements before the release: no move has been made here yet',
};

/** What a move of that size would take. */
export function estimateMove(
  { rows }: { readonly bytes: number; readonly rows: number },
  { rowsPerSecond, fixedSeconds, pauseMs }: MoveRates,
): { readonly estimatedSeconds: number; readonly estimatedPauseMs: number } {
  return { estimatedSeconds: Math.ceil(fixedSeconds + rows / rowsPerSecond), estimatedPauseMs: pauseMs };
}
