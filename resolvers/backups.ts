import type { Backup } from '../src/backups/catalogue.ts';
import {
  BackupFailedError,
  BackupNotFoundError,
  BackupsNotConfiguredError,
  RepositoryUnavailableError,
  RepositoryUnreadableError,
  StanzaMissingError,
} from '../src/backups/errors.ts';
import type { Page } from '../src/page.ts';
import {
  BackupConnectionRef,
  BackupRef,
  StartBackupInputRef,
  StartBackupSuccessRef,
  VerifyBackupInputRef,
  VerifyBackupSuccessRef,
} from '../schema/backups.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { findOperation } from './operations.ts';

const loadBackups: LoadMany<readonly Backup[]> = ({ backups }, clusters) => backups.listByCluster(clusters);

export const backupNode: NodeSource = { scope: 'backup:read', find: findBackup };

/** `id` is `<cluster>/<label>`; null when there is no such cluster or set. */
async function findBackup(id: string, { services, loaders }: Context): Promise<Backup | null> {
  const [cluster = '', label = ''] = id.split('/');
  if (!services.fleet.find(cluster)?.stanza) return null;
  const backups = await loaders.load(loadBackups, cluster);
  return backups.find((one) => one.label === label) ?? null;
}

/** Sets expire while somebody pages through them, so a cursor holds the time in the label, not a position. */
function backupList(backups: () => Promise<readonly Backup[]>): KeysetList<Backup, string> {
  return {
    name: 'backups',
    toText: ({ label }) => timeOf(label),
    toKey: (text) => (/^\d{8}-\d{6}$/.test(text) ? text : null),
    list: async (page) => pickPage(await backups(), page),
    count: async () => (await backups()).length,
  };
}

/** `20261122-064811F_20261122-064829I` began at `20261122-064829`; a stanza has one backup at a time. */
function timeOf(label: string): string {
  return label.slice(-16, -1);
}

function pickPage(newestFirst: readonly Backup[], { limit, after, before, fromEnd }: Page<string>) {
  const within = newestFirst.filter(({ label }) => {
    const time = timeOf(label);
    return (after === null || time < after) && (before === null || time > before);
  });
  return fromEnd ? within.slice(-limit) : within.slice(0, limit);
}

builder.objectField(ClusterRef, 'backups', (t) =>
  t.connection(
    {
      type: BackupRef,
      // One repository that cannot be read must not take the answer about all other clusters with it.
      nullable: true,
      description:
        'Its backups, newest first, live from the repository; empty when it has no stanza. Null when the repository cannot be read: the error at this path says why.',
      authScopes: { scope: 'backup:read' },
      resolve: ({ name, stanza }, page, { loaders }) =>
        readConnection(
          page,
          backupList(() => (stanza === null ? Promise.resolve([]) : loaders.load(loadBackups, name))),
        ),
    },
    BackupConnectionRef,
  ),
);

builder.objectFields(BackupRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    description: 'The cluster it is of.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
  prior: t.field({
    type: BackupRef,
    nullable: true,
    description: 'The set that it is a difference to; null for a full one.',
    resolve: ({ cluster, prior }, _args, context) =>
      prior === null ? null : findBackup(`${cluster}/${prior}`, context),
  }),
  operation: t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that made it; null when it was not made through this control plane.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ operationId }, _args, context) =>
      operationId === null ? null : findOperation(operationId, context),
  }),
}));

/** What every field that asks a repository can answer. */
export const REPOSITORY_ERRORS = [
  BackupsNotConfiguredError,
  StanzaMissingError,
  RepositoryUnreadableError,
  RepositoryUnavailableError,
  BackupFailedError,
];

builder.mutationFields((t) => ({
  startBackup: t.field({
    type: StartBackupSuccessRef,
    description:
      'Takes a backup of the primary and notes its rows, so that a restore can be proven. Returns at once. Refused while another one of the cluster is under way.',
    authScopes: { scope: 'backup:write' },
    args: { input: t.arg({ type: StartBackupInputRef, required: true, description: 'What, and how.' }) },
    errors: { types: [...START_ERRORS, BackupsNotConfiguredError] },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.backups.start(
        { cluster: input.cluster, type: input.type ?? 'FULL' },
        request(input),
      ),
    }),
  }),
  verifyBackup: t.field({
    type: VerifyBackupSuccessRef,
    description:
      'Reads every file of the backup back, and looks for the write-ahead log that it needs. An invalid one fails the operation, and its state becomes INVALID.',
    authScopes: { scope: 'backup:write' },
    args: { input: t.arg({ type: VerifyBackupInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...START_ERRORS, ...REPOSITORY_ERRORS, BackupNotFoundError] },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.backups.verify(
        { cluster: input.cluster, label: input.label },
        request(input),
      ),
    }),
  }),
}));
