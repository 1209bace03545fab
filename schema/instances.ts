import {
  ServerNotOursError,
  type StartInstanceOutcome,
  StartRefusedError,
} from '../src/instances/instances.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, line, requestFields } from './requests.ts';

errorType(ServerNotOursError, { description: 'Nobody told us how the server is started.' });
errorType(StartRefusedError, { description: 'The start would do harm; the message says which.' });

export const StartInstanceInputRef = builder.inputType('StartInstanceInput', {
  description: 'Which server to start.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    instance: t.string({
      required: true,
      description: 'Name of the instance, e.g. `main-2`.',
      validate: line(63),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const StartInstanceSuccessRef = builder
  .objectRef<StartInstanceOutcome>('StartInstanceSuccess')
  .implement({
    description: 'The server is being started, or the plan for it.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description: 'The operation; it ends once the server answers. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });
