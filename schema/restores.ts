import { z } from 'zod';
import type { StartRestoreOutcome } from '../src/backups/backups.ts';
import { DestinationRefusedError } from '../src/backups/errors.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { OperationPlanRef, OperationRef } from './operations.ts';
import { clusterField, line, requestFields } from './requests.ts';

/** What people and scripts type as a label. Which labels exist is for the repository to say. */
const label = line(100);

export const StartRestoreInputRef = builder.inputType('StartRestoreInput', {
  description: 'Which backup to restore, and where to.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    label: t.string({
      required: true,
      description: 'Label of the backup; 1 to 100 characters.',
      validate: label,
    }),
    destination: t.string({
      required: true,
      description:
        'Absolute path of a directory that is empty or not there yet, on the host that does the work; 1 to 400 characters. Nothing of the cluster itself is touched.',
      validate: z.string().min(1, 'this must not be empty').max(400, 'a path has at most 400 characters'),
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only the plan; nothing is started. Null: false.',
    }),
    ...requestFields(t),
  }),
});

export const StartRestoreSuccessRef = builder
  .objectRef<StartRestoreOutcome>('StartRestoreSuccess')
  .implement({
    description: 'The backup is being restored and proven, or was planned.',
    fields: (t) => ({
      operation: t.expose('operation', {
        type: OperationRef,
        nullable: true,
        description:
          'The operation that restores it; its result has the proof and the recovery time. Null for a dry run.',
      }),
      plan: t.expose('plan', { type: OperationPlanRef, description: 'What is done, or would be.' }),
    }),
  });

errorType(DestinationRefusedError, { description: 'The destination of a restore cannot be used.' });
