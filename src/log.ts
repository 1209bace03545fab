import { type Logger, pino } from 'pino';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The only way this program speaks while it runs: JSON lines on standard output. */
export type Log = Logger;

/** Where a secret could stand if somebody logged too much: in a header, a parameter, a connection. */
const SECRET_KEYS = ['authorization', 'password', 'secret', 'token', 'passphrase', 'cookie'];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
/** And in text, e.g. the message of an error. */
const TOKEN_TEXT = /sun_[A-Za-z0-9_-]{20,}/g;

/** `destination` is for tests; left out, lines go to standard output. */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    hooks: { streamWrite: (line: string) => line.replaceAll(TOKEN_TEXT, 'sun_[redacted]') },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A destination that appends to `path`, for people to look at later. */
export function openLogFile(path: string): { write(line: string): void } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return pino.destination({ dest: path, append: true, sync: true, mode: 0o600 });
}
