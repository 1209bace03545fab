import {
  access,
  constants,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rm,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { DestinationRefusedError, RestoreFailedError } from '../errors.ts';

export interface DestinationCheck {
  readonly destination: string;
  /** Directories that a restore must neither lie in nor contain. */
  readonly forbidden: readonly string[];
  /** Needed for the files, before any write-ahead log is replayed. */
  readonly databaseBytes: bigint;
  /** Its own half-restored files don't make the destination "not empty". */
  readonly operationId: string | null;
}

/** pg_ctl puts the path between double quotes in a shell command: only characters that mean nothing there. */
const PLAIN_PATH = /^[A-Za-z0-9_./@%+=,:-]+$/;
const LONGEST_PATH = 400;
/** File systems take 255 bytes, and the names of what lies beside it are longer. */
const LONGEST_NAME = 200;
/** Write-ahead log of the recovery, and the server's own files. */
const SPARE_BYTES = 256n * 1024n * 1024n;

/** @throws {DestinationRefusedError} unless the directory is ours to fill. Nothing is written. */
export async function checkDestination(check: DestinationCheck): Promise<void> {
  const { destination, operationId } = check;
  const refuse = (problem: string) => new DestinationRefusedError(destination, problem);
  if (!isAbsolute(destination)) throw refuse('the path is not absolute');
  if (destination.length > LONGEST_PATH) throw refuse(`the path is longer than ${LONGEST_PATH} characters`);
  if (basename(destination).length > LONGEST_NAME)
    throw refuse(`its last part is longer than ${LONGEST_NAME} characters`);
  if (!PLAIN_PATH.test(destination))
    throw refuse('the path may hold letters, digits and _ . / @ % + = , : - only');
  if (normalize(destination) !== destination || destination.endsWith(sep)) {
    throw refuse('the path has parts like `..`, `//` or a slash at its end');
  }
  const parent = await realpath(dirname(destination)).catch(() => null);
  if (parent === null) throw refuse(`${dirname(destination)} does not exist`);
  await refuseForbidden(join(parent, basename(destination)), check);
  if (!(await isWritable(parent))) throw refuse(`we may not write to ${parent}`);
  if (operationId !== null && (await readClaim(destination))?.operationId === operationId) return;
  for (const path of [destination, `${destination}.tablespaces`]) await refuseOccupied(path, refuse);
  await refuseSmall(parent, check);
}

async function refuseForbidden(path: string, { destination, forbidden }: DestinationCheck): Promise<void> {
  for (const one of forbidden) {
    const real = await realpath(one).catch(() => one);
    const problem = isInside(path, real) ? 'lies inside' : isInside(real, path) ? 'contains' : null;
    if (problem !== null)
      throw new DestinationRefusedError(destination, `it ${problem} ${one}, which is in use`);
  }
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

async function isWritable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function refuseOccupied(path: string, refuse: (problem: string) => Error): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory()) throw refuse(`${path} is not a directory`);
  const entries = await readdir(path).catch(() => null);
  if (entries === null) throw refuse(`we may not read ${path}`);
  if (entries.length > 0) throw refuse(`${path} is not empty`);
  if (!(await isWritable(path))) throw refuse(`we may not write to ${path}`);
}

async function refuseSmall(parent: string, { destination, databaseBytes }: DestinationCheck): Promise<void> {
  const { bavail, bsize } = await statfs(parent, { bigint: true });
  const [free, needed] = [bavail * bsize, databaseBytes + SPARE_BYTES];
  if (free < needed) {
    throw new DestinationRefusedError(destination, `it needs ${needed} bytes and ${parent} has ${free} free`);
  }
}

interface Claim {
  readonly operationId: string;
  /** The directory was there, empty, before we came. */
  readonly existed: boolean;
}

/** Beside the directory, not in it: pgBackRest restores into empty ones only. */
function claimFile(destination: string): string {
  return join(dirname(destination), `.${basename(destination)}.sunday-restore`);
}

/**
 * Marks the destination as ours, then makes it empty. The mark goes first: whatever is in a marked directory
 * was put there by the operation in the mark, so a crash at any moment leaves nothing that is neither.
 *
 * @throws {DestinationRefusedError} when another restore has claimed it.
 */
export async function claimDestination(destination: string, operationId: string): Promise<void> {
  const existed = (await lstat(destination).catch(() => null)) !== null;
  const claim: Claim = { operationId, existed };
  try {
    await writeFile(claimFile(destination), JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = (await readClaim(destination))?.operationId ?? 'an unknown operation';
    if (owner !== operationId) {
      throw new DestinationRefusedError(
        destination,
        `restore ${owner} has claimed it (${claimFile(destination)})`,
      );
    }
  }
  await clear(destination, true);
  await mkdir(destination, { recursive: true, mode: 0o700 });
}

/** Removes what the operation has put there; nothing when the directory is not its own. Twice is safe. */
export async function abandonDestination(destination: string, operationId: string): Promise<void> {
  const claim = await readClaim(destination);
  if (claim?.operationId !== operationId) return;
  await clear(destination, claim.existed);
  await releaseDestination(destination, operationId);
}

/** From here on the directory belongs to whoever asked for it. */
export async function releaseDestination(destination: string, operationId: string): Promise<void> {
  if ((await readClaim(destination))?.operationId === operationId)
    await rm(claimFile(destination), { force: true });
}

/** @throws {RestoreFailedError} when it is not (any more) the operation's own. */
export async function assertClaimed(destination: string, operationId: string, label: string): Promise<void> {
  if ((await readClaim(destination))?.operationId !== operationId) {
    throw new RestoreFailedError(label, `${destination} no longer belongs to operation ${operationId}`);
  }
}

async function readClaim(destination: string): Promise<Claim | null> {
  try {
    return JSON.parse(await readFile(claimFile(destination), 'utf8')) as Claim;
  } catch {
    return null;
  }
}

async function clear(destination: string, keepDirectory: boolean): Promise<void> {
  await rm(`${destination}.tablespaces`, { recursive: true, force: true });
  if (!keepDirectory) return rm(destination, { recursive: true, force: true });
  const entries = await readdir(destination).catch(() => []);
  for (const name of entries) await rm(join(destination, name), { recursive: true, force: true });
}
