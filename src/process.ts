import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SundayError } from './errors.ts';
import { listProcesses, markOf, type ProcessEntry } from './process-table.ts';

/** A child process ended badly. The last lines of its output travel with the error. */
export class ProcessFailedError extends SundayError {
  readonly code = 'PROCESS_FAILED';
  readonly command: string;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  constructor(command: string, ended: Ended) {
    const lastLine = (ended.stderr.trim() || ended.stdout.trim()).split('\n').at(-1) ?? '';
    super(`${command} ended with ${ended.exitCode ?? ended.signal}: ${lastLine || 'no output'}`);
    this.command = command;
    this.exitCode = ended.exitCode;
    this.stdout = ended.stdout;
    this.stderr = ended.stderr;
  }
}

export class ProcessTimeoutError extends SundayError {
  readonly code = 'PROCESS_TIMEOUT';
  override readonly retryable = true;
  constructor(command: string, timeoutMs: number) {
    super(`${command} did not end within ${timeoutMs} ms and was stopped`);
  }
}

/** Processes that not even SIGKILL ends: nobody may act in their place while they are there. */
export class ProcessStuckError extends SundayError {
  readonly code = 'PROCESS_STUCK';
  override readonly hint = 'They hang inside the kernel: look at their disk or mount (ps shows state D).';
  constructor(pids: readonly number[]) {
    super(`processes ${pids.join(', ')} do not end`);
  }
}

export class BinaryMissingError extends SundayError {
  readonly code = 'BINARY_MISSING';
  override readonly hint =
    'Install the package that has it; `npm start` names the command for this platform.';
  constructor(command: string) {
    super(`${command} is not installed`);
  }
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last 256 kB. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Added to a minimal environment: children don't inherit ours, which may hold secrets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Aborting it stops the whole process group, and `run` ends only when nobody of it is left. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended; it never rejects but for a binary that is missing. */
  readonly ended: Promise<Ended>;
  /** SIGTERM to the group, SIGKILL after `graceMs`; resolves when no member is left. */
  stop(graceMs?: number): Promise<void>;
}

const OUTPUT_LIMIT = 256 * 1024;
const STOP_GRACE_MS = 30_000;
/** After SIGKILL. */
const KILL_GRACE_MS = 10_000;
const POLL_MS = 25;

/** Starts `command` without a shell, as the leader of a process group of its own. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  const child = spawn(command, args, {
    detached: true,
    env: { ...minimalEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const pid = child.pid ?? -1;
  return {
    pid,
    ended: watch(child, command, options.onLine),
    stop: (graceMs = STOP_GRACE_MS) => stopGroup(pid, graceMs),
  };
}

/**
 * Runs `command` to its end.
 *
 * @throws {ProcessFailedError} when it exits with a code other than 0.
 * @throws {ProcessTimeoutError} when `timeoutMs` passed; its group is gone by then.
 * @throws the signal's reason when aborted; its group is gone by then.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Ended> {
  options.signal?.throwIfAborted();
  const running = startProcess(command, args, options);
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {}); // nobody may be waiting any more when it comes
  let isStopping = false;
  const stopWith = (reason: unknown) => {
    isStopping = true;
    running.stop().then(() => stopped.reject(reason), stopped.reject);
  };
  const onAbort = () => stopWith(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = options.timeoutMs
    ? setTimeout(() => stopWith(new ProcessTimeoutError(command, options.timeoutMs ?? 0)), options.timeoutMs)
    : undefined;
  try {
    const ended = await Promise.race([running.ended, stopped.promise]);
    // The leader may end before its workers: wait for the whole group before saying that it was stopped.
    if (isStopping) await stopped.promise;
    if (ended.exitCode !== 0) throw new ProcessFailedError(command, ended);
    return ended;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Stops every process of group `pgid`: SIGTERM, after `graceMs` SIGKILL; resolves when no member is left. */
export async function stopGroup(pgid: number, graceMs = STOP_GRACE_MS): Promise<void> {
  if (pgid <= 1) return;
  await stopAll(
    () => listProcesses().filter((one) => one.groupId === pgid),
    (signal) => kill(-pgid, signal),
    graceMs,
  );
}

/**
 * Stops every process that carries `name=value` in its environment, whoever started it.
 * This finds what a worker that was killed has left behind: the mark is there from the first instruction on.
 */
export async function stopMarked(
  name: string,
  matches: (value: string) => boolean,
  graceMs = 5_000,
): Promise<number> {
  const members = () =>
    listProcesses().filter((one) => {
      const value = one.pid === process.pid ? undefined : markOf(one.pid, name);
      return value !== undefined && matches(value);
    });
  const found = members();
  await stopAll(members, (signal) => members().forEach((one) => kill(one.pid, signal)), graceMs);
  return found.length;
}

async function stopAll(
  members: () => readonly ProcessEntry[],
  signalAll: (signal: NodeJS.Signals) => void,
  graceMs: number,
): Promise<void> {
  if (members().length === 0) return;
  signalAll('SIGTERM');
  const deadline = performance.now() + graceMs;
  while (members().length > 0) {
    if (performance.now() > deadline) signalAll('SIGKILL');
    // Only a process that hangs inside the kernel (a dead disk or mount) outlives this.
    if (performance.now() > deadline + KILL_GRACE_MS)
      throw new ProcessStuckError(members().map((one) => one.pid));
    await sleep(POLL_MS);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function minimalEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function watch(child: ChildProcess, command: string, onLine?: (line: string) => void): Promise<Ended> {
  const stdout = collect(child.stdout, onLine);
  const stderr = collect(child.stderr);
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new BinaryMissingError(command) : error),
    );
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode, signal, stdout: stdout(), stderr: stderr() }),
    );
  });
}

function collect(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): () => string {
  let text = '';
  if (!stream) return () => text;
  createInterface({ input: stream }).on('line', (line) => {
    text += `${line}\n`;
    // Not with each line: cutting copies all of it, and pg_waldump prints a hundred thousand lines for a segment.
    if (text.length > 2 * OUTPUT_LIMIT) text = text.slice(-OUTPUT_LIMIT);
    onLine?.(line);
  });
  return () => text.slice(-OUTPUT_LIMIT);
}
