import { toAdvice } from '../src/alerts/advice.ts';
import { AlertNotFoundError, AlertResolvedError } from '../src/alerts/errors.ts';
import type { AlertFilter } from '../src/alerts/alerts.ts';
import type { ListedAlert } from '../src/alerts/store.ts';
import { decodeEventCursor } from '../src/events/cursor.ts';
import type { Operation } from '../src/operations/operations.ts';
import { builder } from '../schema/builder.ts';
import { AlertEventItemRef, AlertEventRef } from '../schema/alert-events.ts';
import { AcknowledgeAlertInputRef, AcknowledgeAlertSuccessRef } from '../schema/alert-silences.ts';
import {
  AlertConnectionRef,
  AlertFilterRef,
  AlertRef,
  AlertStateRef,
  SuggestedActionRef,
} from '../schema/alerts.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { MUTATION_ERRORS } from '../schema/errors.ts';
import { toLocalId } from '../schema/node-id.ts';
import { OperationRef } from '../schema/operations.ts';
import { type KeysetList, readConnection } from './connections.ts';
import { subscribe } from './live.ts';

const OPERATIONS_SHOWN = 10;
const OPERATIONS_READ = 50;

const loadAlerts: LoadMany<ListedAlert | null> = ({ alerts }, ids) => alerts.findMany(ids);
const loadChildren: LoadMany<readonly ListedAlert[]> = ({ alerts }, ids) => alerts.childrenOf(ids);

export const alertNode: NodeSource = { scope: 'alert:read', find: findAlert };

/** Null when there is none. */
export function findAlert(id: string, { loaders }: Context): Promise<ListedAlert | null> {
  return loaders.load(loadAlerts, id);
}

function alertList({ services }: Context, filter: AlertFilter): KeysetList<ListedAlert, bigint> {
  return {
    name: 'alerts',
    toText: ({ position }) => position.toString(),
    toKey: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : null),
    list: (page) => services.alerts.list(filter, page),
    count: () => services.alerts.count(filter),
  };
}

builder.objectFields(AlertRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    nullable: true,
    description: 'The cluster; null when it is not configured any more.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.find(cluster),
  }),
  parent: t.field({
    type: AlertRef,
    nullable: true,
    description: 'The alert of its cause; null when it stands for itself. Only that one is told to channels.',
    resolve: ({ parentId }, _args, context) => (parentId === null ? null : findAlert(parentId, context)),
  }),
  children: t.field({
    type: [AlertRef],
    description: 'Alerts that this one is the cause of.',
    resolve: ({ id }, _args, { loaders }) => loaders.load(loadChildren, id),
  }),
  cause: t.string({
    description: 'Why this happens, in general: what was seen of this one is in `evidence`.',
    resolve: (alert) => toAdvice(alert).cause,
  }),
  runbook: t.string({
    description: 'What to do, for people.',
    resolve: (alert) => toAdvice(alert).runbook,
  }),
  suggestedActions: t.field({
    type: [SuggestedActionRef],
    description: 'Mutations that help, ready to be sent; empty when none is known.',
    resolve: (alert) => toAdvice(alert).actions,
  }),
  operations: t.field({
    type: [OperationRef],
    description: `Operations of the kinds that help, on its cluster, since it went wrong and until it was over: the newest ${OPERATIONS_SHOWN}. \`firedValue\` and \`value\` are the figure before and after.`,
    authScopes: { scope: 'operation:read' },
    resolve: listHelpers,
  }),
}));

async function listHelpers(alert: ListedAlert, _args: object, { services }: Context): Promise<Operation[]> {
  const kinds = toAdvice(alert).actions.flatMap(({ operationKinds }) => operationKinds);
  if (kinds.length === 0) return [];
  const page = { limit: OPERATIONS_READ, after: null, before: null, fromEnd: false };
  const found = await services.operations.list({ cluster: alert.cluster }, page);
  const isDuring = ({ createdAt }: Operation) =>
    createdAt >= alert.startedAt && (alert.resolvedAt === null || createdAt <= alert.resolvedAt);
  return found.filter((one) => kinds.includes(one.kind) && isDuring(one)).slice(0, OPERATIONS_SHOWN);
}

builder.objectField(SuggestedActionRef, 'isAvailable', (t) =>
  t.boolean({
    description: 'False: this version has no such mutation yet, so it is only words.',
    resolve: ({ mutation }, _args, _context, { schema }) =>
      schema.getMutationType()?.getFields()[mutation] !== undefined,
  }),
);

builder.objectField(ClusterRef, 'alerts', (t) =>
  t.connection(
    {
      type: AlertRef,
      description: 'Its alerts, newest first.',
      authScopes: { scope: 'alert:read' },
      args: { state: t.arg({ type: AlertStateRef, description: 'Only those in this state. Null: all.' }) },
      resolve: ({ name }, { state, ...page }, context) =>
        readConnection(page, alertList(context, { clusters: [name], states: state ? [state] : null })),
    },
    AlertConnectionRef,
  ),
);

builder.queryFields((t) => ({
  alert: t.field({
    type: AlertRef,
    nullable: true,
    description: 'One alert; null when there is none (any more). They are kept for a year after their end.',
    authScopes: { scope: 'alert:read' },
    args: { id: t.arg.id({ required: true, description: 'Global id, or the bare one that messages show.' }) },
    resolve: (_root, { id }, context) => findAlert(toLocalId('Alert', id, ['id']), context),
  }),
  alerts: t.connection(
    {
      type: AlertRef,
      description: 'Alerts, newest first.',
      authScopes: { scope: 'alert:read' },
      args: { filter: t.arg({ type: AlertFilterRef, description: 'Which; null: all.' }) },
      resolve: (_root, { filter, ...page }, context) =>
        readConnection(page, alertList(context, filter ?? {})),
    },
    AlertConnectionRef,
  ),
}));

// `auditedBy`: the service writes the line in the transaction of the change; resolvers/audit.ts leaves it to that.
const extensions = { auditedBy: 'SERVICE' };

builder.mutationField('acknowledgeAlert', (t) =>
  t.field({
    type: AcknowledgeAlertSuccessRef,
    description: 'Says that somebody has an alert in hand: no reminders and no escalation any more.',
    authScopes: { scope: 'alert:write' },
    extensions,
    args: {
      input: t.arg({ type: AcknowledgeAlertInputRef, required: true, description: 'Which, and why.' }),
    },
    errors: { types: [...MUTATION_ERRORS, AlertNotFoundError, AlertResolvedError] },
    resolve: async (_root, { input }, { services, requester }) => ({
      alert: await services.alerts.acknowledge(
        toLocalId('Alert', input.id, ['input', 'id']),
        requester(input),
      ),
    }),
  }),
);

builder.objectField(AlertEventRef, 'alert', (t) =>
  t.field({
    type: AlertRef,
    nullable: true,
    description:
      'The alert as it is now; what it was then is in the fields beside. Null when it is not kept any more.',
    resolve: ({ event }, _args, context) => findAlert(event.alertId, context),
  }),
);

builder.subscriptionField('alertEvents', (t) =>
  t.field({
    type: AlertEventItemRef,
    description: 'What happened to alerts since `after`, then what happens; does not end by itself.',
    authScopes: { scope: 'alert:read' },
    args: {
      filter: t.arg({
        type: AlertFilterRef,
        description: 'Which; severity and state are those after the change. Null: all.',
      }),
      after: t.arg.string({ description: 'Cursor of the last item that was seen. Null: from now on.' }),
    },
    subscribe: (_root, { filter, after }, context) => {
      const cursor = decodeEventCursor(after);
      return subscribe(context, (signal) => context.services.alerts.follow(filter ?? {}, cursor, signal));
    },
    resolve: (delivery) => delivery,
  }),
);
