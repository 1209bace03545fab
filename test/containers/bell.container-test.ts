import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { describeBell, type TestRedis } from '../events/bell-suite.ts';
import { freePort } from '../support/ports.ts';
import { REDIS_IMAGE } from './images.ts';

const PASSWORD = 'test-only';

describeBell(prepareRedisContainer);

async function prepareRedisContainer(): Promise<TestRedis> {
  const { containerRuntime } = (await getContainerRuntimeClient()).info;
  const host = containerRuntime.host === 'localhost' ? '127.0.0.1' : containerRuntime.host;
  // A port of our choice: a Redis that comes back must be where it was.
  const port = await freePort();
  let container: StartedTestContainer | null = null;
  const remove = async () => {
    await container?.stop({ timeout: 0 }); // 0: SIGKILL at once
    container = null;
  };
  return {
    url: `redis://${host}:${port}`,
    password: PASSWORD,
    async start() {
      container = await new GenericContainer(REDIS_IMAGE)
        .withCommand(['redis-server', '--requirepass', PASSWORD])
        .withExposedPorts({ container: 6379, host: port })
        .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
        .start();
    },
    kill: remove,
    remove,
  };
}
