import { z } from 'zod';
import { KNOWN_ACTIONS, type ServiceAction, type ServiceActionOutcome } from '../src/platform/actions.ts';
import { PlatformServiceUnavailableError } from '../src/platform/errors.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';
import { auditFields } from './requests.ts';

errorType(PlatformServiceUnavailableError, {
  description: 'The service does not answer, or does not do what was asked.',
});

const ServiceActionRef = builder.enumType('ServiceAction', {
  description: 'What we may do to a service. Each harms nothing, also when it is done twice.',
  values: Object.fromEntries(
    Object.entries(KNOWN_ACTIONS).map(([action, { command, effect, kind }]) => [
      action,
      { value: action as ServiceAction, description: `To ${kind}: ${command}. ${effect}` },
    ]),
  ) as Record<ServiceAction, { value: ServiceAction; description: string }>,
});

export const RunServiceActionInputRef = builder.inputType('RunServiceActionInput', {
  description: 'What to do to which service.',
  fields: (t) => ({
    service: t.string({
      required: true,
      description: 'Name of the service, e.g. `redis`.',
      validate: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a service name is 1 to 63 lower case letters, digits and hyphens'),
    }),
    action: t.field({ type: ServiceActionRef, required: true, description: 'What to do.' }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'True: only say what would be done. Null: false.',
    }),
    ...auditFields(t),
  }),
});

export const RunServiceActionSuccessRef = builder
  .objectRef<ServiceActionOutcome>('RunServiceActionSuccess')
  .implement({
    description: 'It was done, or would be. What comes of it shows with the next look.',
    fields: (t) => ({
      service: t.exposeString('service', { description: 'Name of the service.' }),
      action: t.expose('action', { type: ServiceActionRef, description: 'What was asked for.' }),
      command: t.exposeString('command', { description: 'As the service knows it, e.g. `MEMORY PURGE`.' }),
      effect: t.exposeString('effect', { description: 'What it does, in a sentence.' }),
      isDone: t.exposeBoolean('isDone', { description: 'False for a dry run.' }),
    }),
  });
