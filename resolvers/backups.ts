import type { Backup } from '../src/backups/catalogue.ts';
import { findByName } from '../src/backups/alias.ts';
import {
  BackupBaseRefusedError,
  BackupFailedError,
  BackupNotFoundError,
  BackupsNotConfiguredError,
  RepositoryNotFoundError,
  RepositoryUnavailableError,
  RepositoryUnencryptedError,
  RepositoryUnreadableError,
  StandbyUnavailableError,
  StanzaMissingError,
} from '../src/backups/errors.ts';
import {
  PgBackRestInterruptedError,
  StanzaMisconfiguredError,
  StanzaStoppedError,
} from '../src/backups/pgbackrest/errors.ts';
import { nameOf } from '../src/backups/repositories/repositories.ts';
import type { ListedBackup } from '../src/backups/running.ts';
import type { Page } from '../src/page.ts';
import {
  BackupConnectionRef,
  BackupRef,
  StartBackupInputRef,
  StartBackupSuccessRef,
  VerifyBackupInputRef,
  VerifyBackupSuccessRef,
} from '../schema/backups.ts';
import { BackupVerificationRef } from '../schema/backup-verification.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { findOperation } from './operations.ts';

const loadBackups: LoadMany<readonly Backup[]> = ({ backups }, clusters) => backups.listByCluster(clusters);

export const backupNode: NodeSource = {
  scope: 'backup:read',
  find: async (id, context) => (await findBackup(id, context)) ?? findRunningBackup(id, context),
};

async function findRunningBackup(id: string, { services }: Context): Promise<ListedBackup | null> {
  const [cluster = '', name = ''] = id.split('/');
  if (!services.fleet.find(cluster)?.stanza) return null;
  const running = await services.backups.findRunning(cluster);
  return running !== null && findByName([running], name) !== null ? running : null;
}

/** `id` is `<cluster>/<label>`, or with an alias; null when there is no such cluster or set. */
export async function findBackup(id: string, { services, loaders }: Context): Promise<Backup | null> {
  const [cluster = '', label = ''] = id.split('/');
  if (!services.fleet.find(cluster)?.stanza) return null;
  const backups = await loaders.load(loadBackups, cluster);
  const there = findByName(backups, label);
  return there ?? findByName(await services.backups.listExpired(cluster), label);
}

/** Sets expire while somebody pages through them, so a cursor holds the time in the label, not a position. */
function backupList(backups: () => Promise<readonly ListedBackup[]>): KeysetList<ListedBackup, string> {
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

function pickPage(newestFirst: readonly ListedBackup[], { limit, after, before, fromEnd }: Page<string>) {
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
        'Its backups, newest first, live from the repositories, with one that is being made; empty when it has no stanza. Null when the repository cannot be read: the error at this path says why.',
      authScopes: { scope: 'backup:read' },
      args: {
        includeExpired: t.arg.boolean({
          defaultValue: false,
          description: 'True: also those that the repository has no more. Null: false.',
        }),
      },
      resolve: ({ name, stanza }, { includeExpired, ...page }, context) =>
        readConnection(
          page,
          backupList(() => {
            if (stanza === null) return Promise.resolve([]);
            return listAll(name, includeExpired ?? false, context);
          }),
        ),
    },
    BackupConnectionRef,
  ),
);

async function listAll(
  cluster: string,
  includeExpired: boolean,
  { services, loaders }: Context,
): Promise<readonly ListedBackup[]> {
  const running = await services.backups.findRunning(cluster);
  const there = await loaders.load(loadBackups, cluster);
  const expired = includeExpired ? await services.backups.listExpired(cluster) : [];
  // It may have ended since it was looked for.
  const unfinished = running === null || findByName(there, running.label) !== null ? [] : [running];
  return [...unfinished, ...there, ...expired].sort((a, b) => timeOf(b.label).localeCompare(timeOf(a.label)));
}

builder.objectField(ClusterRef, 'backup', (t) =>
  t.field({
    type: BackupRef,
    nullable: true,
    description: 'One of its backups, expired ones too; null when there never was one of that name.',
    authScopes: { scope: 'backup:read' },
    args: { label: t.arg.string({ required: true, description: 'Label or alias.' }) },
    resolve: async ({ name }, { label }, context) =>
      (await findBackup(`${name}/${label}`, context)) ?? findRunningBackup(`${name}/${label}`, context),
  }),
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
  references: t.field({
    type: [BackupRef],
    description: 'All sets whose files it needs, oldest first; empty for a full one.',
    resolve: async ({ cluster, references }, _args, context) => {
      const found = await Promise.all(references.map((one) => findBackup(`${cluster}/${one}`, context)));
      return found.filter((one) => one !== null);
    },
  }),
  repository: t.string({
    description: 'Name of the repository that holds it; of an expired one, that held it.',
    resolve: ({ cluster, repositoryKey }, _args, { services }) => {
      const { stanza } = services.fleet.get(cluster);
      return stanza === null ? `repo${repositoryKey}` : nameOf(stanza, repositoryKey);
    },
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

builder.objectField(BackupVerificationRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that verified it; null when it is not known any more.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ operationId }, _args, context) =>
      operationId === null ? null : findOperation(operationId, context),
  }),
);

/** What every field that asks a repository can answer. */
export const REPOSITORY_ERRORS = [
  BackupsNotConfiguredError,
  StanzaMissingError,
  RepositoryUnreadableError,
  RepositoryUnavailableError,
  BackupFailedError,
  PgBackRestInterruptedError,
  StanzaStoppedError,
  StanzaMisconfiguredError,
];

builder.mutationFields((t) => ({
  startBackup: t.field({
    type: StartBackupSuccessRef,
    description:
      'Takes a backup of a standby that keeps up, else of the primary, and notes its rows, so that a restore can be proven. Returns at once. Refused while another one of the cluster is under way.',
    authScopes: { scope: 'backup:write' },
    args: { input: t.arg({ type: StartBackupInputRef, required: true, description: 'What, and how.' }) },
    errors: {
      types: [
        ...[...START_ERRORS, ...REPOSITORY_ERRORS, BackupNotFoundError, BackupBaseRefusedError],
        ...[RepositoryNotFoundError, RepositoryUnencryptedError, StandbyUnavailableError],
      ],
    },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.backups.start(
        {
          cluster: input.cluster,
          type: input.type ?? 'FULL',
          base: input.base ?? null,
          repository: input.repository ?? null,
          from: input.from ?? null,
          verify: input.verify ?? false,
        },
        request(input),
      ),
    }),
  }),
  verifyBackup: t.field({
    type: VerifyBackupSuccessRef,
    description:
      'Reads every file of the stanza back, looks for the write-ahead log that each backup needs, and notes what it found on all of them. An invalid one among those asked for fails the operation.',
    authScopes: { scope: 'backup:write' },
    args: { input: t.arg({ type: VerifyBackupInputRef, required: true, description: 'Which.' }) },
    errors: { types: [...START_ERRORS, ...REPOSITORY_ERRORS, BackupNotFoundError, RepositoryNotFoundError] },
    resolve: async (_root, { input }, { services, request }) => ({
      operation: await services.backups.verify(
        {
          cluster: input.cluster,
          label: input.label ?? null,
          repository: input.repository ?? null,
        },
        request(input),
      ),
    }),
  }),
}));
