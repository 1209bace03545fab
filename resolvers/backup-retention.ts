import { BackupExpiringError, BackupNotFoundError, RepositoryNotFoundError } from '../src/backups/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import { ExpireBackupsInputRef, ExpireBackupsSuccessRef } from '../schema/backup-expiry.ts';
import {
  BackupRetentionRef,
  HoldBackupInputRef,
  HoldBackupSuccessRef,
  ReleaseBackupInputRef,
  ReleaseBackupSuccessRef,
  UpdateBackupRetentionInputRef,
  UpdateBackupRetentionSuccessRef,
} from '../schema/backup-retention.ts';
import { BackupRef } from '../schema/backups.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context } from '../schema/context.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import { findBackup, REPOSITORY_ERRORS } from './backups.ts';
import { findOperation } from './operations.ts';

builder.objectField(ClusterRef, 'backupRetention', (t) =>
  t.field({
    type: BackupRetentionRef,
    nullable: true,
    description: 'What stays in its repository; null when it has no stanza.',
    authScopes: { scope: 'backup:read' },
    resolve: ({ name, stanza }, _args, { services }) =>
      stanza === null ? null : services.backups.findPolicy(name),
  }),
);

builder.objectField(BackupRef, 'expiredBy', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that removed it; null when it is there, or was removed by somebody else.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ expiredBy }, _args, context) =>
      expiredBy === null ? null : findOperation(expiredBy, context),
  }),
);

async function getBackup(cluster: string, label: string, context: Context) {
  context.loaders.clear(); // what was loaded before the change
  const backup = await findBackup(`${cluster}/${label}`, context);
  if (backup === null) throw new BackupNotFoundError(cluster, label, []);
  return backup;
}

// `auditedBy`: the service writes the line in the transaction of the change; resolvers/audit.ts leaves it to that.
const extensions = { auditedBy: 'SERVICE' };
const NAMED_ERRORS = [...MUTATION_ERRORS, ClusterNotFoundError, ...REPOSITORY_ERRORS, BackupNotFoundError];

builder.mutationFields((t) => ({
  expireBackups: t.field({
    type: ExpireBackupsSuccessRef,
    description:
      'Removes the backups that neither the policy nor a hold keeps, then the write-ahead log that nothing needs. Never the last valid full one. Refused while another expiry of the cluster is under way; waits for its backups.',
    authScopes: { scope: 'backup:write' },
    args: { input: t.arg({ type: ExpireBackupsInputRef, required: true, description: 'Whose, and how.' }) },
    errors: { types: [...START_ERRORS, ...REPOSITORY_ERRORS, RepositoryNotFoundError] },
    resolve: async (_root, { input }, { services, request }) => {
      const { cluster, dryRun } = input;
      const scope = { cluster, repository: input.repository ?? null };
      const plan = await services.backups.planExpiry(scope);
      const operation = dryRun === true ? null : await services.backups.expire(scope, request(input));
      return { operation, plan };
    },
  }),
  holdBackup: t.field({
    type: HoldBackupSuccessRef,
    description:
      'Says that a backup must stay, with all that it builds on, whatever the policy says. Again: with the new end and reason. Write-ahead log behind it stays only as long as the policy says.',
    authScopes: { scope: 'backup:write' },
    extensions,
    args: { input: t.arg({ type: HoldBackupInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...NAMED_ERRORS, BackupExpiringError] },
    resolve: async (_root, { input }, context) => {
      const { cluster, label, until } = input;
      const held = { cluster, label, until: until ?? null };
      const found = await context.services.backups.hold(held, context.requester(input));
      return { backup: await getBackup(cluster, found, context) };
    },
  }),
  releaseBackup: t.field({
    type: ReleaseBackupSuccessRef,
    description: 'Ends a hold. Twice is the same as once.',
    authScopes: { scope: 'backup:write' },
    extensions,
    args: { input: t.arg({ type: ReleaseBackupInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: NAMED_ERRORS },
    resolve: async (_root, { input }, context) => {
      const { cluster, label } = input;
      const found = await context.services.backups.release({ cluster, label }, context.requester(input));
      return { backup: await getBackup(cluster, found, context) };
    },
  }),
  updateBackupRetention: t.field({
    type: UpdateBackupRetentionSuccessRef,
    description: 'Sets all of the policy of a cluster. Nothing is removed before the next `expireBackups`.',
    authScopes: { scope: 'backup:write' },
    extensions,
    args: {
      input: t.arg({ type: UpdateBackupRetentionInputRef, required: true, description: 'The policy.' }),
    },
    errors: { types: [...MUTATION_ERRORS, ClusterNotFoundError, ...REPOSITORY_ERRORS] },
    resolve: async (_root, { input }, { services, requester }) => {
      const { cluster, keepFulls, keepDays, recoveryDays } = input;
      const policy = { keepFulls, keepDays: keepDays ?? null, recoveryDays };
      return { retention: await services.backups.updatePolicy(cluster, policy, requester(input)) };
    },
  }),
}));
