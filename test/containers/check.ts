// Says in words why the suites can't run in containers here, before vitest would say it in stacks.
import { getContainerRuntimeClient, ImageName } from 'testcontainers';
import { POSTGRES_IMAGE, REDIS_IMAGE } from './images.ts';

const refusal = await findRefusal();
if (refusal !== null) {
  console.error(refusal.join('\n'));
  process.exitCode = 1;
}

async function findRefusal(): Promise<readonly string[] | null> {
  const runtime = await getContainerRuntimeClient().catch(() => null);
  if (runtime === null) {
    return [
      `no container runtime answers at ${process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'}`,
      'Start one (systemctl start docker, or dockerd), or set DOCKER_HOST; `npm test` needs none.',
    ];
  }
  for (const name of [POSTGRES_IMAGE, REDIS_IMAGE]) {
    const image = ImageName.fromString(name);
    if (await runtime.image.exists(image)) continue;
    try {
      console.log(`pulling ${name}`);
      await runtime.image.pull(image);
    } catch (error) {
      return [
        `the image ${name} is not here and could not be pulled: ${(error as Error).message}`,
        'Without a registry build both from Debian packages, then name them:',
        '  scripts/test-images/build',
        '  TEST_POSTGRES_IMAGE=sunday-test-postgres:15 TEST_REDIS_IMAGE=sunday-test-redis:7 npm run test:containers',
      ];
    }
  }
  return null;
}
