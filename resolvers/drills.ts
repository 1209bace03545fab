import { DestinationRefusedError } from '../src/backups/errors.ts';
import type { RecoveryDrill } from '../src/drills/drills.ts';
import { DrillWindowEmptyError } from '../src/drills/errors.ts';
import { BackupRef } from '../schema/backups.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import {
  RecoveryDrillRef,
  StartRecoveryDrillInputRef,
  StartRecoveryDrillSuccessRef,
} from '../schema/drills.ts';
import { START_ERRORS } from '../schema/errors.ts';
import { OperationRef } from '../schema/operations.ts';
import { REPOSITORY_ERRORS } from './backups.ts';
import { findOperation, toOperationId } from './operations.ts';
import { TARGET_ERRORS, toTarget } from './restores.ts';

const loadDrills: LoadMany<readonly RecoveryDrill[]> = ({ drills }, keys) => drills.listOfBackups(keys);

builder.objectField(BackupRef, 'drills', (t) =>
  t.field({
    type: [RecoveryDrillRef],
    description: 'Drills that began with it, newest first; at most 20.',
    authScopes: { scope: 'backup:read' },
    resolve: async ({ cluster, label }, _args, { loaders }) => [
      ...(await loaders.load(loadDrills, `${cluster}/${label}`)),
    ],
  }),
);

builder.objectFields(RecoveryDrillRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    nullable: true,
    description: 'The cluster it is of; null when it is configured no more.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.find(cluster),
  }),
  operation: t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that did it; null when it is not known any more.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ id }, _args, context) => findOperation(id, context),
  }),
}));

builder.queryFields((t) => ({
  recoveryDrills: t.field({
    type: [RecoveryDrillRef],
    description: 'Drills of a cluster that have come to an end, newest first; at most 100.',
    authScopes: { scope: 'backup:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: async (_root, { cluster }, { services }) => [...(await services.drills.list(cluster))],
  }),
  recoveryDrill: t.field({
    type: RecoveryDrillRef,
    nullable: true,
    description: 'One drill; null while it is under way, and when there is none of that id.',
    authScopes: { scope: 'backup:read' },
    args: { id: t.arg.id({ required: true, description: 'Its id, or that of its operation.' }) },
    resolve: (_root, { id }, { services }) => services.drills.find(toOperationId(id, ['id'])),
  }),
}));

builder.mutationField('startRecoveryDrill', (t) =>
  t.field({
    type: StartRecoveryDrillSuccessRef,
    description:
      'Proves that a state can be had again: restores it into a clone, fenced off, checks its catalog, rows, indexes and data quality, measures the recovery time, removes the clone and keeps the evidence. Production is only read. A failed check fails the operation with DRILL_FAILED.',
    authScopes: { scope: 'backup:write' },
    args: {
      input: t.arg({ type: StartRecoveryDrillInputRef, required: true, description: 'Which state.' }),
    },
    errors: {
      types: [
        ...[...START_ERRORS, ...REPOSITORY_ERRORS, ...TARGET_ERRORS],
        ...[DrillWindowEmptyError, DestinationRefusedError],
      ],
    },
    resolve: (_root, { input }, { services, request }) =>
      services.drills.start(
        {
          cluster: input.cluster,
          target: input.target == null ? null : toTarget(input.target),
          timeline: input.timeline ?? null,
          dryRun: input.dryRun ?? false,
        },
        request(input),
      ),
  }),
);
