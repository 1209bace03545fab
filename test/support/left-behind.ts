import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Command lines of the live children of this process. */
export function listChildren(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isOurs = Number(parent) === process.pid && state !== 'Z';
      return isOurs ? [read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()] : [];
    });
}

export interface OpenSocket {
  readonly inode: string;
  readonly description: string;
}

/**
 * Every socket that this process holds, whether or not it keeps the event loop alive: a pool lets go of its idle
 * connections (`unref`), so Node's own lists of active resources do not show them.
 */
export function listSockets(): readonly OpenSocket[] {
  const inodes = readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = readLink(`/proc/self/fd/${fd}`);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
  if (inodes.length === 0) return [];
  const tcp = ['tcp', 'tcp6'].flatMap((kind) => read(`/proc/self/net/${kind}`).split('\n').slice(1));
  return inodes.map((inode) => {
    const [, local = '', remote = '', state] =
      tcp.map((line) => line.trim().split(/\s+/)).find((fields) => fields[9] === inode) ?? [];
    if (local === '') return { inode, description: 'a Unix socket: PostgreSQL, or a pipe to a child' };
    const isListener = state === '0A';
    const port = portOf(isListener ? local : remote);
    return { inode, description: isListener ? `a listener on port ${port}` : `a connection to port ${port}` };
  });
}

/** `fetch` keeps its connections for some seconds in case that another request follows; nobody can close them else. */
export async function closeIdleFetches(): Promise<void> {
  const name = Symbol.for('undici.globalDispatcher.1');
  await (globalThis as { readonly [name]?: { destroy(): Promise<void> } })[name]?.destroy();
}

/** `0100007F:1F90` */
function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended in the meantime
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
