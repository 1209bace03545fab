import { z } from 'zod';

/** The part of `sunday.yaml` about backups of all clusters. */
export const BACKUP_SETTINGS = z
  .strictObject({
    timezone: z
      .string()
      .min(1)
      .default('UTC')
      .refine(isTimezone, 'no timezone of the IANA database has that name')
      .describe('IANA timezone of the default schedules of backups, e.g. `Europe/Berlin`.'),
    defaultSchedules: z
      .boolean()
      .default(true)
      .describe('Each cluster with a stanza once gets schedules: full, incremental, verification, cleanup.'),
  })
  .prefault({});

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
