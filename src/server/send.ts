import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** True for a response that goes on until one side ends it. */
export function isEndless(answer: Response): boolean {
  return /^(text\/event-stream|multipart\/mixed)/.test(answer.headers.get('content-type') ?? '');
}

/** Writes a response that is there as a whole, in one piece: chunks would cost a fifth of the server's time. */
export async function sendWhole(response: ServerResponse, answer: Response): Promise<void> {
  const body = answer.body === null ? '' : await answer.text();
  response.writeHead(answer.status, { ...headersOf(answer), 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Writes a response as it comes. It asks for the next part only when the last one has left this process. */
export async function sendStream(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, headersOf(answer));
  response.flushHeaders();
  if (answer.body === null) {
    response.end();
    return;
  }
  const reader = (answer.body as ReadableStream<Uint8Array | string>).getReader();
  const cancel = () => void reader.cancel().catch(() => {}); // nobody is left to be told
  response.once('close', cancel);
  for (;;) {
    const { done, value } = await reader.read();
    // Ended by us while we waited (token expired, shutdown), or gone: a write now would be an error nobody listens to.
    if (done || response.destroyed || response.writableEnded) break;
    if (!response.write(value)) await drained(response);
  }
  if (!response.writableEnded) response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once('close', onClose);
  await once(response, 'drain', { signal: gone.signal }).catch(() => {}); // closed: the loop ends by itself
  response.off('close', onClose);
}

function headersOf(answer: Response): Record<string, string> {
  return Object.fromEntries(answer.headers.entries());
}
