import { createServer } from 'node:net';
import { SundayError } from './errors.ts';

/** A port that we need is in use by a program that is not ours. */
export class PortTakenError extends SundayError {
  readonly code = 'PORT_TAKEN';
  override readonly hint: string;
  readonly port: number;
  constructor(port: number, wantedFor: string, hint: string) {
    super(`port ${port} of ${wantedFor} is taken by another program`);
    this.port = port;
    this.hint = hint;
  }
}

/** True when nobody listens on the port of the address now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Only this is somebody else's doing; an address that is none fails again, and in words, when it is used.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
