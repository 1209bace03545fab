// What /proc says about processes, ours and those that a killed worker left behind. Linux only.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly groupId: number;
}

/** Live processes (zombies count as gone), from /proc. */
export function listProcesses(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readProc(`/proc/${name}/stat`);
      // "pid (comm) state ppid pgrp …": comm may hold spaces and parentheses, so count from the last one.
      const [state, , groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' || state === 'Z' ? [] : [{ pid: Number(name), groupId: Number(groupId) }];
    });
}

/** Value of a variable in the environment of another process of ours; undefined when it has none. */
export function markOf(pid: number, name: string): string | undefined {
  const prefix = `${name}=`;
  return readProc(`/proc/${pid}/environ`)
    .split('\0')
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length);
}

/** Empty when the process is gone or belongs to somebody else. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Boot, pid namespace, pid and start time: names one process of one machine for ever. Null when it has ended. */
export function processIdentity(pid: number = process.pid): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended, its parent just has not looked yet.
  return stat === '' || fields[0] === 'Z' ? null : `${machineIdentity()}/${pid}/${fields[19]}`;
}

/** Same value for two processes exactly when they can see each other's pids. */
export function machineIdentity(): string {
  const bootId = readProc('/proc/sys/kernel/random/boot_id').trim();
  const namespace = readlinkSync('/proc/self/ns/pid');
  return `${bootId}/${namespace}`;
}
