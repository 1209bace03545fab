import { open } from 'node:fs/promises';
import type { Attempt } from './courier-store.ts';
import type { NotificationChannel } from './notifications.ts';
import { type Letter, sign, toAddress, toBody } from './payload.ts';

/** Longer ones are failures: a receiver of messages has nothing to think about. */
export const SEND_TIMEOUT_MS = 10_000;
/** 5 s, 15 s, 45 s, … and at most 15 min: eight attempts in about 35 minutes. */
export const MOST_ATTEMPTS = 8;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 900_000;
const LARGEST_SECRET_BYTES = 4_096;
/** Of an answer nothing is needed but its status; so much is read so that the connection can be used again. */
const LARGEST_ANSWER_BYTES = 16_384;

/** One attempt. Never throws but for `signal`: what went wrong is the answer. */
export async function send(
  channel: NotificationChannel,
  letter: Letter,
  {
    attempts,
    signal,
    timeoutMs = SEND_TIMEOUT_MS,
  }: {
    readonly attempts: number;
    readonly signal: AbortSignal;
    readonly timeoutMs?: number;
  },
): Promise<Attempt> {
  const startedAt = performance.now();
  const end = (outcome: Omit<Attempt, 'durationMs'>) => ({
    ...outcome,
    durationMs: Math.round(performance.now() - startedAt),
  });
  try {
    const status = await post(channel, letter, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (status >= 200 && status < 300)
      return end({ state: 'DELIVERED', retryInMs: null, status, error: null });
    return end({ ...failed(isWorthRetrying(status), attempts), status, error: describe(status) });
  } catch (error) {
    signal.throwIfAborted();
    const problem = describeProblem(error, timeoutMs);
    return end({ ...failed(true, attempts), status: null, error: problem });
  }
}

/** Pure: what comes after a failed attempt. */
export function failed(isWorthIt: boolean, attempts: number): Pick<Attempt, 'state' | 'retryInMs'> {
  if (!isWorthIt || attempts >= MOST_ATTEMPTS) return { state: 'DEAD', retryInMs: null };
  return { state: 'PENDING', retryInMs: Math.min(FIRST_RETRY_MS * 3 ** (attempts - 1), LONGEST_RETRY_MS) };
}

/** A redirect is refused: a message is for the address that was given. Other answers of 3xx and 4xx stay what they are. */
function isWorthRetrying(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

function describe(status: number): string {
  return status >= 300 && status < 400
    ? `the receiver answered ${status}: redirects are not followed`
    : `the receiver answered ${status}`;
}

async function post(channel: NotificationChannel, letter: Letter, signal: AbortSignal): Promise<number> {
  const secret = channel.secretFile === null ? null : await readSecret(channel.secretFile);
  const url = channel.url ?? secret;
  if (url === null) throw new Error('the channel has no address');
  const body = toBody(channel.kind, letter);
  const timestamp = Math.floor(Date.now() / 1_000);
  const response = await fetch(parseAddress(channel, url), {
    method: 'POST',
    redirect: 'manual',
    signal,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'sunday-control-plane',
      'x-sunday-delivery': letter.deliveryId,
      'x-sunday-timestamp': String(timestamp),
      ...(secret === null || channel.url === null
        ? {}
        : { 'x-sunday-signature': sign(secret, timestamp, body) }),
    },
  });
  await drain(response).catch(() => {}); // the status is the answer, whatever becomes of the rest
  return response.status;
}

/** @throws {Error} without the address: it may be a secret. */
function parseAddress({ kind }: NotificationChannel, url: string): URL {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new Error('the address is no http or https URL');
  return toAddress(kind, url);
}

/** @throws {Error} for a file that others may read, that is too long, or is none. */
export async function readSecret(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error(`${file} is no file`);
    if ((found.mode & 0o077) !== 0) throw new Error(`${file} can be read by others: chmod 600`);
    if (found.size > LARGEST_SECRET_BYTES) throw new Error(`${file} is too long for a secret`);
    const secret = (await handle.readFile('utf8')).trim();
    if (secret === '') throw new Error(`${file} is empty`);
    return secret;
  } finally {
    await handle.close();
  }
}

/** Reads a little and lets go: a receiver may answer for ever. */
async function drain(response: Response): Promise<void> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > LARGEST_ANSWER_BYTES) break; // leaving the loop cancels the body
  }
}

function describeProblem(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `the receiver did not answer within ${timeoutMs} ms`;
  const cause = error.cause;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
