import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  appendSettings,
  initialiseServer,
  startServer,
  stopServer,
  type ServerOptions,
} from '../../src/postgres/server.ts';
import { findPostgresBinaries } from '../../src/fleet/embedded/binaries.ts';
import { removeAbandonedRuns, runPrefix } from './abandoned.ts';
import { offerFleet } from './fleet-service.ts';
import { freePort } from './ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The plain server every suite may create databases on. */
    readonly server: TestServer;
    /** Who connects to this socket gets the embedded fleet of the run; see fleet.ts. */
    readonly fleetSocket: string;
  }
}

export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const PASSWORD = 'test-only';

/** Starts one small PostgreSQL server for the whole run, offers a fleet, and stops both afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandonedRuns();
  const root = mkdtempSync(runPrefix());
  // Hundreds of our programs are started by a run: each is compiled once.
  process.env['NODE_COMPILE_CACHE'] = join(root, 'compiled');
  const port = await freePort();
  const options: ServerOptions = {
    binaries: (await findPostgresBinaries())[0]?.directory ?? '',
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
  const fleet = await offerFleet(root);
  project.provide('fleetSocket', fleet.socket);
  return async () => {
    await fleet.close();
    await stopServer(options, 'immediate');
    rmSync(root, { recursive: true, force: true });
  };
}
