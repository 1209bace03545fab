import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** How far a running backup is. */
export interface CopyProgress {
  /** 0 to 1, never less than before. */
  readonly fractionDone: number;
  /** Null while nobody knows how much there is to copy. */
  readonly bytesDone: bigint | null;
  readonly bytesTotal: bigint | null;
}

interface WatchOptions {
  /** `<lock-path>/<stanza>-backup.lock`. */
  readonly lockFile: string;
  readonly totalBytes: Promise<bigint | null>;
  readonly onProgress: (progress: CopyProgress) => void;
}

const TICK_MS = 500;
/** 1 is kept for a set that is finished: until then files can still grow. */
const ALMOST_DONE = 0.99;

/**
 * Reports how far the running backup of a stanza is, twice a second, until `stop`.
 * The lock file counts finished files only, and one file may be a gigabyte: so the read positions of the workers
 * in the files that are open now are added to it.
 */
export function watchCopy({ lockFile, totalBytes, onProgress }: WatchOptions): { stop(): void } {
  let fractionDone = 0;
  let total: bigint | null = null;
  totalBytes.then(
    (bytes) => (total = bytes),
    () => {}, // without a total there are no bytes to show, and the fraction has the grain of a file
  );
  const tick = () => {
    const lock = readLock(lockFile);
    if (lock === null) return;
    const inFlight = total === null || total === 0n ? 0 : Number(readPositions(lock.pid)) / Number(total);
    fractionDone = Math.max(fractionDone, Math.min(lock.fractionDone + inFlight, ALMOST_DONE));
    onProgress({
      fractionDone,
      bytesTotal: total,
      bytesDone: total === null ? null : part(total, fractionDone),
    });
  };
  const timer = setInterval(tick, TICK_MS);
  return { stop: () => clearInterval(timer) };
}

const lockContent = z.object({ pid: z.int().positive(), pctCplt: z.int().min(0).max(10_000).default(0) });

/** True: a backup copies files now. Other commands hold the same lock without counting anything. */
export function isCopying(lockFile: string): boolean {
  try {
    return 'pctCplt' in (JSON.parse(readFileSync(lockFile, 'utf8')) as object);
  } catch {
    return false;
  }
}

/** Null while there is none, or while it is being written. */
function readLock(lockFile: string): { readonly pid: number; readonly fractionDone: number } | null {
  try {
    const { pid, pctCplt } = lockContent.parse(JSON.parse(readFileSync(lockFile, 'utf8')));
    return { pid, fractionDone: pctCplt / 10_000 };
  } catch {
    return null;
  }
}

/** Bytes that the workers of `leader` have read of the files they have open for reading. */
export function readPositions(leader: number): bigint {
  const workers = readText(`/proc/${leader}/task/${leader}/children`).split(' ').filter(Boolean);
  return workers.reduce((sum, pid) => sum + positionsOf(pid), 0n);
}

function positionsOf(pid: string): bigint {
  return listFds(pid).reduce((sum, fd) => {
    const info = readText(`/proc/${pid}/fdinfo/${fd}`);
    const position = /^pos:\s*(\d+)/m.exec(info)?.[1];
    const isReadOnly = /^flags:\s*\d*0$/m.test(info); // the last octal digit is the access mode
    return position !== undefined && isReadOnly && isFile(pid, fd) ? sum + BigInt(position) : sum;
  }, 0n);
}

function listFds(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return []; // it ended meanwhile
  }
}

function isFile(pid: string, fd: string): boolean {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
    return path.startsWith('/') && !path.startsWith('/dev/') && !path.startsWith('/proc/');
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function part(total: bigint, fraction: number): bigint {
  return (total * BigInt(Math.round(fraction * 10_000))) / 10_000n;
}

/** pgBackRest leaves these out (PostgreSQL manual, "Making a Base Backup Using the Low Level API"). */
const LEFT_OUT =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans|pgsql_tmp.*|pg_internal\.init.*|postmaster\.(pid|opts)|.*\.initial-password)$/;

/**
 * Bytes of a data directory that a backup will copy: all of it, or what was written to after `changedSince`.
 * Null when the directory is not on this machine or not ours to read.
 */
export async function estimateCopyBytes(
  directory: string,
  changedSince: Date | null,
): Promise<bigint | null> {
  if (!existsSync(join(directory, 'PG_VERSION'))) return null;
  return sumDirectory(directory, changedSince);
}

async function sumDirectory(directory: string, changedSince: Date | null): Promise<bigint> {
  const entries = await readdir(directory).catch(() => []);
  let sum = 0n;
  for (const name of entries.filter((one) => !LEFT_OUT.test(one))) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => null); // a relation may be dropped under our feet
    if (found?.isDirectory()) sum += await sumDirectory(path, changedSince);
    else if (found && (changedSince === null || found.mtime >= changedSince)) sum += BigInt(found.size);
  }
  return sum;
}
