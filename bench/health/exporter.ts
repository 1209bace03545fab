import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/ports.ts';
import { stopProcess } from '../processes.ts';
import { EXPORTER, type HealthServer, type WatchedDatabase } from './server.ts';

const START_MS = 20_000;
const SCRAPE_MS = 60_000;
/** As Debian installs it, or as `bench/run` unpacks it. */
const ROOTS = ['/', new URL('../.programs/', import.meta.url).pathname];
const PROGRAM = 'usr/bin/prometheus-postgres-exporter';
const QUERIES = 'usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml';

/** Debian's prometheus-postgres-exporter, with or without the queries that come with it. */
export interface Exporter extends AsyncDisposable {
  readonly name: string;
  /** One scrape, as Prometheus does it. */
  scrape(): Promise<void>;
}

/** Null: it is not on this machine. */
export function findExporter(): { readonly program: string; readonly queries: string } | null {
  const root = ROOTS.find((one) => existsSync(join(one, PROGRAM)));
  return root === undefined ? null : { program: join(root, PROGRAM), queries: join(root, QUERIES) };
}

/** What to do where it is missing. */
export const EXPORTER_MISSING =
  'prometheus-postgres-exporter is NOT here, so ours was measured alone: run the bench on Debian, where it is fetched by apt-get download';

export async function startExporter(
  server: HealthServer,
  { name }: WatchedDatabase,
  kind: 'default' | 'queries.yaml',
): Promise<Exporter> {
  const found = findExporter();
  if (found === null) throw new Error(EXPORTER_MISSING);
  const port = await freePort();
  const log = openSync(join(server.root, `exporter-${kind}.log`), 'a', 0o600);
  const password = encodeURIComponent(server.superuser.password);
  const child = spawn(
    found.program,
    [
      `--web.listen-address=127.0.0.1:${port}`,
      ...(kind === 'default' ? [] : [`--extend.query-path=${found.queries}`]),
    ],
    {
      env: {
        DATA_SOURCE_NAME: `postgresql://${EXPORTER}:${password}@127.0.0.1:${server.port}/${name}?sslmode=disable`,
      },
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const scrape = () => scrapeOnce(port);
  try {
    await waitFor(child, scrape);
  } catch (error) {
    await stopProcess(child);
    throw error;
  }
  return {
    name: kind === 'default' ? 'postgres_exporter, default' : 'postgres_exporter, queries.yaml',
    scrape,
    [Symbol.asyncDispose]: () => stopProcess(child),
  };
}

async function waitFor(child: ChildProcess, scrape: () => Promise<void>): Promise<void> {
  let failure: unknown = new Error('it did not start');
  child.once('error', (error) => (failure = error));
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    try {
      return await scrape();
    } catch (error) {
      failure = error;
      await sleep(100);
    }
  }
  throw new Error('the exporter does not answer', { cause: failure });
}

async function scrapeOnce(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    signal: AbortSignal.timeout(SCRAPE_MS),
  });
  const text = await response.text();
  if (!/^pg_up 1$/m.test(text)) throw new Error(`a scrape without the server: HTTP ${response.status}`);
}
