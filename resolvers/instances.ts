import { InstanceNotFoundError } from '../src/fleet/fleet.ts';
import { ServerNotOursError, StartRefusedError } from '../src/instances/instances.ts';
import { builder } from '../schema/builder.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { StartInstanceInputRef, StartInstanceSuccessRef } from '../schema/instances.ts';

builder.mutationField('startInstance', (t) =>
  t.field({
    type: StartInstanceSuccessRef,
    description:
      'Starts a server that is down, where `sunday.yaml` says how (`control`), and watches that it answers and comes near its primary. Refused where it would be a second primary.',
    authScopes: { scope: 'maintenance:write' },
    args: { input: t.arg({ type: StartInstanceInputRef, required: true, description: 'Which, and why.' }) },
    errors: { types: [...START_ERRORS, InstanceNotFoundError, ServerNotOursError, StartRefusedError] },
    resolve: (_root, { input }, { services, request }) =>
      services.instances.start(
        { cluster: input.cluster, instance: input.instance, dryRun: input.dryRun ?? false },
        request(input),
      ),
  }),
);
