import type { StanzaConfig } from '../../config.ts';
import { call, retryWhileLocked, type CallOptions } from './pgbackrest.ts';

/** pgBackRest's highest count: its own retention then removes nothing, whatever the configuration says. */
const EVERYTHING = 9_999_999;

/**
 * Removes one set, and what depends on it, from its repository; the archive stays as it is. A set that is gone already
 * is no error. The catalogue forgets the set before its files go, so what a crash leaves behind is removed by the next
 * call, of any set.
 *
 * @throws {BackupLockedError} when another process still holds the stanza after a minute.
 */
export async function expireSet(
  stanza: StanzaConfig,
  { label, repositoryKey }: { readonly label: string; readonly repositoryKey: number },
  options: CallOptions = {},
): Promise<void> {
  await expire(stanza, { repositoryKey, archiveFulls: EVERYTHING, set: label }, options);
}

/**
 * Removes write-ahead log that is older than the newest `fulls` full sets, but for what the older sets need to be
 * consistent. pgBackRest finds both by itself, so a set that came in the meantime keeps what it needs.
 */
export async function expireArchive(
  stanza: StanzaConfig,
  { repositoryKey, fulls }: { readonly repositoryKey: number; readonly fulls: number },
  options: CallOptions = {},
): Promise<void> {
  await expire(stanza, { repositoryKey, archiveFulls: fulls, set: null }, options);
}

interface Expiry {
  readonly repositoryKey: number;
  readonly archiveFulls: number;
  readonly set: string | null;
}

async function expire(
  stanza: StanzaConfig,
  { repositoryKey, archiveFulls, set }: Expiry,
  options: CallOptions,
): Promise<void> {
  const retention = `--repo${repositoryKey}-retention`;
  await retryWhileLocked(options, () =>
    call(
      stanza,
      'expire',
      [
        `--repo=${repositoryKey}`,
        ...(set === null ? [] : [`--set=${set}`]),
        `${retention}-full-type=count`,
        `${retention}-full=${EVERYTHING}`,
        `${retention}-diff=${EVERYTHING}`,
        `${retention}-archive-type=full`,
        `${retention}-archive=${archiveFulls}`,
        '--log-level-console=warn',
      ],
      options,
    ),
  );
}
