import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { replaceRepositories } from '../../config/repository-options.ts';
import { type RepositoryConfig, REPOSITORY_SETTINGS } from '../../config/repository-settings.ts';
import { OWN_REPOSITORY } from '../../config/repositories-file.ts';
import { run } from '../../process.ts';
import { replaceFile } from './files.ts';
import type { Layout } from './layout.ts';
import type { ServerOptions } from '../../postgres/server.ts';

export const STANZA = 'main';

interface Invocation {
  readonly program: string;
  readonly config: string;
  readonly stanza: string;
  readonly dataDirectory: string;
}

/** A cluster with backups of its own, by the server that is its primary. */
export interface EmbeddedStanza {
  readonly name: string;
  readonly options: ServerOptions;
}

/** How a server of that stanza calls pgBackRest. */
export function invocationOf(
  { backrest, layout }: { readonly backrest: string; readonly layout: Layout },
  stanza: string,
  { dataDirectory }: ServerOptions,
): Invocation {
  return { program: backrest, config: layout.backrestConfig, stanza, dataDirectory };
}

/** Setting of PostgreSQL that hands each finished segment to the archive. */
export function archiveCommand(invocation: Invocation): string {
  return `${toCommand(invocation, 'archive-push')} %p`;
}

/** Setting of PostgreSQL that fetches a segment which the primary no longer has. */
export function restoreCommand(invocation: Invocation): string {
  return `${toCommand(invocation, 'archive-get')} %f "%p"`;
}

/** All repositories of a fleet that has more than its directory; empty: it has no more. */
export function listRepositories(
  { repositoryDirectory }: Layout,
  passphraseFile: string,
  further: readonly RepositoryConfig[],
): readonly RepositoryConfig[] {
  if (further.length === 0) return [];
  const own = { name: OWN_REPOSITORY, path: repositoryDirectory, passphraseFile };
  return [REPOSITORY_SETTINGS.parse(own), ...further];
}

export interface BackrestSettings {
  readonly stanzas: readonly EmbeddedStanza[];
  /** Of the fleet's own directory. */
  readonly passphrase: string;
  /** As `listRepositories` gives them. */
  readonly repositories: readonly RepositoryConfig[];
}

/** Writes pgbackrest.conf anew: with the passphrase in it, so 0600. */
export function writeBackrestConfig(layout: Layout, settings: BackrestSettings): void {
  const { backrestConfig } = layout;
  const before = existsSync(backrestConfig) ? readFileSync(backrestConfig, 'utf8') : '';
  const { stanzas, repositories } = settings;
  // A worker makes the stanzas in further repositories, and names these in the file then. Where it has done so, they
  // are named from the start: what is archived meanwhile would be missing there for ever.
  const isApplied =
    repositories.length > 0 &&
    stanzas.every(({ name }) => before.includes(`\n[${name}]\n`)) &&
    replaceRepositories(before, repositories) === before;
  const text = describeFleet(layout, settings);
  replaceFile(backrestConfig, isApplied ? replaceRepositories(text, repositories) : text);
}

function describeFleet(layout: Layout, { stanzas, passphrase }: BackrestSettings): string {
  const directories = ['lock', 'log', 'spool'].map((name) => join(layout.backrestDirectory, name));
  for (const directory of [layout.repositoryDirectory, ...directories]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
  const [lock, log, spool] = directories;
  return `# Written anew by each start of the embedded fleet.
[global]
repo1-path=${layout.repositoryDirectory}
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=${passphrase}
repo1-bundle=y
# Only \`backups.expire\` removes sets: it knows which ones are held. These keep pgBackRest from doing so by itself.
repo1-retention-full=9999999
expire-auto=n
compress-type=zst
compress-level=1
process-max=${availableParallelism()}
start-fast=y
archive-async=n
lock-path=${lock}
log-path=${log}
spool-path=${spool}

${stanzas.map(toSection).join('\n')}`;
}

function toSection({ name, options: { dataDirectory, port, socketDirectory } }: EmbeddedStanza): string {
  return `[${name}]
pg1-path=${dataDirectory}
pg1-port=${port}
pg1-socket-path=${socketDirectory}
pg1-user=sunday_backup
`;
}

/**
 * Makes the stanza in the repository, unless it is there. Without a server: it has to exist before the first
 * segment is archived, for PostgreSQL waits a minute after three failed attempts.
 */
export async function createStanza(
  { backrest, layout }: { readonly backrest: string; readonly layout: Layout },
  stanza: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const made = ['archive', 'backup'].every((kind) =>
    existsSync(join(layout.repositoryDirectory, kind, stanza, `${kind}.info`)),
  );
  if (made) return false;
  const args = [`--config=${layout.backrestConfig}`, `--stanza=${stanza}`, '--no-online', 'stanza-create'];
  await run(backrest, args, { timeoutMs: 60_000, ...(signal ? { signal } : {}) });
  return true;
}

function toCommand({ program, config, stanza, dataDirectory }: Invocation, command: string): string {
  const options = [`--config=${config}`, `--stanza=${stanza}`, `--pg1-path=${dataDirectory}`];
  return [program, ...options, command].map(quote).join(' ');
}

/** For the shell that PostgreSQL starts, and with `%` as PostgreSQL wants a literal one. */
function quote(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll('%', '%%');
}
