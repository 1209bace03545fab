import type { MaintenanceRun } from '../src/maintenance/findings.ts';
import type { ClusterTask } from '../src/maintenance/maintenance.ts';
import { MAINTENANCE_TASKS, RUN_KIND } from '../src/maintenance/tasks.ts';
import type { Operation } from '../src/operations/operations.ts';
import type { Schedule } from '../src/schedules/schedules.ts';
import { builder } from '../schema/builder.ts';
import type { LoadMany } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import {
  MaintenanceRunRef,
  MaintenanceTaskRef,
  RunMaintenanceTaskInputRef,
  RunMaintenanceTaskSuccessRef,
} from '../schema/maintenance.ts';
import { OperationRef } from '../schema/operations.ts';
import { ScheduleRef } from '../schema/schedules.ts';
import { findOperation } from './operations.ts';

const KINDS = [...new Set(MAINTENANCE_TASKS.flatMap(({ kinds }) => kinds))];
const MOST_SCHEDULES = 500;
const NEWEST = { limit: 1, after: null, before: null, fromEnd: false } as const;

/** By `<cluster>/<task>`. */
const loadRuns: LoadMany<readonly MaintenanceRun[]> = ({ maintenance }, keys) => maintenance.listRuns(keys);

/** By cluster: its own, and those of the whole fleet. */
const loadSchedules: LoadMany<readonly Schedule[]> = async ({ schedules }, clusters) => {
  const page = { ...NEWEST, limit: MOST_SCHEDULES };
  const all = await schedules.list({ cluster: null, kinds: KINDS }, page);
  return clusters.map((name) => all.filter(({ cluster }) => cluster === null || cluster === name));
};

/** By `<cluster>/<kind>`: a cluster has a dozen tasks of few kinds, each asked for once. */
const loadNewest: LoadMany<Operation | null> = ({ operations }, keys) =>
  Promise.all(
    keys.map(async (key) => {
      const [cluster = '', kind = ''] = key.split('/');
      return (await operations.list({ cluster, kind, states: null }, NEWEST))[0] ?? null;
    }),
  );

const keyOf = ({ cluster, name }: ClusterTask) => `${cluster}/${name}`;

function isOf(schedule: Schedule, { name, kinds, cluster }: ClusterTask): boolean {
  const input = (schedule.input ?? {}) as { readonly task?: unknown; readonly clusters?: unknown };
  if (!kinds.includes(schedule.kind)) return false;
  if (Array.isArray(input.clusters) && !input.clusters.includes(cluster)) return false;
  return schedule.kind !== RUN_KIND || input.task === name;
}

builder.objectFields(MaintenanceTaskRef, (t) => ({
  schedules: t.field({
    type: [ScheduleRef],
    description: 'When it runs by itself; empty: nobody has scheduled it.',
    authScopes: { scope: 'schedule:read' },
    resolve: async (task, _args, { loaders }) =>
      (await loaders.load(loadSchedules, task.cluster)).filter((one) => isOf(one, task)),
  }),
  runs: t.field({
    type: [MaintenanceRunRef],
    description: 'Its last ten runs that came to an end, newest first; empty for tasks of other operations.',
    resolve: (task, _args, { loaders }) => loaders.load(loadRuns, keyOf(task)),
  }),
  lastRun: t.field({
    type: MaintenanceRunRef,
    nullable: true,
    description: 'The newest of them; null: none, or the task is done by another operation.',
    resolve: async (task, _args, { loaders }) => (await loaders.load(loadRuns, keyOf(task)))[0] ?? null,
  }),
  lastOperation: t.field({
    type: OperationRef,
    nullable: true,
    description:
      'The newest operation on this cluster that did it, ended or not; null: none. For `maintenance.run` that of the last run.',
    authScopes: { scope: 'operation:read' },
    resolve: async (task, _args, context) => {
      const { loaders } = context;
      if (task.kinds.includes(RUN_KIND)) {
        const [run] = await loaders.load(loadRuns, keyOf(task));
        return run === undefined ? null : findOperation(run.id, context);
      }
      const found = await Promise.all(
        task.kinds.map((kind) => loaders.load(loadNewest, `${task.cluster}/${kind}`)),
      );
      return found.find((one) => one !== null) ?? null;
    },
  }),
}));

builder.objectField(MaintenanceRunRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that ran it; null once it is forgotten.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ id }, _args, context) => findOperation(id, context),
  }),
);

builder.queryField('maintenanceTasks', (t) =>
  t.field({
    type: [MaintenanceTaskRef],
    description: 'The guide’s daily, weekly and monthly tasks with their schedules, last runs and findings.',
    authScopes: { scope: 'maintenance:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { services }) => [...services.maintenance.tasks(cluster)],
  }),
);

builder.mutationField('runMaintenanceTask', (t) =>
  t.field({
    type: RunMaintenanceTaskSuccessRef,
    description:
      'Runs one task of the guide. Reviews only look; VACUUM, ANALYZE and REINDEX visit one table after the other, throttled, within `minutes`. Tasks that are operations of their own are refused with the name of the mutation that does them.',
    authScopes: { scope: 'maintenance:write' },
    args: { input: t.arg({ type: RunMaintenanceTaskInputRef, required: true, description: 'Which.' }) },
    errors: { types: START_ERRORS },
    resolve: (_root, { input }, { services, request }) => {
      const { cluster, task, dryRun, minutes, costDelayMs } = input;
      return services.maintenance.run(
        { cluster, task, dryRun: dryRun ?? false, minutes: minutes ?? 60, costDelayMs: costDelayMs ?? 2 },
        request(input),
      );
    },
  }),
);
