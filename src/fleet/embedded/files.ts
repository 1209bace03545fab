import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';

/** Replaces a file as a whole: after a crash there is the old one or the new one, never half of it. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const draft = `${path}.${process.pid}.new`;
  const descriptor = openSync(draft, 'w', mode);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(draft, mode); // a draft that an earlier crash left may carry another mode
  renameSync(draft, path);
}

/** As `replaceFile`, when the text differs. True when it did. */
export function replaceFileIfChanged(path: string, text: string, mode = 0o600): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  replaceFile(path, text, mode);
  return true;
}

/** One generated secret and the file (mode 0600) that holds it. */
export interface Secret {
  readonly file: string;
  readonly value: string;
}

/** The secret of that name; made on first use, and the same for ever after. */
export function keepSecret(directory: string, name: string): Secret {
  const file = join(directory, name);
  if (!existsSync(file)) replaceFile(file, `${randomBytes(24).toString('base64url')}\n`);
  return { file, value: readFileSync(file, 'utf8').trim() };
}
