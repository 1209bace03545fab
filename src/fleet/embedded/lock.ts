import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { processIdentity } from '../../process-table.ts';
import { HomeInUseError } from './errors.ts';

const ATTEMPTS = 5;

/**
 * Makes this process the only one that runs the fleet of `home`. The holder is named by pid and start time, so a
 * lock that a killed process left behind is seen as such even when its pid has been given to somebody else.
 *
 * @returns the function that gives it back.
 * @throws {HomeInUseError} while the process that holds it lives.
 */
export function takeLock(home: string, file: string): () => void {
  const mine = `${process.pid} ${processIdentity() ?? ''}\n`;
  const draft = `${file}.${process.pid}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (linkNew(file, draft, mine)) {
      return () => {
        if (read(file) === mine) rmSync(file, { force: true });
      };
    }
    const held = read(file);
    const pid = livePid(held);
    if (pid !== null) throw new HomeInUseError(home, pid);
    removeStale(file, draft, held);
  }
  throw new HomeInUseError(home, Number(read(file).split(' ')[0]));
}

/** A link appears with its whole content or not at all, unlike a file that is created and then written. */
function linkNew(file: string, draft: string, content: string): boolean {
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function livePid(held: string): number | null {
  const [pid, identity] = held.trim().split(' ');
  return identity !== undefined && processIdentity(Number(pid)) === identity ? Number(pid) : null;
}

function removeStale(file: string, draft: string, stale: string): void {
  try {
    renameSync(file, draft);
  } catch {
    return; // somebody else removed it first
  }
  // Between our look and our rename another starter may have taken it: then what we hold is his, and goes back.
  if (read(draft) !== stale) linkBack(draft, file);
  rmSync(draft, { force: true });
}

function linkBack(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch {
    // A third one was quicker; only one of them all gets on, for each reads the lock again before it starts.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
