import { BackupNotFoundError, DestinationRefusedError } from '../src/backups/errors.ts';
import { builder } from '../schema/builder.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { StartRestoreInputRef, StartRestoreSuccessRef } from '../schema/restores.ts';
import { REPOSITORY_ERRORS } from './backups.ts';

builder.mutationFields((t) => ({
  startRestore: t.field({
    type: StartRestoreSuccessRef,
    description:
      'Restores a backup into a new directory, starts it fenced off, compares its rows with those noted by the backup, stops it, and reports the recovery time. Production is only read.',
    authScopes: { scope: 'backup:write' },
    args: {
      input: t.arg({ type: StartRestoreInputRef, required: true, description: 'Which, and where to.' }),
    },
    errors: { types: [...START_ERRORS, ...REPOSITORY_ERRORS, BackupNotFoundError, DestinationRefusedError] },
    resolve: (_root, { input }, { services, request }) =>
      services.backups.restore(
        {
          cluster: input.cluster,
          label: input.label,
          destination: input.destination,
          dryRun: input.dryRun ?? false,
        },
        request(input),
      ),
  }),
}));
