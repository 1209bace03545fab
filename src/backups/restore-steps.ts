import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../config.ts';
import type { StepContext } from '../operations/define.ts';
import type { Database } from '../postgres/pool.ts';
import { loginOf } from './backup-role.ts';
import { awaitTarget, openClone, startClone, stopClone, type Clone } from './clone.ts';
import type { BackupSet } from './info.ts';
import type { Manifest } from './manifest.ts';
import { listArchive, runRestore } from './pgbackrest.ts';
import { estimateCopyBytes } from './progress.ts';
import { checkRows, TABLES_SHOWN, type RestoreResult, type TableProof } from './proof.ts';
import type { RecoveryState } from './probe.ts';
import { readStanzaSettings } from './repository.ts';

/** Where recovery is to stop, and what is to be found there. Plain data: it is kept in a checkpoint. */
export interface RestoreTarget {
  readonly restorePoint: { readonly name: string; readonly lsn: string } | null;
  readonly lsnStart: string | null;
  readonly manifest: Manifest | null;
  /** Why there will be no proof although there is a manifest; null when there will. */
  readonly note: string | null;
  readonly login: { readonly user: string; readonly database: string };
  /** All who may log in to the clone. */
  readonly users: readonly string[];
  readonly databaseBytes: number;
}

interface Found {
  readonly stanza: StanzaConfig;
  readonly set: BackupSet;
  readonly manifest: Manifest | null;
}

const ARCHIVE_WAIT_MS = 90_000; // archive_timeout is 60 s by default: then the segment is closed by itself
const ARCHIVE_POLL_MS = 1_000;

/** The restore point is only used when its segment has reached the archive: recovery fails on a target it can't reach. */
export async function chooseTarget(
  { stanza, set, manifest }: Found,
  context: StepContext,
): Promise<RestoreTarget> {
  const point = manifest?.restorePoint ?? null;
  const isReachable = point === null || (await isArchived(stanza, set, point.segment, context));
  const backupLogin = loginOf(readStanzaSettings(stanza).servers[0]);
  const login = manifest === null ? backupLogin : { user: manifest.role, database: manifest.database };
  return {
    restorePoint: isReachable && point !== null ? { name: point.name, lsn: point.lsn } : null,
    lsnStart: set.lsnStart,
    manifest: isReachable ? manifest : null,
    note: isReachable
      ? (manifest?.note ?? null)
      : `segment ${point?.segment} with the restore point is not in the archive`,
    login,
    users: [...new Set([login.user, backupLogin.user])],
    databaseBytes: Number(set.databaseBytes),
  };
}

async function isArchived(
  stanza: StanzaConfig,
  set: BackupSet,
  segment: string,
  context: StepContext,
): Promise<boolean> {
  const { signal, processMarks: marks } = context;
  const deadline = performance.now() + ARCHIVE_WAIT_MS;
  while (set.archiveId !== null) {
    if ((await listArchive(stanza, set.archiveId, { signal, marks })).includes(segment)) return true;
    if (performance.now() > deadline) return false;
    context.progress({ message: `waiting until segment ${segment} is in the archive` });
    await sleep(ARCHIVE_POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return false;
}

const MEASURE_MS = 1_000;

/** Gives the milliseconds it took. */
export async function restoreFiles(
  stanza: StanzaConfig,
  { label, destination }: { readonly label: string; readonly destination: string },
  target: RestoreTarget,
  { signal, processMarks, progress }: StepContext,
): Promise<number> {
  const startedAt = performance.now();
  const measuring = measureEvery(destination, target.databaseBytes, progress);
  try {
    const restorePoint = target.restorePoint?.name ?? null;
    await runRestore(stanza, { label, destination, restorePoint, signal, marks: processMarks });
  } finally {
    measuring.stop();
  }
  const bytes = BigInt(target.databaseBytes);
  progress({ fractionDone: 1, bytesDone: bytes, bytesTotal: bytes });
  return performance.now() - startedAt;
}

/** pgBackRest 2.45 does not say how far a restore is; the size of what is there already does. */
function measureEvery(directory: string, total: number, progress: StepContext['progress']): { stop(): void } {
  let isBusy = false;
  let most = 0;
  const measure = async () => {
    if (isBusy) return;
    isBusy = true;
    const bytes = Number((await estimateCopyBytes(directory, null).catch(() => null)) ?? 0n);
    isBusy = false;
    most = Math.max(most, Math.min(bytes, total));
    const fractionDone = total === 0 ? null : Math.min(most / total, 0.99);
    if (!isStopped) progress({ fractionDone, bytesDone: BigInt(most), bytesTotal: BigInt(total) });
  };
  let isStopped = false;
  const timer = setInterval(() => void measure(), MEASURE_MS);
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

export interface Recovered {
  readonly lsn: string | null;
  readonly recoveryMs: number;
}

/**
 * Does `act` on the clone once it has stopped at its target; starts it when it does not run. Whatever goes wrong,
 * also a cancel, stops it: a server nobody waits for must not stay.
 */
export async function openAtTarget<T>(
  clone: Clone,
  { target, timeoutMs }: { readonly target: RestoreTarget; readonly timeoutMs: number },
  context: StepContext,
  act: (db: Database, recovered: Recovered) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    context.assertLease();
    await startClone(clone, target.users);
    const db = openClone(clone, target.login);
    try {
      const state = await awaitTarget(clone, db, {
        targetLsn: target.restorePoint?.lsn ?? null,
        timeoutMs,
        signal: context.signal,
        onProgress: (at) => context.progress(toProgress(at)),
      });
      return await act(db, { lsn: state.replayedLsn, recoveryMs: performance.now() - startedAt });
    } finally {
      await db.close();
    }
  } catch (error) {
    await stopClone(clone);
    throw error;
  }
}

function toProgress({ isPaused, replayedLsn }: RecoveryState) {
  return { message: isPaused ? `at the target, ${replayedLsn}` : `replayed up to ${replayedLsn}` };
}

export interface RowProof {
  readonly tables: readonly TableProof[];
  readonly proofMs: number;
}

export async function proveRows(
  db: Database,
  { manifest }: RestoreTarget,
  context: StepContext,
): Promise<RowProof> {
  const startedAt = performance.now();
  const total = manifest?.tables.reduce((sum, one) => sum + (one.rowsMax ?? 0), 0) ?? 0;
  const onTable = (rows: number) =>
    context.progress({
      fractionDone: total === 0 ? null : rows / total,
      message: `${rows} of ${total} rows compared`,
    });
  const tables = manifest === null ? [] : await checkRows(db, manifest, { signal: context.signal, onTable });
  return { tables, proofMs: performance.now() - startedAt };
}

interface Outcome {
  readonly wanted: { readonly label: string; readonly destination: string };
  readonly target: RestoreTarget;
  readonly restoreMs: number;
  readonly recovered: Recovered;
  readonly proof: RowProof;
}

export function toResult({ wanted, target, restoreMs, recovered, proof }: Outcome): RestoreResult {
  const failed = proof.tables.filter((one) => !one.ok);
  const sorted = [...failed, ...proof.tables.filter((one) => one.ok)];
  const counted = proof.tables.length;
  const isComparable = target.manifest !== null && counted > 0;
  return {
    destination: wanted.destination,
    label: wanted.label,
    recoveredTo: {
      lsn: recovered.lsn,
      restorePoint: target.restorePoint?.name ?? null,
      at: target.manifest?.takenAt ?? null,
    },
    rtoMs: { restore: restoreMs, recovery: recovered.recoveryMs, proof: proof.proofMs },
    rtoSeconds: (restoreMs + recovered.recoveryMs) / 1000,
    tables: sorted.slice(0, TABLES_SHOWN),
    tablesChecked: counted,
    tablesFailed: failed.length,
    tablesNotCounted: (target.manifest?.tables.length ?? 0) - counted,
    proven: isComparable && failed.length === 0,
    note: isComparable
      ? target.note
      : (target.note ?? 'no rows were noted with this backup, so there is nothing to compare'),
  };
}
