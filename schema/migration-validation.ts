import {
  type CheckedMigration,
  MIGRATION_VERDICTS,
  type MigrationVerdict,
} from '../src/migrations/validation/validate-check.ts';
import {
  type TriedBackup,
  VALIDATION_BASES,
  type ValidationBase,
  type ValidationReport,
} from '../src/migrations/validation/validate.ts';
import { builder } from './builder.ts';
import { CatalogDifferenceRef } from './migration-drift.ts';
import { MeasuredWorkRef } from './migration-measures.ts';
import { clusterField, line, requestFields, startSuccess } from './requests.ts';

const VERDICTS: Record<MigrationVerdict, string> = {
  REVERSIBLE: 'Down gave back the catalog from before, and up again the one from after.',
  IRREVERSIBLE: 'Declared so, with a reason; applied once.',
  NOT_RESTORED: 'After down the catalog is another one than before up.',
  NOT_REPEATABLE: 'Down was right, but up a second time fails or leads elsewhere.',
  UP_FAILED: 'A statement of its script failed.',
  DOWN_FAILED: 'A statement of its down script failed.',
  NOT_REACHED: 'One before it failed, so nothing is known.',
};

const BASES: Record<ValidationBase, string> = {
  TARGET: "What is pending, on a copy of the cluster's present schema.",
  EMPTY: 'All migrations, on an empty database.',
  BACKUP: 'What is pending there, on a restored backup with all its rows.',
};

export const ValidationBaseRef = builder.enumType('MigrationValidationBase', {
  description: 'What migrations are tried on.',
  values: Object.fromEntries(
    VALIDATION_BASES.map((one) => [one, { value: one, description: BASES[one] }]),
  ) as Record<ValidationBase, { value: ValidationBase; description: string }>,
});

const MigrationVerdictRef = builder.enumType('MigrationVerdict', {
  description: 'What came of one migration when it was tried up, down and up again.',
  values: Object.fromEntries(
    MIGRATION_VERDICTS.map((one) => [one, { value: one, description: VERDICTS[one] }]),
  ) as Record<MigrationVerdict, { value: MigrationVerdict; description: string }>,
});

const TriedBackupRef = builder.objectRef<TriedBackup>('TriedBackup').implement({
  description: 'The backup that was restored for a validation.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'Its label.' }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the cluster was in that state; null when nothing says it.',
      resolve: ({ at }) => (at === null ? null : new Date(at)),
    }),
    databaseBytes: t.field({
      type: 'BigInt',
      description: 'Size of what was restored, in bytes.',
      resolve: ({ databaseBytes }) => BigInt(databaseBytes),
    }),
    restoreMs: t.exposeFloat('restoreMs', { description: 'Milliseconds that copying the files took.' }),
    recoveryMs: t.exposeFloat('recoveryMs', {
      description: 'Milliseconds from then on until it took writes.',
    }),
  }),
});

const CheckedMigrationRef = builder.objectRef<CheckedMigration>('CheckedMigration').implement({
  description: 'One migration that was tried up, down and up again.',
  fields: (t) => ({
    version: t.exposeString('version', { description: "Number as in the file's name, e.g. `001`." }),
    name: t.exposeString('name', { description: 'What follows the number, e.g. `init_schema`.' }),
    verdict: t.expose('verdict', { type: MigrationVerdictRef, description: 'What came of it.' }),
    upMs: t.exposeInt('upMs', {
      nullable: true,
      description: 'Milliseconds that the server needed for up; null when it did not run to its end.',
    }),
    downMs: t.exposeInt('downMs', {
      nullable: true,
      description: 'Milliseconds that it needed for down; null when that did not run to its end.',
    }),
    secondUpMs: t.exposeInt('secondUpMs', {
      nullable: true,
      description: 'Milliseconds that it needed for up again; null when that did not run to its end.',
    }),
    work: t.expose('work', {
      type: MeasuredWorkRef,
      nullable: true,
      description:
        'What the first up did to tables that were there; null without rows (TARGET, EMPTY), and when it failed.',
    }),
    fingerprintBefore: t.exposeString('fingerprintBefore', {
      nullable: true,
      description: 'SHA-256 of the catalog before it, in hexadecimal; null when that was not reached.',
    }),
    fingerprintAfter: t.exposeString('fingerprintAfter', {
      nullable: true,
      description: 'SHA-256 of the catalog right after it, in hexadecimal; null when that was not reached.',
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why the verdict is what it is, for people; null when there is nothing to say.',
    }),
    differences: t.field({
      type: [CatalogDifferenceRef],
      description:
        'What this migration, and none above it, left otherwise than it had to, by kind and name; the first 50. Empty when it is right.',
      resolve: ({ differences }) => differences,
    }),
    differenceCount: t.exposeInt('differenceCount', { description: 'All of them.' }),
  }),
});

/** `operation` is not repeated: whoever asks has named it. */
export const MigrationValidationRef = builder.objectRef<ValidationReport>('MigrationValidation').implement({
  description: 'What a validation has found: migrations up, down and up again, away from the cluster.',
  fields: (t) => ({
    from: t.expose('from', { type: ValidationBaseRef, description: 'What they were tried on.' }),
    backup: t.expose('backup', {
      type: TriedBackupRef,
      nullable: true,
      description: 'The backup that was restored for it; null without one.',
    }),
    isValid: t.exposeBoolean('isValid', {
      description: 'True when every migration is REVERSIBLE, or declared IRREVERSIBLE.',
    }),
    migrations: t.field({
      type: [CheckedMigrationRef],
      description: 'What was tried, lowest number first; empty when nothing was pending.',
      resolve: ({ migrations }) => migrations,
    }),
    cloneDifferences: t.field({
      type: [CatalogDifferenceRef],
      description:
        "Where the copy, or the restored backup, was not what the cluster's schema is, so that the trial ran on something a little different; the first 20. Empty when it was equal.",
      resolve: ({ cloneDifferences }) => cloneDifferences,
    }),
  }),
});

export const ValidateMigrationsInputRef = builder.inputType('ValidateMigrationsInput', {
  description: 'What to try, and for which cluster.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster whose schema is copied, e.g. `main`.'),
    from: t.field({
      type: ValidationBaseRef,
      description:
        'What to try on. Null: BACKUP when one is named, else TARGET when something is pending, else EMPTY.',
    }),
    onBackup: t.string({
      description:
        'A backup to restore for it: `latest`, a label or an alias; 1 to 100 characters. Null: no rows, unless `from` is BACKUP: then the latest.',
      validate: line(100).nullish(),
    }),
    ...requestFields(t),
  }),
});

export const ValidateMigrationsSuccessRef = startSuccess(
  'ValidateMigrationsSuccess',
  'The migrations are being tried up, down and up again, away from the cluster.',
);
