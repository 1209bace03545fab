import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UnauthenticatedError } from './access.ts';

/**
 * Sees to it that `file` holds a token that `isValid`, and that nobody but its owner can read it.
 * The file is replaced in one step: a crash leaves the old one or the new one, never half of one.
 */
export async function keepTokenFile(
  file: string,
  isValid: (secret: string) => Promise<boolean>,
  make: () => Promise<string>,
): Promise<void> {
  const present = existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
  if (present !== null && (await isValid(present))) {
    chmodSync(file, 0o600);
    return;
  }
  const secret = await make();
  const draft = `${file}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, file);
}

/** False for a token that is not good (any more); other errors fly. */
export async function isAccepted(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}
