import { z } from 'zod';
import type { Bucket, MetricHistory } from '../src/metric-history.ts';
import { builder } from './builder.ts';
import { MetricGroupRef } from './health.ts';
import { auditFields } from './requests.ts';
import { groupOf, isMetricName } from '../src/health/thresholds.ts';
import type { EffectiveThreshold, THRESHOLD_SCOPES } from '../src/thresholds/limits.ts';

const MetricBucketRef = builder.objectRef<Bucket>('MetricBucket').implement({
  description: 'What a metric was within one step.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'Start of the step, a multiple of it since 1970.' }),
    min: t.exposeFloat('lowest', { description: 'Lowest value, in the unit of the history.' }),
    avg: t.exposeFloat('mean', { description: 'Mean of all samples, in the unit of the history.' }),
    max: t.exposeFloat('highest', { description: 'Highest value, in the unit of the history.' }),
    last: t.exposeFloat('newest', { description: 'Newest value in it, in the unit of the history.' }),
    samples: t.exposeInt('samples', { description: 'How many samples it holds, at least 1.' }),
  }),
});

export const MetricHistoryRef = builder.objectRef<MetricHistory>('MetricHistory').implement({
  description:
    'A metric over time. Samples are kept for 2 days, their minutes for 30 days and their hours for 2 years.',
  fields: (t) => ({
    unit: t.exposeString('unit', { description: 'Unit of all values, as in `HealthMetric.unit`.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Where it begins: at the start of a step.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Where it ends; not part of it.' }),
    stepSeconds: t.exposeInt('stepSeconds', {
      description: 'Length of a step, in seconds; longer than was asked for where nothing finer is kept.',
    }),
    buckets: t.field({
      type: [MetricBucketRef],
      description: 'Oldest first, at most 2,000. A step without samples is left out: a gap is not a zero.',
      complexity: { field: 20, multiplier: 0 },
      resolve: ({ buckets }) => buckets,
    }),
  }),
});

export const HistoryRangeRef = builder.inputType('HistoryRange', {
  description: 'A part of the past.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true, description: 'Its start.' }),
    to: t.field({ type: 'DateTime', description: 'Its end, not part of it. Null: now.' }),
  }),
});

const ThresholdScopeRef = builder.enumType('ThresholdScope', {
  description: 'For what limits were set.',
  values: {
    DEFAULT: { value: 'DEFAULT', description: 'By nobody: they are those of the program.' },
    FLEET: { value: 'FLEET', description: 'For all that have none of their own.' },
    CLUSTER: { value: 'CLUSTER', description: 'For this cluster.' },
    SERVICE: { value: 'SERVICE', description: 'For this service beside the clusters.' },
  } satisfies Record<(typeof THRESHOLD_SCOPES)[number], { value: string; description: string }>,
});

const BetterRef = builder.enumType('BetterDirection', {
  description: 'On which side of a limit the good values lie.',
  values: {
    LOWER: { value: 'LOWER', description: 'A value above the limit is beyond it.' },
    HIGHER: { value: 'HIGHER', description: 'A value below the limit is beyond it.' },
  },
});

export const HealthThresholdRef = builder.objectRef<EffectiveThreshold>('HealthThreshold').implement({
  description: 'The limits of a metric. A value that sits exactly on a limit is still on its good side.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'Name of the metric, e.g. `replication_lag`.' }),
    group: t.field({
      type: MetricGroupRef,
      nullable: true,
      description: 'What the metric is about; null for one of a service beside the clusters.',
      resolve: ({ metric }) => (isMetricName(metric) ? groupOf(metric) : null),
    }),
    unit: t.exposeString('unit', { description: 'Unit of both limits, as in `HealthMetric.unit`.' }),
    better: t.expose('better', { type: BetterRef, description: 'On which side the good values lie.' }),
    target: t.exposeFloat('target', {
      nullable: true,
      description: 'Beyond it: WARNING. Null: there is no such limit.',
    }),
    critical: t.exposeFloat('critical', {
      nullable: true,
      description: 'Beyond it: CRITICAL. Null: there is no such limit.',
    }),
    source: t.exposeString('source', { description: 'Where the limits come from, or who set them and why.' }),
    setFor: t.expose('setFor', { type: ThresholdScopeRef, description: 'For what they were set.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When somebody set them; null for a default.',
    }),
  }),
});

export const UpsertThresholdInputRef = builder.inputType('UpsertThresholdInput', {
  description: 'Both limits of a metric.',
  fields: (t) => ({
    cluster: t.string({
      description: 'Name of a cluster. Null: for all that have no limits of their own, or for `service`.',
      validate: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a cluster name is 1 to 63 lower case letters, digits and hyphens')
        .nullish(),
    }),
    service: t.string({
      description: 'Name of a service beside the clusters, whose metric it is then. Null: none.',
      validate: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a service name is 1 to 63 lower case letters, digits and hyphens')
        .nullish(),
    }),
    metric: t.string({
      required: true,
      description: 'Name of the metric, e.g. `replication_lag`.',
      validate: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'a metric is lower case letters, digits and _'),
    }),
    target: t.float({ description: 'Beyond it: WARNING, in the unit of the metric. Null: no such limit.' }),
    critical: t.float({
      description: 'Beyond it: CRITICAL, in the unit of the metric. Null: no such limit.',
    }),
    restoreDefault: t.boolean({
      defaultValue: false,
      description: 'True: take back what was set; `target` and `critical` are then left out. Null: false.',
    }),
    dryRun: t.boolean({ defaultValue: false, description: 'True: only say what would hold. Null: false.' }),
    ...auditFields(t),
  }),
});

export const UpsertThresholdSuccessRef = builder
  .objectRef<{ readonly threshold: EffectiveThreshold }>('UpsertThresholdSuccess')
  .implement({
    description: 'The limits were set, or would be. States follow with the next look.',
    fields: (t) => ({
      threshold: t.expose('threshold', { type: HealthThresholdRef, description: 'What holds now.' }),
    }),
  });
