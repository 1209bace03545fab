import { readFile, readlink, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** What keeps a machine busy, counted since it started, in ticks of all processors together. */
export interface HostFigures {
  readonly totalTicks: number;
  readonly idleTicks: number;
  readonly waitTicks: number;
  readonly memoryBytes: number;
  /** What programs could still get, caches included. */
  readonly availableBytes: number;
}

export interface DiskFigures {
  readonly sizeBytes: number;
  /** What is free for others than root. */
  readonly freeBytes: number;
}

interface Unseen {
  readonly reason: string;
  readonly hint: string | null;
}

/** The machine of an instance; each part as it could be read. */
export interface HostLook {
  readonly load: HostFigures | Unseen;
  readonly disk: DiskFigures | Unseen;
  /** True: the program on the disk is not the one that runs. */
  readonly isReplaced: boolean | Unseen;
}

/** Pure: /proc/stat and /proc/meminfo, as proc(5) has them. */
export function parseHost(stat: string, meminfo: string): HostFigures {
  const ticks = (/^cpu\s+(.*)$/m.exec(stat)?.[1] ?? '').trim().split(/\s+/).slice(0, 8).map(Number);
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1]);
  const [, , , idleTicks = NaN, waitTicks = NaN] = ticks;
  return {
    totalTicks: ticks.reduce((sum, one) => sum + one, 0), // user time holds that of guests
    idleTicks,
    waitTicks,
    memoryBytes: kilobytes('MemTotal') * 1024,
    availableBytes: kilobytes('MemAvailable') * 1024,
  };
}

/** An instance behind a socket or on loopback whose data directory is here runs on our own machine. */
export async function isHere(host: string, dataDirectory: string | null): Promise<boolean> {
  const isNear = host.startsWith('/') || ['127.0.0.1', '::1', 'localhost'].includes(host);
  if (!isNear || dataDirectory === null) return false;
  return statfs(dataDirectory).then(
    () => true,
    () => false,
  );
}

export async function readOwnHost(): Promise<HostFigures> {
  const [stat, meminfo] = await Promise.all(
    ['/proc/stat', '/proc/meminfo'].map((one) => readFile(one, 'utf8')),
  );
  return parseHost(stat ?? '', meminfo ?? '');
}

export async function readOwnDisk(dataDirectory: string): Promise<DiskFigures> {
  const { bsize, blocks, bavail, bfree } = await statfs(dataDirectory);
  // As df does: what is reserved for root is neither used nor free.
  return { sizeBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize };
}

/** An upgrade removes the program that runs: the kernel then says so in the name of its file. */
export async function isProgramReplaced(dataDirectory: string): Promise<boolean | Unseen> {
  try {
    const pid = Number((await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    return (await readlink(`/proc/${pid}/exe`)).endsWith(' (deleted)');
  } catch {
    return { reason: 'we run as another user than the instance, and may not see its program', hint: null };
  }
}
