import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/postgres/pool.ts';
import { DatabaseUnavailableError } from '../../src/postgres/errors.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { TestServer } from '../support/servers.ts';
import { POSTGRES_IMAGE } from './images.ts';

const PORT = 5432;
const PASSWORD = 'test-only';
const READY_TIMEOUT_MS = 60_000;

/** These databases do not outlive the run. */
const SETTINGS = {
  shared_buffers: '32MB',
  max_connections: '200',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
};

/** The same as test/support/servers.ts, with the server in a container; there is no fleet for these suites. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const container = await new GenericContainer(POSTGRES_IMAGE)
    .withEnvironment({
      POSTGRES_PASSWORD: PASSWORD,
      POSTGRES_INITDB_ARGS: '--locale=C.UTF-8 --data-checksums',
    })
    .withCommand(Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]))
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/))
    .withStartupTimeout(READY_TIMEOUT_MS)
    .start();
  const server = addressOf(container);
  await waitUntilReady(server);
  project.provide('server', server);
  project.provide('fleetSocket', '');
  return async () => void (await container.stop());
}

function addressOf(container: StartedTestContainer): TestServer {
  const host = container.getHost();
  return {
    host: host === 'localhost' ? '127.0.0.1' : host, // its ::1 may be forwarded to nobody
    port: container.getMappedPort(PORT),
    user: 'postgres',
    password: PASSWORD,
  };
}

/** The first "ready" may be that of the server which only makes the database, and then stops again. */
async function waitUntilReady(server: TestServer): Promise<void> {
  const db = openDatabase({
    ...server,
    database: 'postgres',
    applicationName: 'sunday-test-ready',
    maxConnections: 1,
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  try {
    for (;;) {
      try {
        await db.rows(sql`/* test.ready */ SELECT 1`);
        return;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError) || performance.now() > deadline) throw error;
        await sleep(100);
      }
    }
  } finally {
    await db.close();
  }
}
