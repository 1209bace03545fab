import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { FleetFile } from '../../src/config.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import { startProcess, type RunningProcess } from '../../src/process.ts';
import { createFleetDatabase, type TestFleet } from './fleet.ts';

/** The whole program as a process of its own on the test fleet, with a control and a product database of its own. */
export interface ControlPlane extends AsyncDisposable {
  readonly home: string;
  readonly productDatabase: string;
  readonly controlDatabase: string;
  /** The last lines that its processes printed, the log among them. */
  readonly lines: readonly string[];
  start(role?: 'all' | 'api'): Promise<void>;
  /** Another process of the same control plane. It stops with the plane, if it was not stopped before. */
  startWorker(): Promise<RunningProcess>;
  /** SIGKILL: what it has started stays behind. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it is gone. Gives the exit code. */
  stop(): Promise<number | null>;
  /** The data; throws the errors. */
  graphql<Data = Record<string, never>>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The whole answer, whatever it is. A text goes as it is. */
  send<Data = Record<string, unknown>>(
    body: string | { readonly query: string; readonly variables?: Record<string, unknown> },
    token?: string | null,
  ): Promise<Reply<Data>>;
  /** Of `/health/live` or `/health/ready`. */
  health(kind: 'live' | 'ready'): Promise<number>;
  /** Items of a subscription until it ends, or until `take` of them have come. */
  subscribe<Item>(
    query: string,
    variables: Record<string, unknown>,
    take?: number,
    onItem?: (item: Item) => void,
  ): Promise<readonly Item[]>;
}

export interface Reply<Data> {
  readonly status: number;
  readonly data: Data | null | undefined;
  readonly errors: readonly AnsweredError[];
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly hint?: string | null };
}

/** The errors that ended a subscription. */
export class AnsweredErrors extends Error {
  readonly code: string | undefined;
  constructor(errors: readonly AnsweredError[]) {
    super(errors.map((one) => one.message).join('; '));
    this.code = errors[0]?.extensions.code;
  }
}

export interface ControlPlaneOptions {
  /** What is different from the fleet's own `sunday.yaml`. */
  readonly adjust?: (config: FleetFile) => FleetFile;
}

const LINES_KEPT = 2_000;

export async function createControlPlane(
  fleet: TestFleet,
  { adjust = (config) => config }: ControlPlaneOptions = {},
): Promise<ControlPlane> {
  const home = mkdtempSync(join(tmpdir(), 'sunday-system-'));
  const product = await createFleetDatabase(fleet);
  const control = await createControlPlaneDatabase(fleet);
  const config = adjust({
    ...fleet.config,
    control: { ...fleet.config.control, database: control.name },
    clusters: fleet.config.clusters.map((one) => ({ ...one, database: product.name })),
    operations: { ...fleet.config.operations, heartbeatTimeoutSeconds: 3 },
  });
  const fleetFile = join(home, 'sunday.yaml');
  writeFileSync(fleetFile, JSON.stringify(config)); // JSON is YAML
  const lines: string[] = [];
  const environment = { SUNDAY_CONFIG: fleetFile, SUNDAY_HOME: home, PORT: '0' };
  const startRole = (role: string) =>
    startMain(environment, role, (line) => {
      if (lines.push(line) > LINES_KEPT) lines.shift();
    });
  let running: RunningProcess | null = null;
  const workers: RunningProcess[] = [];
  const api = () => JSON.parse(readFileSync(join(home, 'api.json'), 'utf8')) as { url: string };
  const token = () => readFileSync(join(home, 'token'), 'utf8').trim();
  const stop = async () => {
    const stopping = running;
    running = null;
    await Promise.all([stopping, ...workers.splice(0)].map(async (one) => one?.stop(40_000)));
    return (await stopping?.ended)?.exitCode ?? null;
  };
  const send = async <Data>(body: string | object, as: string | null = token()): Promise<Reply<Data>> =>
    post(api().url, as, typeof body === 'string' ? body : JSON.stringify(body));
  return {
    home,
    productDatabase: product.name,
    controlDatabase: control.name,
    lines,
    async start(role = 'all') {
      running = await startRole(role);
    },
    async startWorker() {
      const worker = await startRole('worker');
      workers.push(worker);
      return worker;
    },
    async kill() {
      if (running) process.kill(running.pid, 'SIGKILL');
      await running?.ended;
      running = null;
    },
    stop,
    send,
    async graphql<Data>(query: string, variables: Record<string, unknown> = {}) {
      const { status, data, errors } = await send<Data>({ query, variables });
      if (errors.length > 0 || !data)
        throw new Error(errors.map((one) => one.message).join('; ') || `HTTP ${status}`);
      return data;
    },
    async health(kind) {
      const url = api().url.replace('/graphql', `/health/${kind}`);
      return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).status;
    },
    subscribe: (query, variables, take = Infinity, onItem = () => {}) =>
      subscribe({ url: api().url, token: token() }, { query, variables }, { take, onItem }),
    async [Symbol.asyncDispose]() {
      await stop();
      await control[Symbol.asyncDispose]();
      await product[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function startMain(
  env: Record<string, string>,
  role: string,
  onLine: (line: string) => void,
): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const args = ['--disable-warning=DeprecationWarning', 'src/main.ts', '--role', role];
  const main = startProcess(process.execPath, args, {
    env: { ...env, LOG_LEVEL: 'info' },
    onLine: (line) => {
      if (process.env['SHOW']) console.log(line);
      onLine(line);
      if (line.startsWith('GraphQL ') || (/^operations +ready/.test(line) && role === 'worker'))
        ready.resolve();
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

async function post<Data>(url: string, token: string | null, body: string): Promise<Reply<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const { data, errors = [] } = (await response.json()) as {
    readonly data?: Data | null;
    readonly errors?: readonly AnsweredError[];
  };
  return { status: response.status, data, errors };
}

async function subscribe<Item>(
  { url, token }: { readonly url: string; readonly token: string },
  request: { readonly query: string; readonly variables: Record<string, unknown> },
  { take, onItem }: { readonly take: number; readonly onItem: (item: Item) => void },
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
      if (errors) throw new AnsweredErrors(errors as readonly AnsweredError[]);
      const news = Object.values(data ?? {});
      items.push(...news);
      news.forEach(onItem);
      if (items.length >= take) break;
    }
  } finally {
    await client.dispose();
  }
  return items;
}
