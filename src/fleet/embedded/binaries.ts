import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BinaryMissingError, run } from '../../process.ts';

/** The server programs of one PostgreSQL version. */
export interface PostgresBinaries {
  readonly directory: string;
  readonly major: number;
  /** As the server itself says it, e.g. `15.20`. */
  readonly version: string;
}

const OLDEST_MAJOR = 15;
const PARENTS = ['/usr/lib/postgresql', '/usr', '/usr/local', '/opt/homebrew/opt'];

/**
 * PostgreSQL server programs on this machine, 15 or later, newest first. A directory counts when it holds all of
 * initdb, pg_ctl, postgres and pg_basebackup: client packages have only the last one.
 */
export async function findPostgresBinaries(): Promise<readonly PostgresBinaries[]> {
  const found = await Promise.all(candidates().map(inspect));
  return found
    .filter((one) => one !== null)
    .filter((one) => one.major >= OLDEST_MAJOR)
    .sort((a, b) => b.major - a.major);
}

/** Absolute path of the first of `names` that is on the PATH. @throws {BinaryMissingError} */
export function findProgram(...names: readonly string[]): string {
  for (const directory of pathDirectories()) {
    const found = names.map((name) => join(directory, name)).find(isExecutable);
    if (found !== undefined) return found;
  }
  throw new BinaryMissingError(names[0] ?? '');
}

function candidates(): readonly string[] {
  const versioned = PARENTS.flatMap((parent) =>
    entries(parent)
      .filter((name) => /^\d+$|^pgsql-\d+$|^postgresql(@\d+)?$/.test(name))
      .map((name) => join(parent, name, 'bin')),
  );
  const complete = [...versioned, ...pathDirectories()].filter((directory) =>
    ['initdb', 'pg_ctl', 'postgres', 'pg_basebackup'].every((name) => isExecutable(join(directory, name))),
  );
  return [...new Set(complete.map((directory) => realpathSync(directory)))];
}

async function inspect(directory: string): Promise<PostgresBinaries | null> {
  const { stdout } = await run(join(directory, 'postgres'), ['--version'], { timeoutMs: 10_000 });
  const version = /\) (\S+)/.exec(stdout)?.[1];
  return version === undefined ? null : { directory, version, major: Number.parseInt(version, 10) };
}

function pathDirectories(): readonly string[] {
  // Debian gives users no sbin, where some distributions put servers.
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean);
}

function entries(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
