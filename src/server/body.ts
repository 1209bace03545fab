import type { IncomingMessage, ServerResponse } from 'node:http';
import { CancelledError } from '../errors.ts';
import { BodyTooLargeError } from './errors.ts';

/** How long the rest of a refused body is thrown away before the connection is cut. */
const LINGER_MS = 1_000;

/**
 * The whole body.
 *
 * @throws {BodyTooLargeError} as soon as it is known to be larger: by its header, else at the first byte too many.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (announcedBytes(request) > limitBytes) {
      reject(new BodyTooLargeError(limitBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      request.pause();
      reject(new BodyTooLargeError(limitBytes));
    };
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new CancelledError('the request'));
    });
  });
}

/** 0 when the client did not say: then the bytes are counted as they come. */
export function announcedBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

/**
 * Answers while the body is still coming, and closes the connection. Closing at once would reset it, and most clients
 * would then lose the answer; so the answer goes out whole, and what still comes is thrown away for a second.
 */
export function answerEarly(
  request: IncomingMessage,
  response: ServerResponse,
  answer: { readonly status: number; readonly contentType: string; readonly body: string },
): void {
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    connection: 'close',
  });
  response.write(answer.body);
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => response.end());
  request.resume();
}
