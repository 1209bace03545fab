import { z } from 'zod';
import type { Backup } from '../src/backups/catalogue.ts';
import { BackupExpiringError } from '../src/backups/errors.ts';
import type { Hold } from '../src/backups/retention/holds.ts';
import { KEEP_RULES, type KeepReason, type KeepRule } from '../src/backups/retention/retention.ts';
import type { ClusterPolicy } from '../src/backups/retention/store.ts';
import { BackupRef, label } from './backups.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { auditFields, clusterField, line } from './requests.ts';

const RULES: Record<KeepRule, string> = {
  HELD: 'Somebody said that it must stay.',
  NEEDED: 'A held one builds on it.',
  NEWEST_VALID: 'It is the newest full one that is valid, or builds on that: it never goes.',
  NEWEST_VERIFIED: 'It is the newest full one that a verification found valid, or builds on that.',
  COUNT: 'It is one of the newest full ones that the policy counts, or builds on one.',
  AGE: 'It is younger than the policy says.',
  RECOVERY: 'Without it, not every moment that the policy names could be recovered.',
  NO_VALID_SET: 'No full set of its repository is valid: then nothing goes.',
};

const BackupKeepRuleRef = builder.enumType('BackupKeepRule', {
  description: 'Why a backup stays.',
  values: Object.fromEntries(
    KEEP_RULES.map((rule) => [rule, { value: rule, description: RULES[rule] }]),
  ) as Record<KeepRule, { value: KeepRule; description: string }>,
});

const BackupKeepReasonRef = builder.objectRef<KeepReason>('BackupKeepReason').implement({
  description: 'One reason for which a backup stays.',
  fields: (t) => ({
    rule: t.expose('rule', { type: BackupKeepRuleRef, description: 'For programs.' }),
    text: t.exposeString('text', { description: 'For people, e.g. `one of the newest 4 valid full sets`.' }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends as things are now; null: not known, or never.',
    }),
  }),
});

const BackupHoldRef = builder.objectRef<Hold>('BackupHold').implement({
  description: 'Somebody said that a backup must stay, whatever the policy says.',
  fields: (t) => ({
    reason: t.exposeString('reason', { description: 'Why.' }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it ends, unless time passed meanwhile that no backup vouches for, as when a clock jumps: `Backup.expiresAt` counts that. Null: when it is released.',
    }),
    heldBy: t.exposeString('heldBy', { description: 'Name of the token that asked for it.' }),
    onBehalfOf: t.exposeString('onBehalfOf', {
      nullable: true,
      description: 'The person behind that token; null: the token itself.',
    }),
    heldAt: t.expose('heldAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

builder.objectFields(BackupRef, (t) => ({
  hold: t.expose('hold', {
    type: BackupHoldRef,
    nullable: true,
    description: 'Who said that it must stay; null: nobody.',
  }),
  keptBecause: t.expose('keptBecause', {
    type: [BackupKeepReasonRef],
    description:
      'Why it stays, the strongest reason first; empty: the next expiry removes it, or it is gone.',
  }),
  expiresAt: t.expose('expiresAt', {
    type: 'DateTime',
    nullable: true,
    description:
      'When the last of these reasons ends as things are now; null: not known, never, or it is gone.',
  }),
  expiredAt: t.expose('expiredAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was removed; null when it is there, or was removed by somebody else.',
  }),
  expiredBecause: t.exposeString('expiredBecause', {
    nullable: true,
    description: 'Why it was removed; null when it is there, or was removed by somebody else.',
  }),
}));

const KEEP_FULLS = 'So many valid full backups stay, the newest, with all that builds on them: 1 to 1,000.';
const KEEP_DAYS = 'Younger backups stay, in days: 1 to 36,500; null: age is no reason to stay.';
const RECOVERY_DAYS =
  'Every moment of so many days can be recovered, 0 to 36,500: the backups and the write-ahead log for that stay.';

export const BackupRetentionRef = builder.objectRef<ClusterPolicy>('BackupRetention').implement({
  description: 'What stays in the repository of a cluster: whatever one of its rules keeps.',
  fields: (t) => ({
    keepFulls: t.exposeInt('keepFulls', { description: KEEP_FULLS }),
    keepDays: t.exposeInt('keepDays', { nullable: true, description: KEEP_DAYS }),
    recoveryDays: t.exposeInt('recoveryDays', { description: RECOVERY_DAYS }),
    updatedBy: t.exposeString('updatedBy', {
      nullable: true,
      description: 'Name of the token that set it; null: it is the default.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was set; null: it is the default.',
    }),
  }),
});

export const HoldBackupInputRef = builder.inputType('HoldBackupInput', {
  description: 'Which backup must stay, and how long.',
  fields: (t) => ({
    ...namedFields(t),
    until: t.field({
      type: 'DateTime',
      description: 'When the hold ends by itself, in the future. Null: when it is released.',
    }),
    ...auditFields(t),
    reason: t.string({
      required: true,
      description: 'Why, for whoever looks at it later; 1 to 500 characters.',
      validate: line(500),
    }),
  }),
});

export const ReleaseBackupInputRef = builder.inputType('ReleaseBackupInput', {
  description: 'Which backup need not stay any more.',
  fields: (t) => ({ ...namedFields(t), ...auditFields(t) }),
});

export const UpdateBackupRetentionInputRef = builder.inputType('UpdateBackupRetentionInput', {
  description: 'All of the policy of a cluster.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    keepFulls: t.int({ required: true, description: KEEP_FULLS, validate: days(1, 1_000) }),
    keepDays: t.int({ description: KEEP_DAYS, validate: days(1, 36_500).nullish() }),
    recoveryDays: t.int({ required: true, description: RECOVERY_DAYS, validate: days(0, 36_500) }),
    ...auditFields(t),
  }),
});

export const HoldBackupSuccessRef = backupSuccess(
  'HoldBackupSuccess',
  'It stays, with all that it builds on.',
);
export const ReleaseBackupSuccessRef = backupSuccess(
  'ReleaseBackupSuccess',
  'It stays only as long as the policy says.',
);
export const UpdateBackupRetentionSuccessRef = builder
  .objectRef<{ readonly retention: ClusterPolicy }>('UpdateBackupRetentionSuccess')
  .implement({
    description: 'The policy was set. The next expiry goes by it.',
    fields: (t) => ({
      retention: t.expose('retention', { type: BackupRetentionRef, description: 'The policy as it is now.' }),
    }),
  });

errorType(BackupExpiringError, { description: 'The backup is being removed, so it cannot be held.' });

function days(least: number, most: number) {
  return z.int().min(least, `this is at least ${least}`).max(most, `this is at most ${most}`);
}

function namedFields(t: Parameters<typeof auditFields>[0]) {
  return {
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    label: t.string({
      required: true,
      description: 'Label or alias of the backup; 1 to 100 characters.',
      validate: label,
    }),
  };
}

function backupSuccess(name: string, description: string) {
  return builder.objectRef<{ readonly backup: Backup }>(name).implement({
    description,
    fields: (t) => ({
      backup: t.expose('backup', { type: BackupRef, description: 'The backup as it is now.' }),
    }),
  });
}
