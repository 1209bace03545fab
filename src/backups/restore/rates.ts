import { fitLine } from '../../straight-line.ts';
import type { MeasuredRestore } from './store.ts';

/** What a phase takes: a part that is always there, and a part for each byte. */
export interface PhaseModel {
  readonly fixedMs: number;
  /** Null: it was never seen with enough bytes to tell. */
  readonly msPerByte: number | null;
}

/** Sizes have to differ by so much before a line through them says more about the rate than noise does. */
const MIN_SPREAD = 1.5;
/** A line counts when its slope is known to within this part of itself. */
const MOST_ERROR = 0.5;
/** A segment: with less log than that the replay is lost in the start of the server. */
const MIN_LOG_BYTES = 16 * 1024 * 1024;
/** A backup spans a few segments that were closed early and are mostly empty: nothing worth being unknown for. */
const FEW_LOG_BYTES = 8 * MIN_LOG_BYTES;

/**
 * The files of a restore. With three measurements of different sizes it is the straight line of least squares through
 * them. Before that the fixed part is what each restore has told of itself (`RestoreTimes.fixedMs`), and the rest grows
 * with the bytes. Null when nothing was measured. Pure.
 */
export function modelFiles(
  measured: readonly Pick<MeasuredRestore, 'databaseBytes' | 'restoreMs' | 'fixedMs'>[],
): { readonly fixedMs: number; readonly msPerByte: number } | null {
  if (measured.length === 0) return null;
  const line = fitSizes(measured);
  if (line !== null) return line;
  const fixedMs = meanOf(measured.map((one) => Math.min(one.fixedMs, one.restoreMs)));
  const bytes = sumOf(measured.map((one) => one.databaseBytes));
  const ms = sumOf(measured.map((one) => Math.max(0, one.restoreMs - one.fixedMs)));
  return { fixedMs, msPerByte: ms / bytes };
}

function fitSizes(measured: readonly Pick<MeasuredRestore, 'databaseBytes' | 'restoreMs'>[]) {
  const sizes = measured.map((one) => one.databaseBytes);
  const largest = Math.max(...sizes);
  if (largest < MIN_SPREAD * Math.min(...sizes)) return null;
  const fit = fitLine(measured.map((one) => ({ day: one.databaseBytes, value: one.restoreMs })));
  if (fit === null || fit.perDay <= 0 || fit.perDayError > MOST_ERROR * fit.perDay) return null;
  const fixedMs = fit.newest - fit.perDay * largest;
  return fixedMs < 0 ? null : { fixedMs, msPerByte: fit.perDay };
}

/**
 * From the start of the server until it stands at its target. The server's own log parts the replay from the rest,
 * which is the start, its configuration and the fetching of the first segment. Null when nothing was measured. Pure.
 */
export function modelRecovery(
  measured: readonly Pick<MeasuredRestore, 'recoveryMs' | 'replayMs' | 'walBytes'>[],
): PhaseModel | null {
  if (measured.length === 0) return null;
  const long = measured.filter((one) => one.walBytes >= MIN_LOG_BYTES && one.replayMs !== null);
  const short = measured.filter((one) => one.walBytes < MIN_LOG_BYTES);
  const fixed = [
    ...short.map((one) => one.recoveryMs),
    ...long.map((one) => Math.max(0, one.recoveryMs - (one.replayMs ?? 0))),
  ];
  if (fixed.length === 0) return null;
  const bytes = sumOf(long.map((one) => one.walBytes));
  const ms = sumOf(long.map((one) => one.replayMs ?? 0));
  return { fixedMs: meanOf(fixed), msPerByte: bytes === 0 ? null : ms / bytes };
}

/** Null: there is more log than was ever measured here, so nobody knows. Pure. */
export function applyRecovery({ fixedMs, msPerByte }: PhaseModel, walBytes: number): number | null {
  if (walBytes < MIN_LOG_BYTES) return fixedMs;
  if (msPerByte !== null) return fixedMs + walBytes * msPerByte;
  return walBytes < FEW_LOG_BYTES ? fixedMs : null;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}
