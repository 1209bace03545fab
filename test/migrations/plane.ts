import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { createClient } from 'graphql-ws';
import { inject } from 'vitest';
import { WebSocket } from 'ws';
import { createSchema } from '../../resolvers/index.ts';
import type { FleetFile } from '../../src/config.ts';
import type { EngineRole } from '../../src/operations/engine.ts';
import { type ConnectionOptions, type Database, openDatabase } from '../../src/postgres/pool.ts';
import { identifier, sql } from '../../src/postgres/sql.ts';
import type { RunningProcess } from '../../src/process.ts';
import { createServer } from '../../src/server/server.ts';
import { LIMITS, post, REQUESTER } from '../server/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { pause, SHORT_PAUSE_MS, LONG_PAUSE_MS } from '../support/pause.ts';
import { makeTables, startOwn, startWorker } from './plane-services.ts';

/** One server that clusters of a plane may stand on. */
export interface PlaneInstance {
  readonly host: string;
  readonly port: number;
}

export interface PlaneOptions {
  /** Left out: this process works, too. CLIENT: only the workers that are started do. */
  readonly role?: EngineRole;
  readonly clusters: readonly string[];
  /** Where all of them stand; left out: the plain server of the run. */
  readonly instances?: readonly PlaneInstance[];
  readonly password?: string;
  /** What else stands in its `sunday.yaml`; `home` is a directory of the plane's own. */
  readonly adjust?: (config: FleetFile, home: string) => FleetFile;
}

export interface Ended {
  readonly id: string;
  readonly state: string;
  readonly message: string;
  readonly attempts: number;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
  } | null;
  readonly steps: readonly { readonly name: string; readonly state: string; readonly attempt: number }[];
  readonly children: readonly {
    readonly id: string;
    readonly target: string;
    readonly state: string;
    readonly result: { readonly applied?: readonly { readonly version: string }[] } | null;
  }[];
}

export interface Answer {
  readonly operation?: { readonly id: string } | null;
  readonly code?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

export type Plane = Awaited<ReturnType<typeof startPlane>>;

const OPERATION = `id state message attempts result error { code message hint retryable }
  steps { name state attempt } children { id target state result }`;
/** Mutations that answer what a plan can refuse. */
const DETAILED = ['applyMigrations', 'rollbackMigrations', 'rolloutMigrations', 'scheduleMigration'];
const DETAILS = `... on MigrationInvalidError { problems } ... on MigrationRefusedError { findings }
  ... on MigrationPlanRequiredError { planId } ... on MigrationPlanChangedError { planId }`;
const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
const LONGEST_WAIT_MS = 45_000;

/**
 * All services behind the API, as `main.ts` wires them, on clusters that are databases of their own and on a directory
 * of migrations that each test fills.
 */
export async function startPlane({ role = 'WORKER', clusters, instances, password, adjust }: PlaneOptions) {
  const home = mkdtempSync(join(tmpdir(), 'sunday-plane-'));
  const directory = join(home, 'migrations');
  mkdirSync(directory);
  const server = inject('server');
  const control = await createTestDatabase();
  const passwordFile = join(home, 'password');
  const clusterPasswordFile = join(home, 'cluster-password');
  writeFileSync(passwordFile, server.password);
  writeFileSync(clusterPasswordFile, password ?? server.password);
  const prefix = control.connection.database.replace('test_', 'plane_').slice(0, 40);
  const databaseOf = (cluster: string) => `${prefix}_${cluster.replaceAll('-', '_')}`;
  const login = { user: server.user, passwordFile: clusterPasswordFile };
  const servers = instances ?? [server];
  const config: FleetFile = {
    control: {
      host: server.host,
      port: server.port,
      database: control.connection.database,
      user: server.user,
      passwordFile,
    },
    clusters: clusters.map((name) => ({
      ...{ name, database: databaseOf(name), operator: login, monitor: login },
      instances: servers.map(({ host, port }, index) => ({ name: `${name}-${index + 1}`, host, port })),
    })),
    operations: { heartbeatTimeoutSeconds: 2 },
  };
  const fleetFile = join(home, 'sunday.yaml');
  writeFileSync(fleetFile, JSON.stringify(adjust?.(config, home) ?? config)); // JSON is YAML
  const orders = { fleetFile, directory };
  const workers: RunningProcess[] = [];
  if (role === 'CLIENT') await makeTables(orders);
  const own = await startOwn(orders, role);
  const api = createServer({
    services: own.services,
    schema: createSchema(),
    environment: { isProduction: false },
    limits: { ...LIMITS, requestTimeoutSeconds: 30 },
    log: own.log,
    readiness: {},
  });
  const { url } = await api.listen('127.0.0.1', 0);
  const wanted = { name: 'ann', role: 'ADMIN', scopes: null, expiresAt: null } as const;
  const { secret } = await own.services.access.createToken(wanted, REQUESTER);
  const open: Database[] = [];
  const first = { ...server, ...servers[0], password: password ?? server.password };
  const admin = openDatabase({
    ...{ ...first, database: 'postgres' },
    ...{ applicationName: 'sunday-test-admin', maxConnections: 1 },
  });
  const created: string[] = [];

  const send = async (query: string, variables: object = {}) => {
    const { body } = await post(url, { query, variables }, secret);
    return body;
  };
  const graphql = async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const { data, errors } = await send(query, variables);
    if (errors || !data) throw new Error(errors?.map((one) => one.message).join('; ') ?? 'no data');
    return data as Data;
  };
  /** What came of a mutation: the fields of its success that are asked for, or the typed refusal. */
  const ask = async (mutation: string, input: object, selection = 'operation { id }'): Promise<Answer> => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
    const { result } = await graphql<{ result: Answer }>(
      `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) {
        __typename ... on ${type}Success { ${selection} } ... on UserError { code message hint path }
        ${DETAILED.includes(mutation) ? DETAILS : ''} } }`,
      { input },
    );
    return result;
  };
  const operationOf = async (id: string) =>
    (await graphql<{ operation: Ended }>(`query ($id: ID!) { operation(id: $id) { ${OPERATION} } }`, { id }))
      .operation;
  /** The operation as soon as `isThere` says so, or it has ended. */
  const waitFor = async (id: string, isThere: (operation: Ended) => boolean, pauseMs = SHORT_PAUSE_MS) => {
    const begunAt = performance.now();
    for (;;) {
      const operation = await operationOf(id);
      if (isThere(operation) || ENDED.includes(operation.state)) return operation;
      if (performance.now() > begunAt + LONGEST_WAIT_MS)
        throw new Error(`still ${operation.state}: ${operation.message}`);
      await pause(begunAt, pauseMs);
    }
  };
  const start = async (mutation: string, input: object) => {
    const { operation, ...refusal } = await ask(mutation, input);
    if (!operation) throw new Error(JSON.stringify(refusal));
    return operation.id;
  };
  const waitForEnd = (id: string) => waitFor(id, () => false, LONG_PAUSE_MS);
  /** A pool on the database of a cluster; it is closed with the plane. */
  const openOn = (cluster: string, other: Partial<ConnectionOptions> = {}): Database => {
    const db = openDatabase({
      ...{ ...first, database: databaseOf(cluster) },
      ...{ applicationName: 'sunday-test', maxConnections: 6, ...other },
    });
    open.push(db);
    return db;
  };
  return {
    home,
    /** For the CLI. */
    environment: { SUNDAY_URL: url, SUNDAY_TOKEN: secret },
    /** Its control database. */
    control: control.db,
    ...{ openOn, send, graphql, ask, operationOf, waitFor, start, waitForEnd },
    finish: async (mutation: string, input: object) => waitForEnd(await start(mutation, input)),
    /** An empty database of the cluster, and a pool on it. */
    async create(cluster: string): Promise<Database> {
      const database = databaseOf(cluster);
      await admin.rows(sql`/* test.createDatabase */ CREATE DATABASE ${identifier(database)}`);
      created.push(database);
      return openOn(cluster);
    },
    /** These files and no others. One without a down script gets one that does nothing. */
    write(files: Readonly<Record<string, string | Buffer>>) {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(directory, name), text);
        const down = name.replace(/(\.down)?\.sql$/, '.down.sql');
        if (!(down in files) && !text.includes('irreversible:'))
          writeFileSync(join(directory, down), 'SELECT 1;');
      }
    },
    async startWorker() {
      const worker = await startWorker(orders);
      workers.push(worker);
      return worker;
    },
    /** Items of a subscription until it ends, or until `isEnough`. */
    async follow<Item>(query: string, variables: Record<string, unknown>, isEnough = (_: Item) => false) {
      const client = createClient({
        ...{ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 },
        connectionParams: { authorization: `Bearer ${secret}` },
      });
      const items: Item[] = [];
      try {
        for await (const { data } of client.iterate<Record<string, Item>>({ query, variables })) {
          items.push(...Object.values(data ?? {}));
          if (items.some((one) => isEnough(one))) break;
        }
      } finally {
        await client.dispose();
      }
      return items;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((one) => one.stop(10_000)));
      await api.close();
      await own.stop();
      await Promise.all(open.map((one) => one.close()));
      for (const database of instances ? [] : created)
        await admin.rows(sql`/* test.dropDatabase */ DROP DATABASE ${identifier(database)} WITH (FORCE)`);
      await admin.close();
      await control[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
