import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Environment } from '../config.ts';
import { InvalidInputError, SundayError } from '../errors.ts';

/** The token is there, but not for us. */
export class TokenUnreadableError extends SundayError {
  readonly code = 'UNAUTHENTICATED';
  override readonly hint =
    'Run this as the user who started the control plane, or give a token in SUNDAY_TOKEN or --token-file.';
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export interface ConnectionFlags {
  readonly url?: string;
  readonly tokenFile?: string;
}

export interface Connection {
  readonly url: string;
  /** Null: none was found. */
  readonly token: string | null;
}

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const apiFile = z.object({ url: z.url() });

/** URL and token: flags win over the environment, and that over what `npm start` left in its home. */
export function findConnection(flags: ConnectionFlags, environment: Environment): Connection {
  const home = homesOf(environment)
    .map(readHome)
    .find((one) => one !== null);
  const given = flags.url ?? environment.url;
  const url = given ?? home?.url ?? `http://${environment.host}:${environment.port}/graphql`;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new InvalidInputError(
      [flags.url === undefined ? 'SUNDAY_URL' : '--url'],
      `${url} is no http or https URL`,
      'For example http://127.0.0.1:4000/graphql.',
    );
  }
  if (flags.tokenFile !== undefined) return { url, token: readToken(resolve(flags.tokenFile), 'required') };
  if (environment.token !== null) return { url, token: environment.token };
  // The token of this machine's own control plane is not for whoever answers at some other address.
  const isOurs = url === home?.url || LOOPBACK.has(parsed.hostname);
  return { url, token: isOurs && home ? readToken(join(home.directory, 'token'), 'optional') : null };
}

/** Where SUNDAY_HOME points; without it also the one of the checkout, for a shell that stands elsewhere. */
function homesOf({ home }: Environment): readonly string[] {
  return home === resolve('.sunday') ? [home, join(CHECKOUT, '.sunday')] : [home];
}

function readHome(directory: string): { readonly directory: string; readonly url: string } | null {
  try {
    const { url } = apiFile.parse(JSON.parse(readFileSync(join(directory, 'api.json'), 'utf8')));
    return { directory, url };
  } catch (error) {
    if (isRefused(error)) throw new TokenUnreadableError(join(directory, 'api.json'), error);
    return null; // none there, or one that is half written: as if nothing had been started
  }
}

function readToken(path: string, need: 'required' | 'optional'): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (need === 'required' || isRefused(error)) throw new TokenUnreadableError(path, error);
    return null;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}
