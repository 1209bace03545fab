import { z } from 'zod';
import type { MissedPolicy } from '../src/schedules/decide.ts';
import type { auditFields } from './requests.ts';
import { MaintenanceWindowInputRef, MissedPolicyRef } from './schedules.ts';

type InputFields = Parameters<typeof auditFields>[0];

const NAME = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a name is 1 to 63 lower case letters, digits and hyphens');
const SHORT_TEXT = z.string().max(200, 'this has at most 200 characters');

/** Name of a schedule that there is, or is to be. */
export function scheduleNameField(t: InputFields) {
  return t.string({
    required: true,
    description:
      'Name of the schedule: 1 to 63 lower case letters, digits and hyphens, e.g. `nightly-backup`.',
    validate: NAME,
  });
}

/** The same where there is a default. */
export function optionalScheduleNameField(t: InputFields, whenNull: string) {
  return t.string({
    description: `Name of the schedule: 1 to 63 lower case letters, digits and hyphens. Null: ${whenNull}`,
    validate: NAME.nullish(),
  });
}

const CRON = 'five fields, or six with the seconds first, e.g. `0 2 * * SUN`';

export function cronField(t: InputFields) {
  return t.string({ required: true, description: `When: ${CRON}.`, validate: SHORT_TEXT });
}

export function optionalCronField(t: InputFields) {
  return t.string({
    description: `Again and again: ${CRON}. A moment in an hour that the clocks leave out comes right after it, one in an hour that exists twice comes once. Null: once.`,
    validate: SHORT_TEXT.nullish(),
  });
}

/** What all schedules have besides their moments. */
export function timingFields(t: InputFields, defaults: { readonly missedPolicy: MissedPolicy }) {
  return {
    timezone: t.string({
      description: 'IANA timezone of `cron`, e.g. `Europe/Berlin`. Null: `UTC`.',
      validate: z.string().max(100, 'this has at most 100 characters').nullish(),
    }),
    window: t.field({
      type: MaintenanceWindowInputRef,
      description:
        'Runs start only while it is open; one that is due outside waits for it. Without a moment: once, in the next one. Null: at any time.',
    }),
    jitterSeconds: t.int({
      description:
        'Each run starts up to so many seconds later, 0 to 3,600, and less than the time to the next. Null: 0.',
      validate: z.int().min(0, 'this is at least 0').max(3_600, 'this is at most 3,600').nullish(),
    }),
    missedPolicy: t.field({
      type: MissedPolicyRef,
      description: `What becomes of moments that were missed. Null: ${defaults.missedPolicy}.`,
    }),
    isPaused: t.boolean({
      description: 'True: it waits for `resumeSchedule`. Null: as it was, and active when it is new.',
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only say what would run when. Null: false.',
    }),
  };
}
