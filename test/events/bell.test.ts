import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../src/fleet/embedded/binaries.ts';
import { redisPid, startRedis, stopRedis } from '../../src/fleet/embedded/redis.ts';
import { freePort } from '../support/ports.ts';
import { describeBell, type TestRedis } from './bell-suite.ts';

describeBell(prepareLocalRedis);

async function prepareLocalRedis(): Promise<TestRedis> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sunday-bell-')));
  const options = {
    program: findProgram('redis-server'),
    directory,
    port: await freePort(),
    password: 'test-only',
  };
  return {
    url: `redis://127.0.0.1:${options.port}`,
    password: options.password,
    start: async () => void (await startRedis(options)),
    async kill() {
      const pid = redisPid(options);
      if (pid === null) throw new Error('Redis does not run');
      process.kill(pid, 'SIGKILL');
      while (redisPid(options) !== null) await sleep(10);
    },
    async remove() {
      await stopRedis(options);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
