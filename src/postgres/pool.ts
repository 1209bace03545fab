import { createHash } from 'node:crypto';
import { Pool, type ClientBase, type PoolClient, types } from 'pg';
import { SundayError } from '../errors.ts';
import { DatabaseUnavailableError, isServerError, isUnavailable } from './errors.ts';
import { raw, type Statement } from './sql.ts';

/** The only verb a store needs. Implemented by the database, a session and a transaction. */
export interface Queryable {
  rows<Row>(statement: Statement): Promise<readonly Row[]>;
}

/** One connection that stays the same: for session locks, COPY, and settings. */
export interface Session extends Queryable {
  readonly client: ClientBase;
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export interface Transaction extends Queryable {
  readonly client: ClientBase;
}

export interface Database extends Queryable {
  readonly name: string;
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A pool of our own. */
export interface OpenedDatabase extends Database {
  /** Ends its connections at once, also those that wait for an answer: what waits fails as of a server that is away. */
  interrupt(): void;
}

export interface ConnectionOptions {
  /** A host name, an address, or the absolute path of a socket directory. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** The server ends a session that sits in a transaction for so long without a word: its locks are in everybody's way. */
  readonly idleTransactionTimeoutMs?: number;
  /** False: a server that is no PostgreSQL, as the console of PgBouncer, and refuses its settings. Left out: true. */
  readonly hasSettings?: boolean;
  /** True: `rows` has each statement planned once for each connection, for who asks the same again and again. */
  readonly keepsPlans?: boolean;
  /** The error for a server that does not answer; left out: DatabaseUnavailableError. */
  readonly toUnavailable?: (server: string, cause: unknown) => Error;
}

const DEFAULT_STATEMENT_TIMEOUT_MS = 15_000;
const DEFAULT_LOCK_TIMEOUT_MS = 3_000; // short: a queued strong lock blocks every reader behind it
const DEFAULT_CONNECT_TIMEOUT_MS = 3_000;
const DEFAULT_IDLE_TRANSACTION_TIMEOUT_MS = 60_000;
/** On top of the server's own timeout, for a server that hangs and so can't enforce it. */
const CLIENT_TIMEOUT_MARGIN_MS = 2_000;

// bigint leaves Postgres as text in `pg`; here it becomes bigint. count(*) is one too: cast it to int where it is small.
types.setTypeParser(types.builtins.INT8, (text) => BigInt(text));

/** Opens a pool. It connects with the first statement, so a server that is down shows up there. */
export function openDatabase(options: ConnectionOptions): OpenedDatabase {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const pool = new Pool({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    application_name: options.applicationName,
    max: options.maxConnections ?? 4,
    ...(options.hasSettings === false ? {} : settingsOf(options, statementTimeoutMs)),
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    query_timeout: statementTimeoutMs === 0 ? undefined : statementTimeoutMs + CLIENT_TIMEOUT_MARGIN_MS,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  // An idle connection that the server closes is reported here; without a handler it would end the process.
  pool.on('error', () => {});
  const name = `${options.host}:${options.port}/${options.database}`;
  const send = options.keepsPlans === true ? sendPrepared : sendPlainly;
  return databaseOf(pool, { name, send, fail: failWith(name, options.toUnavailable ?? toUnavailable) });
}

function settingsOf(
  { lockTimeoutMs, idleTransactionTimeoutMs }: ConnectionOptions,
  statementTimeoutMs: number,
) {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: idleTransactionTimeoutMs ?? DEFAULT_IDLE_TRANSACTION_TIMEOUT_MS,
  };
}

const toUnavailable = (server: string, cause: unknown) => new DatabaseUnavailableError(server, cause);

/** Gives a failure of the server its type; everything else is thrown as it came. */
type Fail = (error: unknown) => never;

function failWith(name: string, toTyped: NonNullable<ConnectionOptions['toUnavailable']>): Fail {
  return (error) => {
    throw isUnavailable(error) && !(error instanceof SundayError) ? toTyped(name, error) : error;
  };
}

type Send = (pool: Pool, statement: Statement) => Promise<{ readonly rows: readonly unknown[] }>;

const sendPlainly: Send = (pool, { text, values }) => pool.query(text, [...values]);

/** A change of the server's own views makes a plan useless for as long as the connection lives: then plainly. */
const sendPrepared: Send = async (pool, { text, values }) => {
  const name = `sunday_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  try {
    return await pool.query({ name, text, values: [...values] });
  } catch (error) {
    if (!isServerError(error, '0A000')) throw error;
    return sendPlainly(pool, { text, values });
  }
};

interface Ways {
  readonly name: string;
  readonly send: Send;
  readonly fail: Fail;
}

function databaseOf(pool: Pool, { name, send, fail }: Ways): OpenedDatabase {
  const clients = new Set<PoolClient>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  const session = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch(fail);
    let broken: Error | undefined;
    const onError = (error: Error) => (broken = error);
    client.on('error', onError);
    try {
      return await work(sessionOf(client, fail));
    } catch (error) {
      if (isUnavailable(error)) broken = error as Error;
      return fail(error); // what `work` did with the bare client, as the workflow engine does, has no type yet
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };
  return {
    name,
    session,
    rows: async <Row>(statement: Statement) => {
      const result = await send(pool, statement).catch(fail);
      return result.rows as readonly Row[];
    },
    transaction: (work) => session((one) => one.transaction(work)),
    interrupt: () => clients.forEach((one) => void one.end().catch(() => {})),
    close: () => pool.end(),
  };
}

function sessionOf(client: PoolClient, fail: Fail): Session {
  // One statement at a time, in the order of the calls: a connection that answers takes no second one.
  let last: Promise<unknown> = Promise.resolve();
  const query = (statement: Statement) => {
    const answer = last.then(() => client.query(statement.text, [...statement.values])).catch(fail);
    last = answer.catch(() => {});
    return answer;
  };
  const rows = async <Row>(statement: Statement) => (await query(statement)).rows as readonly Row[];
  return {
    client,
    rows,
    async transaction(work) {
      await query(raw('BEGIN'));
      try {
        const result = await work({ client, rows });
        await query(raw('COMMIT'));
        return result;
      } catch (error) {
        // On a dead connection the server rolls back by itself; the first error is the one that matters.
        await query(raw('ROLLBACK')).catch(() => {});
        throw error;
      }
    },
  };
}

/** Groups `rows` by key: one group for each entry of `keys`, in that order (the DataLoader contract). */
export function inOrderOf<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): readonly (readonly Row[])[] {
  const groups = new Map<Key, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key) ?? []);
}
