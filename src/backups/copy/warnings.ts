import type { BackupType, KeptSet } from '../pgbackrest/info.ts';

/** What whoever asked for a backup should know about the one that was made; `notes` are of other parts. */
export function listWarnings(
  set: KeptSet,
  asked: BackupType,
  notes: readonly (string | null)[],
): readonly string[] {
  return [
    ...(set.type === asked ? [] : [`there was no full backup to build on, so this is a ${set.type} one`]),
    ...(set.hasPageErrors
      ? ['pages of the database itself have wrong checksums: the primary is damaged']
      : []),
    ...notes.filter((one) => one !== null),
  ];
}
