import type { MeasuredLock, MeasuredWork, RewrittenTable } from '../src/migrations/validation/measure.ts';
import type { MeasuredTime } from '../src/migrations/validation/validation-store.ts';
import { builder } from './builder.ts';

const MeasuredLockRef = builder.objectRef<MeasuredLock>('MeasuredLock').implement({
  description: 'A lock that a migration held until its end.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'What was locked, `schema.name`.' }),
    mode: t.exposeString('mode', { description: "PostgreSQL's name of the mode, e.g. `ACCESS EXCLUSIVE`." }),
    sizeBytes: t.field({
      type: 'BigInt',
      description: 'Bytes of the heap and its TOAST before, without partitions.',
      resolve: ({ sizeBytes }) => BigInt(sizeBytes),
    }),
  }),
});

const RewrittenTableRef = builder.objectRef<RewrittenTable>('RewrittenTable').implement({
  description: 'A table that a migration wrote anew, row by row.',
  fields: (t) => ({
    table: t.exposeString('table', {
      description: '`schema.name`; of an index, when its table was not written anew with it.',
    }),
    sizeBytes: t.field({
      type: 'BigInt',
      description: 'Its bytes before.',
      resolve: ({ sizeBytes }) => BigInt(sizeBytes),
    }),
  }),
});

export const MeasuredWorkRef = builder.objectRef<MeasuredWork>('MeasuredWork').implement({
  description: 'What a migration did to tables that were there before it.',
  fields: (t) => ({
    rewritten: t.field({
      type: [RewrittenTableRef],
      description: 'Tables that got a new file, the largest first; at most 50.',
      resolve: ({ rewritten }) => rewritten,
    }),
    locks: t.field({
      type: [MeasuredLockRef],
      nullable: true,
      description:
        'The strongest lock on each table where it is stronger than that of writers, the largest table first; at most 50. Null for a migration without a transaction, whose locks come and go with each statement: the plan has them.',
      resolve: ({ locks }) => locks,
    }),
  }),
});

export const MeasuredTimeRef = builder.objectRef<MeasuredTime>('MeasuredMigrationTime').implement({
  description:
    'How long a script took on the rows of a restored backup: `validateMigrations` with `onBackup`.',
  fields: (t) => ({
    upMs: t.exposeInt('upMs', { description: 'Milliseconds that the server needed for it there.' }),
    backup: t.exposeString('backup', { description: 'Label of the backup.' }),
    databaseBytes: t.field({
      type: 'BigInt',
      description: 'Size of what was restored, in bytes.',
      resolve: ({ databaseBytes }) => BigInt(databaseBytes),
    }),
    measuredAt: t.expose('measuredAt', { type: 'DateTime', description: 'When it was tried.' }),
  }),
});
