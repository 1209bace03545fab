import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks of /proc in a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const STOP_GRACE_MS = 15_000;

/** User and system time that all threads of a process have had, in seconds. */
export function cpuSeconds(pid: number): number {
  const { own } = readTimes(pid);
  return own / TICKS_PER_SECOND;
}

/** The same of a process with everything it has started, also of what has ended by now. */
export function treeCpuSeconds(root: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), ...readTimes(Number(name)) }));
  const ticksOf = (pid: number): number => {
    const children = processes.filter((one) => one.parent === pid);
    const { own, ended } = processes.find((one) => one.pid === pid) ?? { own: 0, ended: 0 };
    return children.reduce((sum, child) => sum + ticksOf(child.pid), own + ended);
  };
  return ticksOf(root) / TICKS_PER_SECOND;
}

/** What children that have ended, and theirs, have had: in seconds. */
export function endedChildrenCpuSeconds(): number {
  return readTimes(process.pid).ended / TICKS_PER_SECOND;
}

/** In ticks; zeros for a process that is gone. */
function readTimes(pid: number): { readonly parent: number; readonly own: number; readonly ended: number } {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return { parent: 0, own: 0, ended: 0 };
  }
  // "pid (comm) state ppid …": comm may hold spaces, so count from the last parenthesis.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
    (n) => fields[n],
  );
  return { parent, own: user + system, ended: endedUser + endedSystem };
}

/** A Node program with our own Node, its output in `logFile`. It does not outlive us. */
export function startNode(
  args: readonly string[],
  { env, logFile }: { readonly env: Readonly<Record<string, string>>; readonly logFile: string },
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return endWithUs(child);
}

/** A program that we talk with by messages. */
export function startWorker(file: string): ChildProcess {
  return endWithUs(fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
}

/** SIGTERM, and SIGKILL when that does not help. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** What `look` gives as soon as it gives something. @throws when `child` ends first, or after `timeoutMs`. */
export async function waitUntil<Value>(
  child: ChildProcess,
  { logFile, timeoutMs }: { readonly logFile: string; readonly timeoutMs: number },
  look: () => Value | null,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      const log = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n');
      throw new Error(`${child.spawnargs.join(' ')} is not ready:\n${log}`);
    }
    await sleep(50);
  }
}

function endWithUs(child: ChildProcess): ChildProcess {
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}
