import { createAccess } from '../../src/access/service.ts';
import type { Role, Scope } from '../../src/access/principals.ts';
import { SCOPES } from '../../src/access/principals.ts';
import { createLog } from '../../src/log.ts';
import type { Engine } from '../../src/operations/engine.ts';
import { createOperations } from '../../src/operations/service.ts';
import { sql } from '../../src/postgres/sql.ts';
import type { Services } from '../../src/services.ts';
import type { Limits } from '../../src/server/options.ts';
import { createServer } from '../../src/server/server.ts';
import { createSchema } from '../../resolvers/index.ts';
import { createControlDatabase, createTestEvents } from '../support/control.ts';

const schema = createSchema();

export const LIMITS: Limits = {
  bodyBytes: 1_048_576,
  maxCost: 5_000,
  maxDepth: 14,
  requestTimeoutSeconds: 10,
  costPerMinute: 300_000,
  sweepMs: 100,
  drainMs: 2_000,
};

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
    readonly extensions?: Record<string, unknown>;
  };
}

interface ApiOptions {
  readonly limits?: Partial<Limits>;
  readonly isProduction?: boolean;
  readonly services?: (services: Services) => Partial<Services>;
  readonly readiness?: Readonly<Record<string, () => Promise<unknown>>>;
}

/** A server on a control database of its own. Operations can be written and followed, but nobody runs them. */
export async function startApi(options: ApiOptions = {}) {
  const database = await createControlDatabase();
  const { bell, events } = createTestEvents(database);
  const access = createAccess(database.db);
  const operations = createOperations({
    db: database.db,
    events,
    engine: { enqueueRunnable: () => Promise.resolve() } as unknown as Engine,
    definitions: [],
    recordAudit: access.record,
    maxUnfinishedPerCluster: 10,
  });
  const small = {
    ...{ access, operations, fleet: { list: () => [], find: () => null } },
    health: { listNewest: () => Promise.resolve([]) },
    platform: { list: () => Promise.resolve([]) },
  } as unknown as Services;
  const lines: string[] = [];
  const server = createServer({
    services: { ...small, ...options.services?.(small) },
    schema,
    environment: { isProduction: options.isProduction ?? false },
    limits: { ...LIMITS, ...options.limits },
    log: createLog('debug', { write: (line) => lines.push(line) }),
    readiness: options.readiness ?? {
      controlDatabase: () => database.db.rows(sql`/* test.ping */ SELECT 1`),
    },
  });
  const { url, port } = await server.listen('127.0.0.1', 0);
  const createToken = async (role: Role, more: { scopes?: readonly Scope[]; expiresAt?: Date } = {}) => {
    const token = {
      name: `test ${role}`,
      role,
      scopes: more.scopes ?? null,
      expiresAt: more.expiresAt ?? null,
    };
    return access.createToken(token, REQUESTER);
  };
  const { secret: admin } = await createToken('ADMIN');
  return {
    url,
    port,
    admin,
    access,
    operations,
    events,
    db: database.db,
    server,
    createToken,
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    logText: () => lines.join(''),
    query: (query: string, variables: object = {}, token = admin) => post(url, { query, variables }, token),
    async [Symbol.asyncDispose]() {
      await server.close();
      await events.close();
      await bell.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export type TestApi = Awaited<ReturnType<typeof startApi>>;

export const REQUESTER = {
  principal: { id: 'test', name: 'test', role: 'ADMIN', scopes: SCOPES },
  onBehalfOf: null,
  reason: null,
  action: 'test',
  requestId: 'test-request',
} as const;

/** One GraphQL request; `token` null sends none. */
export async function post(
  url: string,
  body: unknown,
  token: string | null,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Reply['body'],
  };
}

export const codeOf = (reply: Reply) => reply.body.errors?.[0]?.extensions['code'];
