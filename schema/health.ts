import type { HealthReport } from '../src/health/health.ts';
import type { HealthMetric } from '../src/health/measure.ts';
import { sourceOf } from '../src/health/catalogue/sources.ts';
import { groupOf, METRIC_NAMES, type MetricGroup } from '../src/health/thresholds.ts';
import { HEALTH_STATES, type HealthState, type Judged, UNITS } from '../src/limits.ts';
import { builder } from './builder.ts';

type OutputFields<Shape> = PothosSchemaTypes.ObjectFieldBuilder<
  typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never,
  Shape
>;

const STATES: Record<HealthState, string> = {
  OK: 'On the good side of its target.',
  UNKNOWN: 'It could not be found out; `reason` says why, `hint` what helps. It never counts as OK.',
  WARNING: 'Beyond its target.',
  CRITICAL: 'Beyond its critical limit: act now.',
};

const NAMES = METRIC_NAMES.map((name) => `\`${name}\``).join(', ');

const GROUPS: Record<MetricGroup, string> = {
  REPLICATION: 'Primary, standbys, archive and write-ahead log.',
  SESSIONS: 'Who works, how fast, and who waits for whom.',
  STORAGE: 'What is stored, how well it is kept, and what will run out.',
  HOST: 'The machine, the instance as a program, and what watching costs.',
};

export const MetricGroupRef = builder.enumType('MetricGroup', {
  description: 'What a metric is about.',
  values: Object.fromEntries(
    Object.entries(GROUPS).map(([group, description]) => [
      group,
      { value: group as MetricGroup, description },
    ]),
  ) as Record<MetricGroup, { value: MetricGroup; description: string }>,
});

export const HealthStateRef = builder.enumType('HealthState', {
  description: 'How something is, from best to worst: OK, UNKNOWN, WARNING, CRITICAL.',
  values: Object.fromEntries(
    HEALTH_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<HealthState, { value: HealthState; description: string }>,
});

/** What every figure that is judged has, whatever it is of. */
export function judgedFields<Figure extends Judged>(t: OutputFields<Figure>) {
  return {
    value: t.float({
      nullable: true,
      description: 'The figure, in `unit`; null when it could not be found out, or there is none.',
      resolve: ({ value }) => value,
    }),
    unit: t.string({
      description: `One of ${UNITS.map((one) => `\`${one}\``).join(', ')}; percent is 0 to 100.`,
      resolve: ({ unit }) => unit,
    }),
    state: t.field({
      type: HealthStateRef,
      description: 'How the figure is.',
      resolve: ({ state }) => state,
    }),
    target: t.float({
      nullable: true,
      description: 'Beyond it: WARNING. In `unit`; null when there is no such limit.',
      resolve: ({ target }) => target,
    }),
    critical: t.float({
      nullable: true,
      description: 'Beyond it: CRITICAL. In `unit`; null when there is no such limit.',
      resolve: ({ critical }) => critical,
    }),
    reason: t.string({
      nullable: true,
      description: 'What the figure means here, or why there is none; null when the figure says it all.',
      resolve: ({ reason }) => reason,
    }),
    hint: t.string({
      nullable: true,
      description: 'What to do, e.g. the GRANT that makes it known; null when nothing is to be done.',
      resolve: ({ hint }) => hint,
    }),
  };
}

export const HealthMetricRef = builder.objectRef<HealthMetric>('HealthMetric').implement({
  description: 'One figure against its limits.',
  fields: (t) => ({
    name: t.exposeString('name', { description: `One of ${NAMES}; more may be added.` }),
    group: t.field({
      type: MetricGroupRef,
      description: 'What it is about.',
      resolve: ({ name }) => groupOf(name),
    }),
    source: t.string({
      description: 'Where it is read, e.g. `pg_stat_activity`.',
      resolve: ({ name }) => sourceOf(name),
    }),
    sampledAt: t.expose('sampledAt', {
      type: 'DateTime',
      description: 'When it was read. A state that is older than three intervals is UNKNOWN.',
    }),
    instance: t.exposeString('instance', {
      nullable: true,
      description:
        'Name of the instance it was read on, or is about; null when it is about the whole cluster.',
    }),
    ...judgedFields(t),
  }),
});

export const HealthReportRef = builder.objectRef<HealthReport>('HealthReport').implement({
  description:
    'Health of one cluster at one moment. A server that is down is part of the report, not its end.',
  fields: (t) => ({
    state: t.expose('state', { type: HealthStateRef, description: 'That of the worst metric.' }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      description:
        'When the servers were asked; of what is collected, the moment of the oldest that is looked at every ten seconds.',
    }),
    metrics: t.field({
      type: [HealthMetricRef],
      description: 'All figures: of the cluster, of each instance, then of the primary.',
      resolve: ({ metrics }) => metrics,
    }),
  }),
});
