import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverPid } from '../../src/postgres/server.ts';
import { redisPid, stopRedis } from '../../src/fleet/embedded/redis.ts';

const PREFIX = 'sunday-test-';

const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Prefix of the directory of one test run; the pid of the runner in it tells others whether he is still there. */
export function runPrefix(): string {
  return join(tmpdir(), `${PREFIX}${process.pid}-`);
}

/** A test run that was killed could not stop its servers. The next one does, so that they don't pile up. */
export async function removeAbandonedRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await removeOwnRun(join(tmpdir(), name));
  }
}

/** What we may not remove (another user's, root's say) is not ours to remove, and must not fail our run. */
async function removeOwnRun(root: string): Promise<void> {
  try {
    await removeRun(root);
  } catch (error) {
    if (!REFUSALS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    process.stderr.write(
      `${root} is left from a test run that was killed, and only its owner can remove it.\n`,
    );
  }
}

async function removeRun(root: string): Promise<void> {
  const servers = ['data', 'fleet/control', 'fleet/main-1', 'fleet/main-2'];
  for (const server of servers.map((one) => serverPid(join(root, one)))) {
    if (server !== null) process.kill(server, 'SIGQUIT'); // nothing in there is worth a checkpoint
  }
  const redis = { directory: join(root, 'fleet/redis') };
  if (redisPid(redis) !== null) await stopRedis(redis);
  rmSync(root, { recursive: true, force: true });
}
