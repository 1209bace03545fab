import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../../config.ts';
import { parseLsn } from '../archive/segments.ts';
import type { StepContext } from '../../operations/define.ts';
import type { Database } from '../../postgres/pool.ts';
import { loginOf } from '../pgbackrest/backup-role.ts';
import { awaitTarget, openClone, startClone, stopClone, type Clone } from './clone.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import type { Manifest } from '../copy/manifest.ts';
import { listArchive } from '../pgbackrest/pgbackrest.ts';
import { estimateCopyBytes } from '../copy/progress.ts';
import { checkRows, type TableProof } from './proof.ts';
import type { RecoveryState } from '../copy/probe.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import { watchReach } from '../repositories/reach.ts';
import { listRepositories } from '../repositories/repositories.ts';
import { timelineOfSegment } from './archive.ts';
import { readReplayMs } from './server-log.ts';
import { type RestoreTimes, runRestore } from '../pgbackrest/restore-command.ts';
import type { Choice } from './find.ts';
import { describeTarget, type RecoveryTarget, type RestoreTarget } from './target.ts';

/** Where recovery is to stop, and what is to be found there. Plain data: it is kept in a checkpoint. */
export interface RestoreGoal {
  /** Of the set. */
  readonly label: string;
  /** Number of the repository that holds it. */
  readonly repository: number;
  /** What was asked for, for people. */
  readonly target: string;
  readonly recovery: RecoveryTarget;
  readonly lsnStart: string | null;
  /** Null when the rows at the target were not noted. */
  readonly manifest: Manifest | null;
  readonly at: string | null;
  /** Why there will be no proof, or what limits it; null when there is nothing to say. */
  readonly note: string | null;
  readonly login: { readonly user: string; readonly database: string };
  /** All who may log in to the clone. */
  readonly users: readonly string[];
  readonly databaseBytes: number;
  /** Only these are restored; null: all. */
  readonly databases: readonly string[] | null;
}

const ARCHIVE_WAIT_MS = 90_000; // archive_timeout is 60 s by default: then the segment is closed by itself
const ARCHIVE_POLL_MS = 1_000;

/** A place in the log is checked before; the point of a backup's rows may still be on its way to the archive. */
export async function decideGoal(
  choice: Choice,
  target: RestoreTarget,
  context: StepContext,
): Promise<RestoreGoal> {
  const backupLogin = loginOf(readStanzaSettings(choice.stanza).servers[0]);
  const { manifest } = choice;
  const login = manifest === null ? backupLogin : { user: manifest.role, database: manifest.database };
  return {
    label: choice.set.label,
    repository: choice.set.repositoryKey,
    target: describeTarget(target),
    ...(target.kind === 'SET' ? await aimAtRows(choice, context) : aimAtPlace(choice, target)),
    lsnStart: choice.set.lsnStart,
    login,
    users: [...new Set([login.user, backupLogin.user])],
    databaseBytes: Number(choice.set.databaseBytes),
    databases: null,
  };
}

type Aim = Pick<RestoreGoal, 'recovery' | 'manifest' | 'at' | 'note'>;

/** Recovery fails on a point that it can't reach, so that is only used when its segment has reached the archive. */
async function aimAtRows(
  { stanza, set, manifest, recovery, at }: Choice,
  context: StepContext,
): Promise<Aim> {
  const point = manifest?.restorePoint ?? null;
  if (manifest === null || point === null) return { recovery, manifest, at, note: manifest?.note ?? null };
  if (!(await isArchived(stanza, set, point.segment, context))) {
    const note = `segment ${point.segment} with the restore point is not in the archive`;
    return { recovery, manifest: null, at: null, note };
  }
  const timeline = timelineOfSegment(point.segment);
  const named = { type: 'name', target: point.name, isExclusive: false, timeline, lsn: point.lsn } as const;
  return { recovery: named, manifest, at, note: manifest.note };
}

const NOT_NOTED =
  'the rows at this target were not noted, so there is nothing to compare: that it was reached is known';

function aimAtPlace({ recovery, manifest, at }: Choice, target: RestoreTarget): Aim {
  const isNoted = target.kind === 'NAME' && manifest?.restorePoint?.name === target.name;
  return { recovery, manifest: isNoted ? manifest : null, at, note: isNoted ? manifest.note : NOT_NOTED };
}

/** Waits until it is, or until it should have been for long. */
export async function isArchived(
  stanza: StanzaConfig,
  set: Pick<BackupSet, 'archiveId' | 'repositoryKey'>,
  segment: string,
  context: StepContext,
): Promise<boolean> {
  const { signal, processMarks: marks } = context;
  const deadline = performance.now() + ARCHIVE_WAIT_MS;
  const { archiveId, repositoryKey: repository } = set;
  while (archiveId !== null) {
    const archive = { archiveId, repository };
    if ((await listArchive(stanza, archive, { signal, marks })).includes(segment)) return true;
    if (performance.now() > deadline) return false;
    context.progress({ message: `waiting until segment ${segment} is in the archive` });
    await sleep(ARCHIVE_POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return false;
}

const MEASURE_MS = 1_000;

/** Gives how long it took. */
export async function restoreFiles(
  stanza: StanzaConfig,
  destination: string,
  { label, repository, recovery, databaseBytes, databases }: RestoreGoal,
  { signal, processMarks, progress }: StepContext,
): Promise<RestoreTimes> {
  const measuring = measureEvery(destination, databaseBytes, progress);
  const source = listRepositories(stanza).find((one) => one.number === repository) ?? { bucket: null };
  const reach = watchReach(stanza, source);
  try {
    const wanted = { label, repository, destination, recovery, databases };
    const both = AbortSignal.any([signal, reach.signal]);
    const times = await runRestore(stanza, { ...wanted, signal: both, marks: processMarks });
    measuring.stop();
    const bytes = BigInt(databaseBytes);
    progress({ fractionDone: 1, bytesDone: bytes, bytesTotal: bytes });
    return times;
  } finally {
    measuring.stop();
    await reach.stop();
  }
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
  readonly committedAt: string | null;
  readonly recoveryMs: number;
  /** Of these, from the first record of log to the target; null when the server's own words do not tell. */
  readonly replayMs: number | null;
  /** Write-ahead log between the begin of the backup and the target. */
  readonly walBytes: number;
}

/**
 * Does `act` on the clone once it has stopped at its target; starts it when it does not run. Whatever goes wrong,
 * also a cancel, stops it: a server nobody waits for must not stay.
 */
export async function openAtTarget<T>(
  clone: Clone,
  { goal, timeoutMs }: { readonly goal: RestoreGoal; readonly timeoutMs: number },
  context: StepContext,
  act: (db: Database, recovered: Recovered) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    context.assertLease();
    await startClone(clone, goal.users);
    const db = openClone(clone, goal.login);
    try {
      const state = await awaitTarget(clone, db, {
        targetLsn: goal.recovery.lsn,
        timeoutMs,
        signal: context.signal,
        onProgress: (at) => context.progress(toProgress(at)),
      });
      const recoveryMs = performance.now() - startedAt;
      const replayMs = await readReplayMs(clone.options.logFile);
      const { replayedLsn: lsn, committedAt } = state;
      return await act(db, {
        lsn,
        committedAt,
        recoveryMs,
        replayMs,
        walBytes: countBytes(goal.lsnStart, lsn),
      });
    } finally {
      await db.close();
    }
  } catch (error) {
    await stopClone(clone);
    throw error;
  }
}

function countBytes(from: string | null, to: string | null): number {
  return from === null || to === null ? 0 : Number(parseLsn(to) - parseLsn(from));
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
  { manifest }: RestoreGoal,
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
