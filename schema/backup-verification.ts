import type { FileProblem } from '../src/backups/verification/verification.ts';
import type { BackupVerification } from '../src/backups/verification/verification-record.ts';
import { builder } from './builder.ts';

const VerificationStateRef = builder.enumType('BackupVerificationState', {
  description: 'What came of a verification.',
  values: {
    VALID: { value: 'VALID', description: 'Every file is what was written.' },
    INVALID: {
      value: 'INVALID',
      description: 'Files, or write-ahead log that it needs, are missing or not what was written.',
    },
  },
});

const FileProblemRef = builder.objectRef<FileProblem>('BackupFileProblem').implement({
  description: 'A file of a repository that is not what was written.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where it is in the repository.' }),
    problem: t.exposeString('problem', { description: 'What is wrong, e.g. `invalid checksum`.' }),
  }),
});

/** `operation` is an edge: resolvers add it. */
export const BackupVerificationRef = builder.objectRef<BackupVerification>('BackupVerification').implement({
  description: 'What a verification of a backup found.',
  fields: (t) => ({
    state: t.expose('state', { type: VerificationStateRef, description: 'What came of it.' }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it ended.' }),
    filesChecked: t.exposeInt('filesChecked', { description: 'Files of the set that were read back.' }),
    filesValid: t.exposeInt('filesValid', { description: 'Those that are what was written.' }),
    segmentsNeeded: t.exposeInt('segmentsNeeded', {
      description: 'Segments of write-ahead log without which it is not consistent.',
    }),
    segmentsMissing: t.exposeStringList('segmentsMissing', {
      description: 'Those that the archive lacks.',
    }),
    problems: t.field({
      type: [FileProblemRef],
      description:
        'Files that are missing or not what was written, those that it builds on included: at most 100.',
      resolve: ({ files }) => files,
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'What is wrong, in one sentence; null when nothing is.',
    }),
  }),
});
