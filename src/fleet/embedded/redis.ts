import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, stopGroup } from '../../process.ts';
import { isPortFree, PortTakenError } from '../../ports.ts';
import { replaceFile } from './files.ts';

export interface RedisOptions {
  readonly program: string;
  /** Its configuration, pid file and log; its working directory too, by which we know it again. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
}

const READY_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 1_000;
const STOP_GRACE_MS = 5_000;

/**
 * Starts Redis, or finds it running from before.
 *
 * @returns true when it was started now.
 */
export async function startRedis(options: RedisOptions): Promise<boolean> {
  if (redisPid(options) !== null && (await isReady(options))) return false;
  await stopRedis(options);
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const config = join(options.directory, 'redis.conf');
  replaceFile(config, configOf(options));
  await run(options.program, [config], { timeoutMs: READY_TIMEOUT_MS });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady(options))) {
    if (performance.now() > deadline) throw new Error(`Redis did not answer; see ${logFile(options)}`);
    await sleep(10);
  }
  return true;
}

/** @throws {PortTakenError} when somebody else listens on its port. */
export async function checkRedisPort(options: RedisOptions): Promise<void> {
  if (redisPid(options) !== null || (await isPortFree(options.port))) return;
  throw new PortTakenError(options.port, 'Redis', 'Stop that program, then start again.');
}

/** Stops the Redis of this directory; no error when none runs. */
export async function stopRedis(options: Pick<RedisOptions, 'directory'>): Promise<void> {
  const pid = redisPid(options);
  if (pid !== null) await stopGroup(pid, STOP_GRACE_MS);
}

/** Pid of the live Redis that has this directory as its own; null when there is none. */
export function redisPid({ directory }: Pick<RedisOptions, 'directory'>): number | null {
  const file = join(directory, 'redis.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (!Number.isInteger(pid) || pid <= 1) return null;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory ? pid : null;
  } catch {
    return null;
  }
}

/** Nothing is kept on disk: Redis only wakes readers, and what they read is in PostgreSQL. */
function configOf(options: RedisOptions): string {
  return `# Written anew by each start of the embedded fleet.
bind 127.0.0.1
port ${options.port}
protected-mode yes
requirepass ${options.password}
daemonize yes
dir "${options.directory}"
pidfile "${join(options.directory, 'redis.pid')}"
logfile "${logFile(options)}"
save ""
appendonly no
maxmemory 64mb
maxmemory-policy noeviction
`;
}

function logFile({ directory }: Pick<RedisOptions, 'directory'>): string {
  return join(directory, 'redis.log');
}

/** True when it answers a PING with our password. Spoken by hand, because only src/events knows the client. */
function isReady({ port, password }: RedisOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.on('data', (data) => {
      answer += data.toString();
      if (answer.includes('+PONG')) end(true);
      else if (answer.includes('-')) end(false);
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}
