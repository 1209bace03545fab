import { LISTED_STATES, type ListedBackup, type ListedState } from '../src/backups/running.ts';
import {
  BackupBaseRefusedError,
  BackupFailedError,
  BackupNotFoundError,
  BackupsNotConfiguredError,
  RepositoryUnavailableError,
  RepositoryUnreadableError,
  StanzaMissingError,
} from '../src/backups/errors.ts';
import {
  PgBackRestInterruptedError,
  StanzaMisconfiguredError,
  StanzaStoppedError,
} from '../src/backups/pgbackrest/errors.ts';
import { readSource } from '../src/backups/copy/source-note.ts';
import { BACKUP_TYPES, type BackupType } from '../src/backups/pgbackrest/info.ts';
import { BackupSourceChoiceRef, BackupSourceRef } from './backup-source.ts';
import { BackupVerificationRef } from './backup-verification.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { clusterField, line, requestFields, startSuccess } from './requests.ts';

const TYPES: Record<BackupType, string> = {
  FULL: 'Every file. It needs no other set.',
  DIFFERENTIAL: 'What has changed since the last full set.',
  INCREMENTAL: 'What has changed since the last set of any type.',
};
const STATES: Record<ListedState, string> = {
  RUNNING: 'It is being made; sizes, write-ahead log and end are not known yet.',
  COMPLETE: 'It is in the repository, and no verification has found anything wrong with it.',
  INVALID: 'The last verification found files missing or changed. Do not count on it.',
  EXPIRED: 'The repository has it no more: retention removed it, or somebody did so outside of us.',
};

export const BackupTypeRef = builder.enumType('BackupType', {
  description: 'How much a backup copies.',
  values: Object.fromEntries(
    BACKUP_TYPES.map((type) => [type, { value: type, description: TYPES[type] }]),
  ) as Record<BackupType, { value: BackupType; description: string }>,
});

export const BackupStateRef = builder.enumType('BackupState', {
  description: 'Whether a set can be counted on.',
  values: Object.fromEntries(
    LISTED_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<ListedState, { value: ListedState; description: string }>,
});

/** The id is `<cluster>/<label>`. `cluster`, `prior` and `operation` are edges: resolvers add them. */
export const BackupRef = builder.node(builder.objectRef<ListedBackup>('Backup'), {
  description: 'A backup set: live from its repository, or as it was when that had it last.',
  id: { resolve: ({ cluster, label }) => `${cluster}/${label}` },
  fields: (t) => ({
    label: t.exposeString('label', { description: 'pgBackRest label, e.g. `20261122-064811F`.' }),
    alias: t.exposeString('alias', {
      description: 'Its other name, e.g. `full_20261122_064811`; taken wherever a label is.',
    }),
    type: t.expose('type', { type: BackupTypeRef, description: 'How much it copied.' }),
    state: t.expose('state', { type: BackupStateRef, description: 'Whether it can be counted on.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began, to the second.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, to the second; null while it is running.',
    }),
    databaseBytes: t.expose('databaseBytes', {
      type: 'BigInt',
      nullable: true,
      description:
        'Size of the database when it was copied, in bytes; a restore writes as much. While it is running what it will copy, null when that is not known.',
    }),
    repositoryBytes: t.expose('repositoryBytes', {
      type: 'BigInt',
      nullable: true,
      description:
        'What a restore reads from the repository, in bytes, compressed; null when pgBackRest does not say (block incremental).',
    }),
    repositoryDeltaBytes: t.expose('repositoryDeltaBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'What this set added to the repository, in bytes, compressed; null while it is running.',
    }),
    walStart: t.exposeString('walStart', {
      nullable: true,
      description: 'First segment of write-ahead log that it needs; null when the server was stopped.',
    }),
    walStop: t.exposeString('walStop', {
      nullable: true,
      description: 'Last segment of write-ahead log that it needs; null when the server was stopped.',
    }),
    lsnStart: t.exposeString('lsnStart', {
      nullable: true,
      description: 'Place in the write-ahead log where it began; null when the server was stopped.',
    }),
    lsnStop: t.exposeString('lsnStop', {
      nullable: true,
      description: 'Place from which on a restore is consistent; null when the server was stopped.',
    }),
    timeline: t.exposeInt('timeline', {
      nullable: true,
      description: 'Timeline that it was made on, from 1; null when the server was stopped.',
    }),
    isEncrypted: t.exposeBoolean('isEncrypted', {
      description: 'True: its files and write-ahead log are encrypted in the repository.',
    }),
    annotations: t.field({
      type: 'JSON',
      description: 'Words that were kept with it in the repository: an object of strings, perhaps empty.',
      resolve: ({ annotations }) => annotations,
    }),
  }),
});

/** What is known about how far the set can be trusted. */
builder.objectFields(BackupRef, (t) => ({
  hasPageErrors: t.exposeBoolean('hasPageErrors', {
    description:
      'True: pages of the database had wrong checksums while they were copied. The primary is damaged.',
  }),
  compression: t.exposeString('compression', {
    nullable: true,
    description:
      'What its files are compressed with, e.g. `zst`; null when it was not made through this control plane.',
  }),
  takenFrom: t.field({
    type: BackupSourceRef,
    nullable: true,
    description: 'The server that its files came from; null when it was not made through this control plane.',
    resolve: ({ annotations }) => readSource(annotations),
  }),
  restorePoint: t.string({
    nullable: true,
    description: 'Named restore point at which its rows were noted; null when there is none.',
    resolve: ({ manifest }) => manifest?.restorePoint?.name ?? null,
  }),
  manifest: t.field({
    type: 'JSON',
    nullable: true,
    description:
      'The rows of each table at the restore point, with which a restore is proven; null when they were not noted.',
    resolve: ({ manifest }) => manifest,
  }),
  verifiedAt: t.expose('verifiedAt', {
    type: 'DateTime',
    nullable: true,
    description: 'When it was last verified, whatever came of it; null: never.',
  }),
  verification: t.expose('verification', {
    type: BackupVerificationRef,
    nullable: true,
    description: 'What the last verification found; null: there was none.',
  }),
}));

export const BackupConnectionRef = builder.connectionObject(
  { type: BackupRef, name: 'BackupConnection', description: 'One page of backups, newest first.' },
  { description: 'One backup and its place in the list.' },
);

/** What people and scripts type as a label or alias. Which labels exist is for the repository to say. */
export const label = line(100);
const repositoryName = line(31);

export const StartBackupInputRef = builder.inputType('StartBackupInput', {
  description: 'What to back up, and how.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    type: t.field({
      type: BackupTypeRef,
      defaultValue: 'FULL',
      description: 'How much to copy. Null: FULL. Without a full set before it, every type becomes FULL.',
    }),
    base: t.string({
      description:
        'Label or alias of the set that it must build on, for types other than FULL; 1 to 100 characters. Refused when pgBackRest would take another. Null: the newest that fits.',
      validate: label.nullish(),
    }),
    repository: t.string({
      description: 'Name of the repository that gets it, 1 to 31 characters. Null: the first.',
      validate: repositoryName.nullish(),
    }),
    from: t.field({
      type: BackupSourceChoiceRef,
      defaultValue: 'AUTO',
      description: 'The server that the files come from. Null: AUTO.',
    }),
    verify: t.boolean({
      defaultValue: false,
      description:
        'True: then reads every file of the stanza back, and fails when the set is invalid. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const VerifyBackupInputRef = builder.inputType('VerifyBackupInput', {
  description: 'Which backups to verify.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    label: t.string({
      description: 'Label or alias of the backup; 1 to 100 characters. Null: all of the cluster.',
      validate: label.nullish(),
    }),
    repository: t.string({
      description:
        'Name of the repository that is read, 1 to 31 characters. Null: that of the backup, or all.',
      validate: repositoryName.nullish(),
    }),
    ...requestFields(t),
  }),
});

export const StartBackupSuccessRef = startSuccess(
  'StartBackupSuccess',
  'The backup is under way. The result of its operation has the label.',
);
export const VerifyBackupSuccessRef = startSuccess(
  'VerifyBackupSuccess',
  'The backup is being verified, or waits for its turn.',
);
errorType(BackupsNotConfiguredError, { description: 'The cluster has no pgBackRest stanza.' });
errorType(BackupNotFoundError, {
  description: 'The cluster has no backup with that label; the hint names some.',
});
errorType(StanzaMissingError, { description: 'pgBackRest does not know the stanza.' });
errorType(RepositoryUnreadableError, {
  description: 'The repository cannot be decrypted or parsed, e.g. because the passphrase is wrong.',
});
errorType(RepositoryUnavailableError, { description: 'The repository cannot be reached, read or written.' });
errorType(BackupFailedError, { description: 'pgBackRest reported an error.' });
errorType(PgBackRestInterruptedError, { description: 'A signal from outside has ended pgBackRest.' });
errorType(StanzaStoppedError, { description: 'pgBackRest is stopped for the stanza: nothing is archived.' });
errorType(StanzaMisconfiguredError, { description: 'pgBackRest does not take the settings of the stanza.' });
errorType(BackupBaseRefusedError, {
  description:
    'pgBackRest would build the backup on another set than the one that was named; the hint names it.',
});
