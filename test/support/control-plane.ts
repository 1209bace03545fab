import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openDatabase } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { startProcess, type RunningProcess } from '../../src/process.ts';
import { createFleetDatabase, type TestFleet } from './fleet.ts';

/** The whole program as a process of its own on the test fleet, with a control and a product database of its own. */
export interface ControlPlane extends AsyncDisposable {
  readonly home: string;
  readonly productDatabase: string;
  start(): Promise<void>;
  /** SIGKILL: what it has started stays behind. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it is gone. Gives the exit code. */
  stop(): Promise<number | null>;
  graphql<Data = Record<string, never>>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Items of a subscription until it ends, or until `take` of them have come. */
  subscribe<Item>(query: string, variables: Record<string, unknown>, take?: number): Promise<readonly Item[]>;
}

export async function createControlPlane(fleet: TestFleet): Promise<ControlPlane> {
  const home = mkdtempSync(join(tmpdir(), 'sunday-system-'));
  const product = await createFleetDatabase(fleet);
  const control = await createControlPlaneDatabase(fleet);
  const config = {
    ...fleet.config,
    control: { ...fleet.config.control, database: control.name },
    clusters: fleet.config.clusters.map((one) => ({ ...one, database: product.name })),
    operations: { ...fleet.config.operations, heartbeatTimeoutSeconds: 3 },
  };
  const fleetFile = join(home, 'sunday.yaml');
  writeFileSync(fleetFile, JSON.stringify(config)); // JSON is YAML
  let running: RunningProcess | null = null;
  const api = () => JSON.parse(readFileSync(join(home, 'api.json'), 'utf8')) as { url: string };
  const token = () => readFileSync(join(home, 'token'), 'utf8').trim();
  const stop = async () => {
    const stopping = running;
    running = null;
    await stopping?.stop(40_000);
    return (await stopping?.ended)?.exitCode ?? null;
  };
  return {
    home,
    productDatabase: product.name,
    async start() {
      running = await startMain({ SUNDAY_CONFIG: fleetFile, SUNDAY_HOME: home, PORT: '0' });
    },
    async kill() {
      if (running) process.kill(running.pid, 'SIGKILL');
      await running?.ended;
      running = null;
    },
    stop,
    graphql: (query, variables = {}) => post(api().url, token(), { query, variables }),
    subscribe: (query, variables, take) =>
      subscribe({ url: api().url, token: token() }, { query, variables }, take),
    async [Symbol.asyncDispose]() {
      await stop();
      await control[Symbol.asyncDispose]();
      await product[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function startMain(env: Record<string, string>): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const main = startProcess(process.execPath, ['--disable-warning=DeprecationWarning', 'src/main.ts'], {
    env: { ...env, LOG_LEVEL: 'warn' },
    onLine: (line) => {
      if (process.env['SHOW']) console.log(line);
      if (line.startsWith('GraphQL ')) ready.resolve();
    },
  });
  void main.ended.then((ended) => ready.reject(new Error(`it ended: ${ended.stdout}${ended.stderr}`)));
  await ready.promise;
  return main;
}

async function createControlPlaneDatabase({ config, controlSuperuserPassword }: TestFleet) {
  const { host, port, user } = config.control;
  const name = `control_${randomBytes(6).toString('hex')}`;
  const login = {
    host: host.startsWith('/') ? host : config.runDirectory,
    port,
    user: 'postgres',
    password: controlSuperuserPassword,
  };
  const admin = () =>
    openDatabase({ ...login, database: 'postgres', applicationName: 'sunday-test', maxConnections: 1 });
  const once = async (work: (db: ReturnType<typeof admin>) => Promise<unknown>) => {
    const db = admin();
    await work(db).finally(() => db.close());
  };
  await once((db) => db.rows(sql`CREATE DATABASE ${identifier(name)} OWNER ${identifier(user)}`));
  return {
    name,
    [Symbol.asyncDispose]: () => once((db) => db.rows(sql`DROP DATABASE ${identifier(name)} WITH (FORCE)`)),
  };
}

interface Answer<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string }[];
}

async function post<Data>(url: string, token: string, body: unknown): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  if (errors || !data)
    throw new Error(errors?.map((one) => one.message).join('; ') ?? `HTTP ${response.status}`);
  return data;
}

async function subscribe<Item>(
  { url, token }: { readonly url: string; readonly token: string },
  request: { readonly query: string; readonly variables: Record<string, unknown> },
  take = Infinity,
): Promise<readonly Item[]> {
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const items: Item[] = [];
  try {
    for await (const { data, errors } of client.iterate<Record<string, Item>>(request)) {
      if (errors) throw new Error(errors.map((one) => one.message).join('; '));
      items.push(...Object.values(data ?? {}));
      if (items.length >= take) break;
    }
  } finally {
    await client.dispose();
  }
  return items;
}
