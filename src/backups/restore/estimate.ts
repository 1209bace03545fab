import { parseLsn, parseSegmentName, positionOf } from '../archive/segments.ts';
import type { Choice, FindDependencies } from './find.ts';
import { applyRecovery, modelFiles, modelRecovery } from './rates.ts';
import { listMeasured, type MeasuredRestore } from './store.ts';

/** How long until the restored database could be opened. */
export interface RestoreEstimate {
  /** Null when nothing like it was ever measured here: never a guess. */
  readonly seconds: number | null;
  /** What the figure comes from, or why there is none. */
  readonly basis: string;
}

type Wanted = Pick<Choice, 'set' | 'manifest' | 'recovery' | 'segments' | 'segmentBytes'>;

type Sources = Pick<FindDependencies, 'db' | 'listDrilled'>;

/** From what the latest restores and drills of this cluster took, else those of the fleet. */
export async function estimateRestore(
  deps: Sources,
  cluster: string,
  choice: Wanted,
): Promise<RestoreEstimate> {
  const work = { databaseBytes: Number(choice.set.databaseBytes), walBytes: countLog(choice) };
  const own = await listLatest(deps, cluster);
  if (own.length > 0) return toEstimate(own, work, `the latest ${own.length} restores of ${cluster}`);
  const all = await listLatest(deps, null);
  return toEstimate(all, work, `the latest ${all.length} restores of other clusters`);
}

const LATEST = 10;

/** Restores and drills, the newest first. */
export async function listLatest(
  { db, listDrilled }: Sources,
  cluster: string | null,
): Promise<readonly MeasuredRestore[]> {
  const found = await Promise.all([listMeasured(db, cluster), listDrilled?.(cluster) ?? []]);
  return found
    .flat()
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, LATEST);
}

/**
 * Bytes of log between the begin of the set and the place to stop, as `RestoreResult.walBytes` counts them. Of a moment
 * only its segment is known: the whole of it counts.
 */
export function countLog({ set, manifest, recovery, segments, segmentBytes }: Wanted): number {
  const last = parseSegmentName(segments.at(-1) ?? '', segmentBytes);
  const noted = recovery.type === 'immediate' ? (manifest?.restorePoint?.lsn ?? set.lsnStop) : recovery.lsn;
  const whole = last === null ? null : positionOf(last.index + 1, segmentBytes);
  const end = noted === null ? whole : parseLsn(noted);
  if (set.lsnStart === null || end === null) return segments.length * segmentBytes;
  return Math.max(0, Number(end - parseLsn(set.lsnStart)));
}

/** A sum of the phases, each a fixed part and a rate. Pure. */
export function toEstimate(
  measured: readonly MeasuredRestore[],
  { databaseBytes, walBytes }: { readonly databaseBytes: number; readonly walBytes: number },
  whose: string,
): RestoreEstimate {
  const files = modelFiles(measured);
  const recovery = modelRecovery(measured);
  if (files === null || recovery === null)
    return { seconds: null, basis: 'no restore has been measured yet' };
  const filesMs = files.fixedMs + databaseBytes * files.msPerByte;
  const recoveryMs = applyRecovery(recovery, walBytes);
  const known = [
    `${whose}: ${toSeconds(files.fixedMs)} and ${toRate(files.msPerByte)} of files`,
    `${toSeconds(recovery.fixedMs)} until the server replays`,
  ].join(', ');
  if (recoveryMs === null) {
    const basis = `${known}, in all ${toSeconds(filesMs + recovery.fixedMs)}; how fast ${walBytes} bytes of log are replayed was not measured`;
    return { seconds: null, basis };
  }
  const replay = recovery.msPerByte === null ? '' : `, ${toRate(recovery.msPerByte)} of log`;
  return { seconds: (filesMs + recoveryMs) / 1000, basis: `${known}${replay}` };
}

function toSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function toRate(msPerByte: number): string {
  return msPerByte === 0 ? 'no time' : `${Math.round(1000 / msPerByte)} bytes a second`;
}
