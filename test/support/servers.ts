import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  appendSettings,
  initialiseServer,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../src/postgres/server.ts';
import { freePort } from './ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The plain server every suite may create databases on. */
    readonly server: TestServer;
  }
}

export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const PASSWORD = 'test-only';

/** Starts one small PostgreSQL server for the whole run and stops it afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = mkdtempSync(join(tmpdir(), 'sunday-test-'));
  const port = await freePort();
  const options: ServerOptions = {
    binaries: '/usr/lib/postgresql/15/bin',
    dataDirectory: join(root, 'data'),
    port,
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  mkdirSync(root, { recursive: true });
  await initialiseServer({ ...options, password: PASSWORD });
  appendSettings(options.dataDirectory, {
    listen_addresses: '127.0.0.1',
    shared_buffers: '32MB',
    max_connections: 200,
    fsync: 'off', // these databases do not outlive the run
    full_page_writes: 'off',
    synchronous_commit: 'off',
  });
  await startServer(options);
  project.provide('server', { host: '127.0.0.1', port, user: 'postgres', password: PASSWORD });
  return async () => {
    await stopServer(options, 'immediate');
    rmSync(root, { recursive: true, force: true });
  };
}
