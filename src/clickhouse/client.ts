import {
  type BaseQueryParams,
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import { z } from 'zod';

/** How a server is reached. The functions are called for each request: a secret that was changed is found in its file. */
export interface ClickHouseConnection {
  readonly url: string;
  readonly user: string | null;
  readonly readPassword: () => string | undefined;
  /** The PEM text, read once; null: what Node trusts. */
  readonly readAuthority: () => string | null;
  /** Left out: the one that the user has by default. */
  readonly database?: string;
}

/** Bounds of one client: requests beyond `maxConnections` wait for their turn, within their own time. */
export interface ClickHouseBounds {
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
  /** As it stands in the log of the server. */
  readonly application: string;
}

/** One server, over HTTP. Every statement ends by the timeout of the client, or by `signal`. */
export interface ClickHouse {
  /** All rows; each is checked against `row`, for large integers come as text. */
  rows<Row>(statement: string, row: z.ZodType<Row>, signal?: AbortSignal): Promise<readonly Row[]>;
  /** A statement that gives no rows. */
  run(statement: string, signal?: AbortSignal): Promise<void>;
  insert(
    table: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the first statement. */
export function openClickHouse(
  { url, user, readPassword, readAuthority, database }: ClickHouseConnection,
  { requestTimeoutMs, maxConnections, application }: ClickHouseBounds,
): ClickHouse {
  const ca = readAuthority();
  const client: ClickHouseClient = createClient({
    url,
    ...(database === undefined ? {} : { database }),
    ...(ca === null ? {} : { tls: { ca_cert: Buffer.from(ca) } }),
    ...{ request_timeout: requestTimeoutMs, max_open_connections: maxConnections, application },
    log: { level: ClickHouseLogLevel.OFF }, // what is wrong is told once, by whoever asked
  });
  const within = async <Result>(
    signal: AbortSignal = AbortSignal.timeout(requestTimeoutMs),
    ask: (bounds: Pick<BaseQueryParams, 'auth' | 'abort_signal'>) => Promise<Result>,
  ): Promise<Result> => {
    const auth = { username: user ?? 'default', password: readPassword() ?? '' };
    try {
      return await ask({ auth, abort_signal: signal });
    } catch (error) {
      // The client says that somebody has aborted the request, whatever the signal is for.
      throw signal.aborted ? new Error('it did not answer in time', { cause: error }) : error;
    }
  };
  return {
    rows: (query, row, signal) =>
      within(signal, async (bounds) => {
        const answer = await client.query({ query, format: 'JSON', ...bounds });
        return z.object({ data: z.array(row) }).parse(await answer.json()).data;
      }),
    run: (query, signal) =>
      within(signal, async (bounds) => void (await client.command({ query, ...bounds }))),
    insert: (table, values, signal) =>
      within(
        signal,
        async (bounds) => void (await client.insert({ table, values, format: 'JSONEachRow', ...bounds })),
      ),
    close: () => client.close(),
  };
}

/**
 * A statement with its values as literals: servers before 19.1 take no parameters. Text cannot end its literal, and
 * a number is a finite one.
 */
export function statement(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, part, index) => `${text}${toLiteral(values[index - 1] ?? '')}${part}`);
}

function toLiteral(value: string | number): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (!Number.isFinite(value)) throw new TypeError('only a finite number can be a literal');
  return String(value);
}

/** The server's number of an error; null: it is not one of the server. Old servers have it only in their text. */
export function codeOf(error: unknown): number | null {
  if (error instanceof ClickHouseError) return Number(error.code);
  const code = error instanceof Error ? /^Code: (\d+)/.exec(error.message)?.[1] : undefined;
  return code === undefined ? null : Number(code);
}

/** True for an answer of something else, e.g. of what stands in between. */
export function isNotClickHouse(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof z.ZodError;
}

const LONGEST_REASON = 300;

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  if (isNotClickHouse(error)) return 'its answer is not that of ClickHouse';
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (line !== '') return line.slice(0, LONGEST_REASON);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'it does not answer';
}
