import type { Socket } from 'node:net';
import type { Access, Session } from '../access/access.ts';
import { UnauthenticatedError } from '../access/access.ts';
import type { Log } from '../log.ts';
import type { Tuning } from './options.ts';

/** A websocket or an SSE response: it outlives the check that let it in. */
export interface LiveConnection {
  readonly session: Session;
  readonly secret: string;
  readonly socket: Socket;
  /** Ends it, with a websocket close code that says why. */
  end(code: number, reason: string): void;
}

export interface LiveConnections {
  /** Gives the function to call when the connection has ended by itself. */
  add(connection: LiveConnection): () => void;
  countOf(principalId: string): number;
  endAll(code: number, reason: string): void;
  close(): void;
}

export const CLOSE_CODES = { unauthenticated: 4401, slow: 4429, tooMany: 4429, shutdown: 1001 } as const;
const RECHECK_MS = 15_000; // how long a revoked token may keep a connection that is open

interface Watched {
  readonly connection: LiveConnection;
  flushedBytes: number;
  /** Looks in a row that saw nothing move. Counted, not timed: while our own event loop stood still, nobody was slow. */
  idleSweeps: number;
  checkedAtMs: number;
}

/** Looks at every long connection once a second: is its token still good, and does its client read? */
export function createLiveConnections(access: Access, tuning: Tuning, log: Log): LiveConnections {
  const watched = new Set<Watched>();
  const end = (one: Watched, code: number, reason: string) => {
    watched.delete(one);
    log.info(
      { principal: one.connection.session.principal.name, code, reason },
      'connection ended by the server',
    );
    one.connection.end(code, reason);
  };
  const slowSweeps = Math.ceil(tuning.slowConsumerMs / tuning.sweepMs);
  const sweep = () => {
    const now = performance.now();
    for (const one of watched) {
      if (isExpired(one.connection.session)) end(one, CLOSE_CODES.unauthenticated, 'the token has expired');
      else if (isStuck(one, slowSweeps))
        end(one, CLOSE_CODES.slow, 'slow consumer: nothing was read for too long');
      else if (now - one.checkedAtMs > RECHECK_MS) {
        one.checkedAtMs = now;
        access.authenticate(one.connection.secret).catch((error: unknown) => {
          // A control database that is down is no reason to throw everybody out.
          if (error instanceof UnauthenticatedError)
            end(one, CLOSE_CODES.unauthenticated, 'the token was revoked');
        });
      }
    }
  };
  const timer = setInterval(sweep, tuning.sweepMs);
  timer.unref();
  return {
    add(connection) {
      const now = performance.now();
      const one = { connection, flushedBytes: -1, idleSweeps: 0, checkedAtMs: now };
      watched.add(one);
      return () => watched.delete(one);
    },
    countOf: (principalId) =>
      [...watched].filter(({ connection }) => connection.session.principal.id === principalId).length,
    endAll: (code, reason) => watched.forEach((one) => end(one, code, reason)),
    close: () => clearInterval(timer),
  };
}

function isExpired({ expiresAt }: Session): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

/** Something waits to be written, and for so many looks not one byte of it went to the kernel. */
function isStuck(one: Watched, slowSweeps: number): boolean {
  const { socket } = one.connection;
  const flushed = socket.bytesWritten - socket.writableLength; // `bytesWritten` counts what still waits, too
  const hasMoved = socket.writableLength === 0 || flushed !== one.flushedBytes;
  one.flushedBytes = flushed;
  one.idleSweeps = hasMoved ? 0 : one.idleSweeps + 1;
  return one.idleSweeps >= slowSweeps;
}
