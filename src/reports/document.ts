import type { BackupReport } from './reports.ts';

/** The report as JSON has it: times in ISO 8601, bytes as text. Only what a report says, whatever else its parts hold. */
export function toDocument(report: BackupReport): Readonly<Record<string, unknown>> {
  const { backups, verifications, holds, ...rest } = report;
  const sets = { backups, verifications, holds };
  const picked = Object.fromEntries(
    Object.entries(sets).map(([name, list]) => [name, list.map(pickSet)] as const),
  );
  const text = JSON.stringify({ ...rest, ...picked }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

function pickSet(one: BackupReport['backups'][number]) {
  const { label, alias, type, state, startedAt, finishedAt, databaseBytes, repositoryBytes } = one;
  const { isEncrypted, verification, hold, keptBecause, expiresAt, expiredAt, expiredBecause } = one;
  return {
    ...{ label, alias, type, state, startedAt, finishedAt, databaseBytes, repositoryBytes },
    ...{ isEncrypted, verification, hold, keptBecause, expiresAt, expiredAt, expiredBecause },
  };
}
