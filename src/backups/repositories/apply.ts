import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { StanzaConfig } from '../../config.ts';
import { SundayError } from '../../errors.ts';
import { replaceRepositories } from '../../config/repository-options.ts';
import { call, retryWhileLocked } from '../pgbackrest/pgbackrest.ts';

const CREATE_TIMEOUT_MS = 120_000;

/** What came of it: `unchanged` also when `sunday.yaml` leaves the repositories to the file. */
export type Applied = 'unchanged' | 'applied';

/**
 * Makes the stanza's file name the repositories that `sunday.yaml` does. The stanza, and `others` that share the file,
 * are made in new ones first: an archive_command that finds a repository without its stanza fails, and write-ahead log
 * would pile up on the primary.
 * The file is replaced as a whole, so whoever reads it meanwhile sees the old or the new one. Twice is safe.
 *
 * @throws {InvalidConfigError} for a secret that can't be read, and the typed failures of a repository: then the file stays as it is.
 */
export async function applyRepositories(
  stanza: StanzaConfig,
  others: readonly StanzaConfig[] = [],
): Promise<Applied> {
  const { repositories, configFile } = stanza;
  if (repositories === undefined) return 'unchanged';
  const before = readFileSync(configFile, 'utf8');
  const wanted = replaceRepositories(before, repositories);
  if (wanted === before) return 'unchanged';
  const draft = `${configFile}.${process.pid}.new`;
  try {
    writeFileSync(draft, wanted, { mode: 0o600 });
    chmodSync(draft, 0o600); // one that is left from a crash keeps its own
    for (const one of [stanza, ...others]) await createStanza({ ...one, configFile: draft });
    renameSync(draft, configFile);
  } finally {
    rmSync(draft, { force: true });
  }
  return 'applied';
}

/** True: the file says what `sunday.yaml` says. A secret that can't be read is a difference too. */
export function isApplied({ repositories, configFile }: StanzaConfig): boolean {
  if (repositories === undefined) return true;
  try {
    const text = readFileSync(configFile, 'utf8');
    return replaceRepositories(text, repositories) === text;
  } catch (error) {
    if (error instanceof SundayError) return false;
    throw error;
  }
}

/** In every repository that does not have it yet; it asks the data directory, not a server. */
async function createStanza(stanza: StanzaConfig): Promise<void> {
  await retryWhileLocked({}, () =>
    call(stanza, 'stanza-create', ['--no-online', '--log-level-console=warn'], {
      timeoutMs: CREATE_TIMEOUT_MS,
    }),
  );
}
