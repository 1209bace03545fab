import { ERROR_CODES } from '../../error-codes.ts';
import { RecordedError, type ErrorRecord } from '../../errors.ts';
import { toErrorCode } from '../../client-errors.ts';
import { noteFailure } from '../failure.ts';
import { describeFields, formatDuration, NOTHING, secondsBetween, toShortId } from './format.ts';
import {
  OperationEndedDocument,
  type OperationEndFragment,
  type OperationLineFragment,
} from '../generated/graphql.ts';
import { listenForInterrupts } from './interrupts.ts';
import { createProgress } from './progress.ts';
import type { Session } from '../session.ts';
import { formatPairs } from './terminal.ts';

export interface WaitOptions {
  /** False for `--no-wait`. */
  readonly wait: boolean;
  /** What was asked for is the end of the operation, so CANCELLED is a success. */
  readonly isCancel?: boolean;
  /** Says in better words what came of it; null: nothing more than its result or error. */
  readonly details?: (ended: OperationEndFragment) => EndDetails | null | Promise<EndDetails | null>;
}

/** What is shown of the end of an operation beside its state. */
export interface EndDetails {
  /** For people; it stands where the fields of the result would, or above the error. */
  readonly text: string;
  /** For scripts: more fields of the document. */
  readonly document: object;
}

type Operation = Pick<OperationLineFragment, 'id' | 'kind' | 'target' | 'state'>;
type Left = { readonly exitCode: number };

/** Waits for the end of an operation that was just started and says how it ended; gives the exit code. */
export async function waitForOperation(
  session: Session,
  operation: Operation,
  options: WaitOptions,
): Promise<number> {
  if (!options.wait) {
    session.show({ operation }, () => toShortId(operation.id));
    return 0;
  }
  const left = await follow(session, operation);
  if (left !== null) {
    if (session.isJson) session.terminal.print(JSON.stringify({ operation, isDetached: true }, null, 2));
    return left.exitCode;
  }
  const { operation: ended } = await session.client.request(OperationEndedDocument, { id: operation.id });
  return reportEnd(session, requireOperation(ended, operation.id), options);
}

/** @throws {RecordedError} OPERATION_NOT_FOUND. */
export function requireOperation<T>(operation: T | null | undefined, id: string): T {
  if (operation !== null && operation !== undefined) return operation;
  throw new RecordedError({
    code: 'OPERATION_NOT_FOUND',
    message: `there is no operation ${toShortId(id)}`,
    hint: '`sunday operations list` shows those there are.',
    retryable: false,
  });
}

/** Null: it has ended. Else we have left it to itself. */
async function follow(session: Session, operation: Operation): Promise<Left | null> {
  const display = createProgress(session.terminal, session.isJson);
  const leaving = new AbortController();
  const left: { value: Left | null } = { value: null };
  const leave = (exitCode: number) => {
    left.value ??= { exitCode };
    leaving.abort();
  };
  const stopListening = listenForInterrupts({ session, operation, display, leave });
  try {
    let isConnected = true;
    const events = session.client.follow(operation.id, {
      signal: leaving.signal,
      onReconnect: ({ message }) => {
        if (isConnected) display.note(`${message}; the operation goes on, and so do we once it answers`);
        isConnected = false;
      },
    });
    for await (const event of events) {
      isConnected = true;
      display.show(event);
    }
  } finally {
    stopListening();
    display.stop();
  }
  if (left.value !== null && !session.isJson) {
    const id = toShortId(operation.id);
    session.terminal.note(`It goes on without you. Watch it again: sunday operations watch ${id}`);
  }
  return left.value;
}

async function reportEnd(
  session: Session,
  operation: OperationEndFragment,
  options: WaitOptions,
): Promise<number> {
  const details = await findDetails(operation, options);
  const took = formatDuration(secondsBetween(operation.startedAt, operation.finishedAt));
  const { terminal } = session;
  const what = `${operation.kind} of ${operation.target}`;
  if (operation.state === 'SUCCEEDED') {
    session.show({ operation, ...details?.document }, () => {
      const head = `${terminal.paint('green', '✓')} ${what} succeeded in ${took}`;
      const known = describeFields(operation.result).filter(([, text]) => text !== NOTHING);
      const fields = details?.text ?? formatPairs(known);
      return fields === '' ? head : `${head}\n\n${fields}`;
    });
    return 0;
  }
  const error = toEndError(operation);
  const isWanted = options.isCancel === true && operation.state === 'CANCELLED';
  if (!session.isJson && details !== null) terminal.print(`${details.text}\n`);
  if (session.isJson) {
    const document = { operation, ...details?.document, ...(isWanted ? {} : { error }) };
    terminal.print(JSON.stringify(document, null, 2));
  } else if (operation.state === 'CANCELLED') terminal.print(`${what} was cancelled after ${took}`);
  else {
    noteFailure({ ...error, message: `${what} failed after ${took}: ${error.message}` }, terminal);
    terminal.note(`Try it again: sunday operations retry ${toShortId(operation.id)}`);
  }
  return isWanted ? 0 : ERROR_CODES[error.code][0];
}

/** That better words could not be fetched must not hide how it ended. */
async function findDetails(
  operation: OperationEndFragment,
  { details }: WaitOptions,
): Promise<EndDetails | null> {
  try {
    return (await details?.(operation)) ?? null;
  } catch {
    return null;
  }
}

function toEndError({ state, error }: OperationEndFragment): ErrorRecord {
  if (state === 'CANCELLED') {
    return { code: 'CANCELLED', message: 'the operation was cancelled', hint: null, retryable: true };
  }
  const unknown = { code: 'INTERNAL', message: 'it gave no reason', hint: null, retryable: false } as const;
  return error === null ? unknown : { ...error, code: toErrorCode(error.code) };
}
