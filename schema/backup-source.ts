import type { BackupSource, WantedSource } from '../src/backups/copy/source.ts';
import { StandbyUnavailableError } from '../src/backups/errors.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';

const BackupSourceRoleRef = builder.enumType('BackupSourceRole', {
  description: 'What the server was whose files a backup holds.',
  values: {
    STANDBY: { value: 'STANDBY', description: 'A standby: the primary only began and ended the backup.' },
    PRIMARY: { value: 'PRIMARY', description: 'The primary.' },
  } satisfies Record<BackupSource['role'], { value: BackupSource['role']; description: string }>,
});

export const BackupSourceRef = builder.objectRef<BackupSource>('BackupSource').implement({
  description: 'The server that the files of a backup came from.',
  fields: (t) => ({
    role: t.expose('role', { type: BackupSourceRoleRef, description: 'What it was then.' }),
    instance: t.exposeString('instance', {
      nullable: true,
      description: 'Its name; null where only its role is known.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was this one, in one sentence.' }),
  }),
});

export const BackupSourceChoiceRef = builder.enumType('BackupSourceChoice', {
  description: 'Which server the files of a backup come from.',
  values: {
    AUTO: {
      value: 'AUTO',
      description: 'A standby that keeps up, else the primary; `Backup.takenFrom` says which and why.',
    },
    STANDBY: { value: 'STANDBY', description: 'A standby that keeps up; refused when there is none.' },
    PRIMARY: { value: 'PRIMARY', description: 'The primary.' },
  } satisfies Record<WantedSource, { value: WantedSource; description: string }>,
});

errorType(StandbyUnavailableError, {
  description: 'The files were to come from a standby, and none will do: the message says why.',
});
