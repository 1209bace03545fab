import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { z } from 'zod';
import { HomeRefusedError } from './errors.ts';
import { replaceFile } from './files.ts';
import { layoutOf, type Layout } from './layout.ts';

const FORMAT = 1;
const port = z.int().min(1).max(65_535);
const state = z.object({
  format: z.literal(FORMAT),
  postgresMajor: z.int().nullable(),
  ports: z.object({ control: port, 'main-1': port, 'main-2': port, redis: port }).nullable(),
  /** One for each shard: `shard-1` has the first. They are only ever added to, for a shard may hold organizations. */
  shardPorts: z.array(port).default([]),
});

/** What a fleet remembers of itself; null before it was decided. */
export type FleetState = z.infer<typeof state>;

/**
 * Makes sure that `path` is a directory of ours: an empty one becomes one, anything else is left untouched.
 *
 * @throws {HomeRefusedError}
 */
export function openHome(path: string): Layout {
  if (!isAbsolute(path) || /["$`\\\n]/.test(path)) {
    throw new HomeRefusedError(
      `${path} cannot be the home of a fleet`,
      'Give an absolute path without quotes, dollar signs, backslashes and line breaks.',
    );
  }
  const home = makeDirectory(path);
  const layout = layoutOf(home);
  if (!existsSync(layout.stateFile)) {
    const foreign = readdirSync(home);
    if (foreign.length > 0) throw foreignHome(home, foreign);
    writeState(layout, { format: FORMAT, postgresMajor: null, ports: null, shardPorts: [] });
  }
  readState(layout);
  return layout;
}

/** The directories below a home that everybody needs. Only after the lock is held. */
export function makeDirectories(layout: Layout): void {
  for (const directory of [layout.secretsDirectory, layout.logDirectory]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
  }
  mkdirSync(layout.runDirectory, { recursive: true, mode: 0o700 });
  // Below /tmp anybody may have been quicker.
  const found = lstatSync(layout.runDirectory);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new HomeRefusedError(
      `${layout.runDirectory} is not a directory that only we can enter`,
      'Remove it, or set SUNDAY_HOME to a shorter path.',
    );
  }
}

/** @throws {HomeRefusedError} when the file is none of ours, or of a newer release. */
export function readState({ home, stateFile }: Layout): FleetState {
  const parsed = state.safeParse(parseJson(readFileSync(stateFile, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new HomeRefusedError(
    `${stateFile} is not one that this release can read`,
    `Use the release that made ${home}, or set SUNDAY_HOME to another directory.`,
  );
}

export function writeState({ stateFile }: Layout, next: FleetState): void {
  replaceFile(stateFile, `${JSON.stringify(next, null, 2)}\n`);
}

function makeDirectory(path: string): string {
  try {
    makeWithParents(path);
    const { uid } = statSync(path);
    const home = realpathSync(path);
    if (uid !== process.getuid?.()) {
      throw new HomeRefusedError(
        `${home} belongs to user id ${uid}, and we run as ${process.getuid?.()}`,
        'Give it to our user with chown -R, or set SUNDAY_HOME to another directory.',
      );
    }
    chmodSync(home, 0o700);
    return home;
  } catch (error) {
    if (error instanceof HomeRefusedError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HomeRefusedError(
      `${path} cannot be made or entered: ${reason}`,
      'Set SUNDAY_HOME to a directory of our own user.',
      error,
    );
  }
}

/** By hand: on a file system where nothing can be made (/proc), Node's own recursive way never ends. */
function makeWithParents(path: string): void {
  if (existsSync(path)) return;
  makeWithParents(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function foreignHome(home: string, found: readonly string[]): HomeRefusedError {
  const some = found.slice(0, 3).join(', ');
  return new HomeRefusedError(
    `${home} holds files that are not of a fleet (${some}${found.length > 3 ? ', …' : ''})`,
    'Set SUNDAY_HOME to an empty or new directory.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
