import { z } from 'zod';

const STANDBY_SETTINGS = z
  .strictObject({
    use: z
      .enum(['prefer', 'never'])
      .default('prefer')
      .describe('`prefer`: files come from a standby that keeps up, else from the primary.'),
    maxLagBytes: z
      .int()
      .min(0)
      .max(1_099_511_627_776)
      .default(16_777_216)
      .describe('A standby that is further behind is not used, in bytes of write-ahead log.'),
    maxLagSeconds: z
      .number()
      .min(0)
      .max(86_400)
      .default(30)
      .describe('A standby whose last replayed commit is older, while there is more to replay, is not used.'),
  })
  .prefault({});
export type StandbySettings = z.output<typeof STANDBY_SETTINGS>;
export const DEFAULT_STANDBY_SETTINGS: StandbySettings = STANDBY_SETTINGS.parse({});

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
    standby: STANDBY_SETTINGS,
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
