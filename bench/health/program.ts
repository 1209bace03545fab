import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient } from '../../src/client.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { startNode, stopProcess, waitUntil } from '../processes.ts';
import { type HealthServer, WATCHER, type WatchedDatabase } from './server.ts';

const BOOT_TIMEOUT_MS = 90_000;

/** The whole program as it is deployed, in a process of its own, in front of clusters that are all on our server. */
export interface Program extends AsyncDisposable {
  readonly client: Client;
  /** For what the client has no document of. */
  post(query: string): Promise<{ readonly data: unknown; readonly bytes: number }>;
}

export async function startProgram(
  server: HealthServer,
  { name: product }: WatchedDatabase,
  clusters: readonly string[],
): Promise<Program> {
  await using stack = new AsyncDisposableStack();
  const root = mkdtempSync(join(server.root, 'program-'));
  const control = `control_${clusters.length}`;
  await server.admin.rows(sql`/* bench.createControl */ CREATE DATABASE ${identifier(control)}`);
  stack.defer(async () => {
    await server.admin.rows(sql`/* bench.dropControl */ DROP DATABASE ${identifier(control)} WITH (FORCE)`);
  });
  const env = {
    ...{ SUNDAY_CONFIG: writeFleetFile(server, root, { control, product, clusters }) },
    ...{ SUNDAY_HOME: join(root, 'home'), PORT: '0', NODE_ENV: 'production', LOG_LEVEL: 'warn' },
  };
  const logFile = join(root, 'sunday.log');
  const child = startNode(['src/main.ts', '--role', 'all'], { env, logFile });
  stack.defer(() => stopProcess(child));
  const apiFile = join(root, 'home', 'api.json');
  const { url } = await waitUntil(child, { logFile, timeoutMs: BOOT_TIMEOUT_MS }, () =>
    existsSync(apiFile) ? tryToParse(readFileSync(apiFile, 'utf8')) : null,
  );
  const token = readFileSync(join(root, 'home', 'token'), 'utf8').trim();
  const running = stack.move();
  return {
    client: createClient({ url, token }),
    post: (query) => post(url, token, query),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Null: it is still being written. */
function tryToParse(text: string): { readonly url: string } | null {
  return text.trimEnd().endsWith('}') ? (JSON.parse(text) as { url: string }) : null;
}

interface Fleet {
  readonly control: string;
  readonly product: string;
  readonly clusters: readonly string[];
}

function writeFleetFile(
  { port, superuser }: HealthServer,
  root: string,
  { control, product, clusters }: Fleet,
): string {
  mkdirSync(join(root, 'home'), { mode: 0o700 });
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, superuser.password, { mode: 0o600 });
  const operator = { user: superuser.user, passwordFile };
  const server = { host: '127.0.0.1', port };
  const config = {
    control: { ...server, database: control, ...operator },
    clusters: clusters.map((name) => ({
      ...{ name, database: product, instances: [{ name: `${name}-1`, ...server }], operator },
      monitor: { user: WATCHER, passwordFile },
    })),
    // What a document may cost is the product's own limit; what a token may spend in a minute is out of the way.
    limits: { costPerMinute: 100_000_000 },
  };
  const file = join(root, 'sunday.yaml');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 }); // JSON is YAML
  return file;
}

async function post(url: string, token: string, query: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly { message: string }[] };
  if (errors !== undefined || data === undefined || data === null)
    throw new Error(errors?.map(({ message }) => message).join('; ') ?? `HTTP ${response.status}`);
  return { data, bytes: text.length };
}
