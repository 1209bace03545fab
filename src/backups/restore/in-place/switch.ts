import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { serverPid, startServer, stopServer, type ServerOptions } from '../../../postgres/server.ts';
import type { Member, Members } from './members.ts';

/*
 * The directories of one server, by what has happened to it. Each arrow is one rename, so that a crash leaves one of
 * the rows, and doing it again goes on from there.
 *
 *   DIR          DIR.restored-OP   DIR.before-OP
 *   old          new               -               before
 *   -            new               old             between the renames
 *   new          -                 old             switched
 */

const shorten = (operationId: string) => operationId.replaceAll('-', '').slice(-12);

/** Where the restored files are until they take the place of the others. */
export function restoredOf({ dataDirectory }: ServerOptions, operationId: string): string {
  return `${dataDirectory}.restored-${shorten(operationId)}`;
}

/** Where the files that were there before are kept. */
export function beforeOf({ dataDirectory }: ServerOptions, operationId: string): string {
  return `${dataDirectory}.before-${shorten(operationId)}`;
}

/** Puts the restored files in place, with the configuration of now. The server must be stopped. Twice is safe. */
export async function switchFiles({ options }: Member, operationId: string): Promise<void> {
  const [restored, before] = [restoredOf(options, operationId), beforeOf(options, operationId)];
  if (!existsSync(restored)) return;
  if (existsSync(options.dataDirectory)) {
    await adoptConfiguration(options.dataDirectory, restored);
    await rename(options.dataDirectory, before);
  }
  await rename(restored, options.dataDirectory);
}

/** The other way round; what was restored is beside again. Twice is safe. */
export async function switchBack({ options }: Member, operationId: string): Promise<void> {
  const [restored, before] = [restoredOf(options, operationId), beforeOf(options, operationId)];
  if (!existsSync(before)) return;
  if (existsSync(options.dataDirectory)) await rename(options.dataDirectory, restored);
  await rename(before, options.dataDirectory);
}

/** Settings, access rules and certificates are no data: those of now hold, not those of the backup. */
const CONFIGURATION = /\.(conf|crt|key|pem)$|^conf\.d$/;

async function adoptConfiguration(from: string, to: string): Promise<void> {
  const isOurs = (name: string) => CONFIGURATION.test(name);
  for (const name of (await readdir(to)).filter(isOurs)) await rm(join(to, name), { recursive: true });
  for (const name of (await readdir(from)).filter(isOurs))
    await cp(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true });
}

/** Standbys first: a primary that stops waits until they have all of its log. Twice is safe. */
export async function stopMembers({ primary, standbys }: Members): Promise<void> {
  for (const { options } of [...standbys, primary]) await stopSurely(options);
}

/** A fast shutdown waits for the archive; when that hangs, recovery repairs an immediate one. */
export async function stopSurely(options: ServerOptions): Promise<void> {
  await stopServer(options, 'fast').catch(() => stopServer(options, 'immediate'));
}

/** Without the marks of the operation: it has to outlive it. Twice is safe. */
export async function startMember({ options }: Member): Promise<void> {
  if (serverPid(options.dataDirectory) === null) await startServer(options);
}

/** What has been done to the cluster, for a run after a crash and for the way back. */
export interface SwitchState {
  /** Names of the servers that ran before they were stopped. */
  readonly running: readonly string[];
  /** Clients may have written to the restored primary: there is no way back by itself any more. */
  readonly isOpen: boolean;
  /** Names of the standbys that are made anew. */
  readonly rebuilt: readonly string[];
}

function stateFile({ primary }: Pick<Members, 'primary'>, operationId: string): string {
  const { dataDirectory } = primary.options;
  return join(dirname(dataDirectory), `.${basename(dataDirectory)}.in-place-${shorten(operationId)}`);
}

/** Null before anything was stopped. */
export async function readState(
  members: Pick<Members, 'primary'>,
  operationId: string,
): Promise<SwitchState | null> {
  const text = await readFile(stateFile(members, operationId), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as SwitchState);
}

/** Whole or not at all. */
export async function writeState(members: Members, operationId: string, state: SwitchState): Promise<void> {
  const file = stateFile(members, operationId);
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removeState(members: Pick<Members, 'primary'>, operationId: string): Promise<void> {
  await rm(stateFile(members, operationId), { force: true });
}
