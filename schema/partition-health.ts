import {
  type PartitionCheck,
  type PartitionHealth,
  PARTITION_HEALTH_STATES,
  type PartitionHealthState,
} from '../src/partitions/health/health.ts';
import { builder } from './builder.ts';

const STATES: Record<PartitionHealthState, string> = {
  OK: 'All is well.',
  UNKNOWN: 'It could not be looked at; `detail` says why, `hint` what would help.',
  WARNING: 'Something should be done.',
  CRITICAL: 'Rows are refused or out of sight, or will be soon.',
};

const PartitionHealthStateRef = builder.enumType('PartitionHealthState', {
  description: 'How it is, from good to bad.',
  values: Object.fromEntries(
    PARTITION_HEALTH_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<PartitionHealthState, { value: PartitionHealthState; description: string }>,
});

const PartitionCheckRef = builder.objectRef<PartitionCheck>('PartitionCheck').implement({
  description: 'One thing of one table that was looked at.',
  fields: (t) => ({
    table: t.exposeString('table', { description: 'Name of the table; empty: all of them.' }),
    check: t.exposeString('check', {
      description:
        'What was looked at: COVERAGE, GAPS, OVERLAPS, DEFAULT_PARTITION, DETACH, RETENTION, INDEXES, CONSTRAINTS, TRIGGERS, REPLICA_IDENTITY, ROW_SECURITY, GRANTS, SKEW, PRUNING, POLICY, TABLE or CATALOG.',
    }),
    state: t.expose('state', { type: PartitionHealthStateRef, description: 'How it is.' }),
    detail: t.exposeString('detail', { nullable: true, description: 'What was found; null: all is well.' }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'What to do about it; null: nothing is known.',
    }),
  }),
});

export const PartitionHealthRef = builder.objectRef<PartitionHealth>('PartitionHealth').implement({
  description: 'How the partitions of a cluster are.',
  fields: (t) => ({
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When they were looked at.' }),
    state: t.expose('state', { type: PartitionHealthStateRef, description: 'The worst of all checks.' }),
    checks: t.field({
      type: [PartitionCheckRef],
      description: 'All checks, by table.',
      resolve: ({ checks }) => checks,
    }),
  }),
});
