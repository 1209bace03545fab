import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries } from '../src/fleet/embedded/binaries.ts';
import type { ConnectionOptions } from '../src/postgres/pool.ts';
import {
  appendSettings,
  initialiseServer,
  type Settings,
  startServer,
  stopServer,
} from '../src/postgres/server.ts';
import { freePort } from '../test/support/ports.ts';

/** A PostgreSQL server of a bench's own, with its superuser's login. */
export interface BenchServer extends AsyncDisposable {
  /** Directory that goes away with it. */
  readonly root: string;
  readonly version: string;
  readonly login: Omit<ConnectionOptions, 'database'> & { readonly password: string };
}

/** On loopback. Commits are durable unless `settings` say otherwise. @throws when no server programs are found. */
export async function startBenchServer(settings: Settings): Promise<BenchServer> {
  const [binaries] = await findPostgresBinaries();
  if (binaries === undefined) throw new Error('no PostgreSQL server programs were found');
  const root = mkdtempSync(join(tmpdir(), 'sunday-bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(root, { recursive: true, force: true }));
  const password = randomBytes(16).toString('base64url');
  const port = await freePort();
  const options = {
    binaries: binaries.directory,
    dataDirectory: join(root, 'data'),
    port,
    socketDirectory: root,
    logFile: join(root, 'postgres.log'),
  };
  await initialiseServer({ ...options, password });
  appendSettings(options.dataDirectory, { listen_addresses: '127.0.0.1', ...settings });
  await startServer(options);
  stack.defer(() => stopServer(options, 'immediate'));
  const running = stack.move();
  return {
    root,
    version: binaries.version,
    login: { host: '127.0.0.1', port, user: 'postgres', password, applicationName: 'sunday-bench' },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
