import type { ClientBase, Connection, Submittable } from 'pg';

export interface Script {
  readonly text: string;
  /** Overrides the pool's limit on one query, which is meant for short statements. */
  readonly timeoutMs: number;
  /**
   * Number of statements completed so far. The server sends its answers in one go at the end or at a failure,
   * so this tells which statement failed; it is no live progress.
   */
  readonly onStatement?: (completed: number) => void;
  /** Called for each row that a statement gives, with its values as text. */
  readonly onRow?: (values: readonly (string | null)[]) => void;
}

/**
 * Sends a whole SQL file in one message. The server splits it, so no parser of ours decides where a statement
 * ends; rows are not kept.
 *
 * @throws what the server reports about the first statement that fails; the ones after it do not run.
 */
export function runScript(client: ClientBase, script: Script): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let completed = 0;
  const query: ScriptQuery = {
    query_timeout: script.timeoutMs,
    callback: (error) => (error ? reject(error) : resolve()),
    submit: (connection) => connection.query(script.text),
    handleCommandComplete: () => script.onStatement?.(++completed),
    handleError: (error) => query.callback(error),
    handleReadyForQuery: () => query.callback(null),
    // A file has no second stream to read from; without an answer the server would wait for ever.
    handleCopyInResponse: (connection) => connection.sendCopyFail('a migration file cannot COPY FROM STDIN'),
    handleRowDescription: ignore,
    handleDataRow: ({ fields }) => script.onRow?.(fields),
    handleEmptyQuery: ignore,
    handleCopyData: ignore,
    handlePortalSuspended: ignore,
  };
  client.query(query);
  return promise;
}

/** What `pg` calls on a query of a caller's own making. It wraps `callback` to stop its timer. */
interface ScriptQuery extends Submittable {
  readonly query_timeout: number;
  callback: (error: Error | null) => void;
  handleCommandComplete(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
  handleCopyInResponse(connection: Connection & { sendCopyFail(message: string): void }): void;
  handleRowDescription(): void;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleEmptyQuery(): void;
  handleCopyData(): void;
  handlePortalSuspended(): void;
}

function ignore(): void {}
