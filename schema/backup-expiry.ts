import type {
  ExpiringSet,
  ExpiryPlan,
  KeptBackup,
  WindowChange,
} from '../src/backups/retention/expire-plan.ts';
import type { Operation } from '../src/operations/operations.ts';
import { BackupRetentionRef } from './backup-retention.ts';
import { BackupTypeRef } from './backups.ts';
import { builder } from './builder.ts';
import { OperationRef } from './operations.ts';
import { clusterField, line, requestFields } from './requests.ts';

const ExpiringBackupRef = builder.objectRef<ExpiringSet>('ExpiringBackup').implement({
  description: 'A backup that would go.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'Its label.' }),
    alias: t.exposeString('alias', { description: 'Its alias.' }),
    type: t.expose('type', { type: BackupTypeRef, description: 'How much it copied.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', description: 'When it ended.' }),
    freedBytes: t.expose('freedBytes', { type: 'BigInt', description: 'What becomes free, in bytes.' }),
  }),
});

const KeptBackupRef = builder.objectRef<KeptBackup>('KeptBackup').implement({
  description: 'A backup that would stay.',
  fields: (t) => ({
    label: t.exposeString('label', { description: 'Its label.' }),
    alias: t.exposeString('alias', { description: 'Its alias.' }),
    reasons: t.exposeStringList('reasons', { description: 'Why it stays, the strongest reason first.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last reason ends as things are now; null: not known, or never.',
    }),
  }),
});

const WindowChangeRef = builder.objectRef<WindowChange>('RecoveryWindowChange').implement({
  description: 'How far back any moment can be recovered from one repository.',
  fields: (t) => ({
    repositoryKey: t.exposeInt('repositoryKey', { description: 'Number of the repository, from 1.' }),
    earliestBefore: t.expose('earliestBefore', {
      type: 'DateTime',
      nullable: true,
      description: 'The oldest such moment now; null: none.',
    }),
    earliestAfter: t.expose('earliestAfter', {
      type: 'DateTime',
      nullable: true,
      description: 'The oldest such moment afterwards; null: none.',
    }),
    momentsLost: t.field({
      type: ['DateTime'],
      description: 'Single moments before that, those of older backups, that can be recovered no more.',
      resolve: ({ momentsLost }) => momentsLost,
    }),
  }),
});

export const ExpiryPlanRef = builder.objectRef<ExpiryPlan>('BackupExpiryPlan').implement({
  description: 'What the policy would remove.',
  fields: (t) => ({
    policy: t.field({
      type: BackupRetentionRef,
      description: 'The policy that decided.',
      resolve: ({ policy }) => policy,
    }),
    kept: t.expose('kept', { type: [KeptBackupRef], description: 'What stays, newest first.' }),
    expiring: t.expose('expiring', {
      type: [ExpiringBackupRef],
      description: 'What goes, in this order: what builds on others before these.',
    }),
    freedBytes: t.expose('freedBytes', {
      type: 'BigInt',
      description: 'What becomes free by that, in bytes; write-ahead log comes on top.',
    }),
    windows: t.expose('windows', {
      type: [WindowChangeRef],
      description: 'How the recovery windows shrink, for each repository.',
    }),
    warnings: t.exposeStringList('warnings', { description: 'What people should know before.' }),
  }),
});

export const ExpireBackupsInputRef = builder.inputType('ExpireBackupsInput', {
  description: 'Whose backups to expire.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    repository: t.string({
      description:
        'Name of the repository whose backups may go, 1 to 31 characters; only that one has to answer. Null: all.',
      validate: line(31).nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is removed. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export interface ExpireOutcome {
  readonly operation: Operation | null;
  readonly plan: ExpiryPlan;
}

export const ExpireBackupsSuccessRef = builder.objectRef<ExpireOutcome>('ExpireBackupsSuccess').implement({
  description: 'What nothing keeps is being removed, or would be.',
  fields: (t) => ({
    operation: t.expose('operation', {
      type: OperationRef,
      nullable: true,
      description: 'The operation; it decides again when it begins. Null for a dry run.',
    }),
    plan: t.expose('plan', { type: ExpiryPlanRef, description: 'What goes and what stays.' }),
  }),
});
