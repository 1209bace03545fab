import {
  MigrationDriftedError,
  MigrationInvalidError,
  MigrationNotFoundError,
  MigrationOutOfOrderError,
} from '../src/migrations/errors.ts';
import type { Migration } from '../src/migrations/migrations.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';
import { START_ERRORS } from '../schema/errors.ts';
import {
  ApplyMigrationsInputRef,
  ApplyMigrationsSuccessRef,
  MigrationPlanRef,
  MigrationRef,
} from '../schema/migrations.ts';
import { OperationRef } from '../schema/operations.ts';
import { findOperation } from './operations.ts';

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
    resolve: ({ operationId }, _args, context) =>
      operationId === null ? null : findOperation(operationId, context),
  }),
}));

builder.objectField(MigrationPlanRef, 'cluster', (t) =>
  t.field({
    type: ClusterRef,
    description: 'The cluster this is about.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
);

builder.queryField('migrationPlan', (t) =>
  t.field({
    type: MigrationPlanRef,
    description: 'What `applyMigrations` would do now; it refuses what that would refuse.',
    authScopes: { scope: 'migration:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      target: t.arg.string({
        description:
          'The last version to apply: its number (`3`, `003`) or its full name (`003_data_integrity`). Null: all.',
      }),
    },
    resolve: (_root, { cluster, target }, { services }) => services.migrations.plan(cluster, target ?? null),
  }),
);

builder.mutationField('applyMigrations', (t) =>
  t.field({
    type: ApplyMigrationsSuccessRef,
    description:
      'Applies what is pending, each migration in one transaction with its row in the ledger. Returns at once.',
    authScopes: { scope: 'migration:write' },
    args: {
      input: t.arg({ type: ApplyMigrationsInputRef, required: true, description: 'What, and where.' }),
    },
    errors: {
      types: [
        ...START_ERRORS,
        MigrationNotFoundError,
        MigrationInvalidError,
        MigrationDriftedError,
        MigrationOutOfOrderError,
      ],
    },
    resolve: (_root, { input }, { services, request }) =>
      services.migrations.apply(
        { cluster: input.cluster, target: input.target ?? null, dryRun: input.dryRun ?? false },
        request(input),
      ),
  }),
);
