import { setTimeout as sleep } from 'node:timers/promises';
import { isServerError } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { SessionNotFoundError, SessionProtectedError } from '../errors.ts';
import type { SessionKey, SignalInput, SignalOutcome } from '../performance.ts';
import { findSessions, type Session } from './session-probe.ts';
import { type Signal, sendSignal } from './signal-runner.ts';

const WAIT_MS = 5_000;
const POLL_MS = 50;
/** How our own connections begin their names. */
const OWN_PREFIX = 'sunday';
/** Background processes that end a statement or a run and are started again by the server. */
const CANCELLABLE: ReadonlySet<string> = new Set(['client backend', 'autovacuum worker', 'parallel worker']);

/**
 * Tells a session to stop and watches whether it does.
 *
 * @throws {SessionNotFoundError} when it has ended, or the process id is another's. @throws {SessionProtectedError}
 */
export async function signalSession(
  db: Queryable,
  { session: key, force, dryRun }: SignalInput,
  signal: Signal,
): Promise<SignalOutcome> {
  const session = await findSame(db, key);
  if (session === null) throw new SessionNotFoundError(key.instance, key.pid);
  refuseProtected(session, signal, force);
  if (dryRun) return { session, isDone: null, waitedMs: 0 };
  const startedMs = performance.now();
  await sendSignal(db, signal, key).catch((error: unknown) => {
    if (!isServerError(error, '42501')) throw error;
    throw new SessionProtectedError(
      key.pid,
      `belongs to ${session.userName || 'the server'}, which our role may not stop`,
      session.isSuperuser
        ? 'Only a superuser stops the session of a superuser.'
        : 'Grant the operator’s role: GRANT pg_signal_backend TO it.',
    );
  });
  const isDone = await untilDone(db, key, session, signal);
  return { session, isDone, waitedMs: Math.round(performance.now() - startedMs) };
}

/** A connection of this control plane. */
export function isOurOwn({ applicationName }: Pick<Session, 'applicationName'>): boolean {
  return applicationName.startsWith(OWN_PREFIX);
}

function refuseProtected(
  { pid, kind, applicationName, statementSeconds }: Session,
  signal: Signal,
  force: boolean,
): void {
  if (!CANCELLABLE.has(kind) || (signal === 'TERMINATE' && kind === 'parallel worker'))
    throw new SessionProtectedError(
      pid,
      `is a ${kind} of the server`,
      'Only sessions of clients are stopped.',
    );
  if (isOurOwn({ applicationName }) && !force)
    throw new SessionProtectedError(
      pid,
      `is a connection of this control plane (${applicationName})`,
      'Cancel the operation instead; or say `force`.',
    );
  if (signal === 'CANCEL' && statementSeconds === null)
    throw new SessionProtectedError(
      pid,
      'runs no statement that could be cancelled',
      'End its session: that ends its transaction, too.',
    );
}

/** The moment is compared to the millisecond: clients have no finer one. */
async function findSame(db: Queryable, { pid, startedAt }: SessionKey): Promise<Session | null> {
  const [session] = await findSessions(db, [pid]);
  return session?.startedAt.getTime() === startedAt.getTime() ? session : null;
}

async function untilDone(db: Queryable, key: SessionKey, before: Session, signal: Signal): Promise<boolean> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const now = await findSame(db, key);
    if (now === null || (signal === 'CANCEL' && !isSameStatement(before, now))) return true;
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Whether it still does what it did; a session that runs nothing has nothing to end. */
function isSameStatement(before: Session, now: Session): boolean {
  if (now.statementSeconds === null) return false;
  return before.query === now.query && now.statementSeconds >= (before.statementSeconds ?? 0);
}
