import { z } from 'zod';
import type { CrowdOutcome } from '../src/performance/activity/crowd.ts';
import { builder } from './builder.ts';
import { auditFields, clusterField, line } from './requests.ts';
import { SessionRef } from './sessions.ts';

export const TerminateSessionsInputRef = builder.inputType('TerminateSessionsInput', {
  description: 'Which sessions to end together. `application` or `user` is needed.',
  fields: (t) => ({
    cluster: clusterField(t, 'Name of the cluster, e.g. `main`.'),
    instance: t.string({
      description: 'Name of the instance. Null: the primary.',
      validate: line(63).nullish(),
    }),
    application: t.string({
      description: 'Only those that call themselves so; 1 to 63 characters. Null: any name.',
      validate: line(63).nullish(),
    }),
    user: t.string({ description: 'Only those of this role. Null: any.', validate: line(63).nullish() }),
    states: t.stringList({
      defaultValue: ['idle'],
      description:
        'Only those in one of these states, as in pg_stat_activity, 1 to 6. Null: `idle`, whose end undoes nothing.',
      validate: z.array(line(40)).min(1).max(6).nullish(),
    }),
    leastSeconds: t.float({
      defaultValue: 0,
      description: 'Only those that have been in their state for so many seconds, 0 to 604,800. Null: 0.',
      validate: z.number().min(0, 'this is at least 0').max(604_800, 'this is at most 604,800').nullish(),
    }),
    dryRun: t.boolean({ defaultValue: false, description: 'True: only say which. Null: false.' }),
    ...auditFields(t),
  }),
});

export const TerminateSessionsSuccessRef = builder
  .objectRef<CrowdOutcome>('TerminateSessionsSuccess')
  .implement({
    description: 'The sessions were told to end.',
    fields: (t) => ({
      sessions: t.field({
        type: [SessionRef],
        description: 'As they were right before, at most 500, the longest in their state first.',
        resolve: ({ cluster, instance, sessions }) => sessions.map((one) => ({ ...one, cluster, instance })),
      }),
      ended: t.exposeInt('ended', {
        nullable: true,
        description: 'How many of them ended within 5 seconds. Null for a dry run.',
      }),
      spared: t.exposeInt('spared', {
        description: 'How many match besides and were left alone: those of superusers.',
      }),
    }),
  });
