import type { Migration } from '../src/migrations/migrations.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { SchemaDriftRef } from '../schema/migration-drift.ts';
import { MigrationPlanRef } from '../schema/migration-plans.ts';
import { MigrationValidationRef } from '../schema/migration-validation.ts';
import { MigrationAttemptRef, MigrationDirectionRef, MigrationRef } from '../schema/migrations.ts';
import { toLocalId } from '../schema/node-id.ts';
import { OperationRef } from '../schema/operations.ts';
import { findOperation, isOperationId } from './operations.ts';

const loadMigrations: LoadMany<readonly Migration[]> = ({ migrations }, clusters) =>
  migrations.listByCluster(clusters);

export const migrationNode: NodeSource = { scope: 'migration:read', find: findMigration };

/** `id` is `<cluster>/<version>`; null when there is no such cluster or version. */
async function findMigration(id: string, { services, loaders }: Context): Promise<Migration | null> {
  const [cluster = '', version = ''] = id.split('/');
  if (services.fleet.find(cluster) === null) return null;
  const migrations = await loaders.load(loadMigrations, cluster);
  return migrations.find((one) => one.version === version) ?? null;
}

builder.objectField(ClusterRef, 'migrations', (t) =>
  t.field({
    type: [MigrationRef],
    // One server that is down must not take the answer about all other clusters with it.
    nullable: true,
    description:
      "Migrations of the product's database, lowest number first, read live from its ledger. Null when that cannot be read: the error at this path says why.",
    authScopes: { scope: 'migration:read' },
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadMigrations, name),
  }),
);

builder.objectFields(MigrationRef, (t) => ({
  cluster: t.field({
    type: ClusterRef,
    description: 'The cluster this is about.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
  operation: t.field({
    type: OperationRef,
    nullable: true,
    description:
      'The operation that applied it; null when it is not applied, or was by another control plane.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ applied }, _args, context) => findOperation(applied?.operationId ?? '', context),
  }),
}));

builder.objectField(MigrationAttemptRef, 'operation', (t) =>
  t.field({
    type: OperationRef,
    nullable: true,
    description: 'The operation that tried; null when it was another control plane.',
    authScopes: { scope: 'operation:read' },
    resolve: ({ operationId }, _args, context) => findOperation(operationId ?? '', context),
  }),
);

builder.objectField(MigrationPlanRef, 'cluster', (t) =>
  t.field({
    type: ClusterRef,
    description: 'The cluster this is about.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
);

builder.queryFields((t) => ({
  migrationPlan: t.field({
    type: MigrationPlanRef,
    description:
      'What `applyMigrations` or `rollbackMigrations` would do now, statement by statement; it refuses what cannot be planned.',
    authScopes: { scope: 'migration:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      target: t.arg.string({
        description:
          'A number (`3`, `003`) or full name (`003_data_integrity`). UP: the last version to apply, null for all. DOWN: the one that stays, null or `000` for none.',
      }),
      direction: t.arg({
        type: MigrationDirectionRef,
        defaultValue: 'UP',
        description: 'Apply or take back. Null: UP.',
      }),
    },
    resolve: (_root, { cluster, target, direction }, { services }) =>
      services.migrations.plan({ cluster, target: target ?? null, direction: direction ?? 'UP' }),
  }),
  schemaDrift: t.field({
    type: SchemaDriftRef,
    description: 'What the schema of a cluster has otherwise than its newest migration left it.',
    authScopes: { scope: 'migration:read' },
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { services }) => services.migrations.drift(cluster),
  }),
  migrationValidation: t.field({
    type: MigrationValidationRef,
    nullable: true,
    description:
      'What an operation that `validateMigrations` started has found, also when it failed by that; null while it runs, and for other operations.',
    authScopes: { scope: 'migration:read' },
    args: {
      operation: t.arg.id({ required: true, description: 'Global id, or the bare id that messages show.' }),
    },
    resolve: (_root, { operation }, { services }) => {
      const id = toLocalId('Operation', operation, ['operation']);
      return isOperationId(id) ? services.migrations.findValidation(id) : null;
    },
  }),
}));
