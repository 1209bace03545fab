import { z } from 'zod';
import type { CreateIndexOutcome } from '../src/performance/building/service.ts';
import { SqlSyntaxError } from '../src/postgres/parse.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, requestFields } from './requests.ts';

errorType(SqlSyntaxError, {
  description: 'The text is not SQL that PostgreSQL could read; the message has the place.',
});

export const CreateIndexInputRef = builder.inputType('CreateIndexInput', {
  description: 'Which index to make.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    statements: t.stringList({
      required: true,
      description:
        'The statements of a suggestion of `indexAdvice` or `optimizeQuery`, as they are: 1 to 200, each CREATE INDEX CONCURRENTLY with a name, or what belongs to it on a partitioned table.',
      validate: z.array(z.string().min(1).max(10_000)).min(1).max(200),
    }),
    minutes: t.int({
      defaultValue: 60,
      description: 'All of it may take so long, 1 to 720. Null: 60.',
      validate: z.int().min(1, 'this is at least 1').max(720, 'this is at most 720').nullish(),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is made. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const CreateIndexSuccessRef = builder.objectRef<CreateIndexOutcome>('CreateIndexSuccess').implement({
  description: 'The index is being made, or the plan for it.',
  fields: (t) => ({
    operation: t.expose('operation', {
      type: OperationRef,
      nullable: true,
      description: 'The operation; its result has the indexes with their size. Null for a dry run.',
    }),
    plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
  }),
});
