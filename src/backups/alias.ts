import type { BackupType } from './pgbackrest/info.ts';

const PREFIXES: Readonly<Record<BackupType, string>> = {
  FULL: 'full',
  DIFFERENTIAL: 'differential',
  INCREMENTAL: 'incremental',
};

/**
 * The name of a set in the form of the administration guide: `20241201-020000F` is `full_20241201_020000`.
 * The digits are those of the label, so in the timezone of whoever runs pgBackRest. A stanza makes one set at a time,
 * and none in the second of another: an alias names one set.
 */
export function toAlias({ label, type }: { readonly label: string; readonly type: BackupType }): string {
  return `${PREFIXES[type]}_${label.slice(-16, -1).replace('-', '_')}`;
}

/** The set that is called so, by its label or its alias; null when there is none. */
export function findByName<Named extends { readonly label: string; readonly type: BackupType }>(
  sets: readonly Named[],
  name: string,
): Named | null {
  return sets.find((one) => one.label === name || toAlias(one) === name) ?? null;
}
