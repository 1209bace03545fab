import { createClient, type Client } from '../client.ts';
import { toErrorCode } from '../client-errors.ts';
import { readEnvironment } from '../config.ts';
import { InvalidInputError, RecordedError } from '../errors.ts';
import { findConnection } from './connection.ts';
import { ClusterNamesDocument } from './generated/graphql.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly token?: string;
}

/** What a command is handed. */
export interface Session {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly isJson: boolean;
  /** The result: one JSON document, or the text for people. */
  show(document: object, text: () => string): void;
}

export function openSession(options: GlobalOptions, terminal: Terminal): Session {
  if (options.token !== undefined) {
    throw new InvalidInputError(
      ['--token'],
      'a token does not belong on a command line, where every user of this machine can read it',
      'Put it in the environment as SUNDAY_TOKEN, or in a file for --token-file. Revoke it if it was a real one.',
    );
  }
  const isJson = options.json === true;
  return {
    client: createClient(findConnection(options, readEnvironment())),
    terminal,
    isJson,
    show: (document, text) => terminal.print(isJson ? JSON.stringify(document, null, 2) : text()),
  };
}

/**
 * The cluster that was named, or the only one there is, or the only one that is no shard.
 *
 * @throws {InvalidInputError} when none was named and it is not clear which one is meant.
 */
export async function resolveCluster({ client }: Session, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { clusters } = await client.request(ClusterNamesDocument, {});
  const whole = clusters.length === 1 ? clusters : clusters.filter(({ isShard }) => !isShard);
  const [first] = whole;
  if (whole.length === 1 && first !== undefined) return first.name;
  throw new InvalidInputError(
    ['--cluster'],
    clusters.length === 0 ? 'there is no cluster' : `there are ${clusters.length} clusters; say which one`,
    clusters.length === 0 ? null : `Known clusters: ${clusters.map(({ name }) => name).join(', ')}.`,
  );
}

/** @throws {RecordedError} with the code and text of a cluster that is not configured. */
export function requireCluster<T>(found: T | null | undefined, name: string): T {
  if (found !== null && found !== undefined) return found;
  throw new RecordedError({
    code: 'CLUSTER_NOT_FOUND',
    message: `there is no cluster ${name}`,
    hint: '`sunday clusters list` shows those that are configured.',
    retryable: false,
  });
}

interface RefusalFields {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/**
 * The success of a mutation's answer.
 *
 * @throws {RecordedError} with what the API refused it for.
 */
export function unwrap<Answer extends object>(answer: Answer): Exclude<Answer, { code: string }> {
  if (isRefusal(answer)) {
    const { code, message, hint, retryable } = answer;
    throw new RecordedError({ code: toErrorCode(code), message, hint, retryable });
  }
  return answer as Exclude<Answer, { code: string }>;
}

function isRefusal(answer: object): answer is RefusalFields {
  return 'code' in answer && 'message' in answer;
}
