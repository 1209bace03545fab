import { probeCluster, type InstanceState } from '../src/fleet/probe.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef, InstanceRef } from '../schema/clusters.ts';
import type { Context, LoadMany, NodeSource } from '../schema/context.ts';

/** Live state of all instances of each cluster. All clusters of a request are asked at once, and once. */
export const loadInstanceStates: LoadMany<readonly InstanceState[]> = ({ fleet }, names) =>
  Promise.all(names.map((name) => probeCluster(fleet, fleet.get(name))));

export const clusterNode: NodeSource = {
  scope: 'fleet:read',
  find: (name, { services }) => Promise.resolve(services.fleet.find(name)),
};

export const instanceNode: NodeSource = { scope: 'fleet:read', find: findInstance };

/** `id` is `<cluster>/<instance>`; null when one of them is not configured. */
async function findInstance(id: string, { services, loaders }: Context): Promise<InstanceState | null> {
  const [clusterName = '', instanceName = ''] = id.split('/');
  if (services.fleet.find(clusterName) === null) return null;
  const states = await loaders.load(loadInstanceStates, clusterName);
  return states.find(({ instance }) => instance.name === instanceName) ?? null;
}

builder.queryFields((t) => ({
  clusters: t.field({
    type: [ClusterRef],
    description: 'All clusters, in the order of the configuration.',
    authScopes: { scope: 'fleet:read' },
    resolve: (_root, _args, { services }) => services.fleet.list(),
  }),
  cluster: t.field({
    type: ClusterRef,
    nullable: true,
    description: 'One cluster; null when none of that name is configured.',
    authScopes: { scope: 'fleet:read' },
    args: { name: t.arg.string({ required: true, description: 'Name in the configuration, e.g. `main`.' }) },
    resolve: (_root, { name }, { services }) => services.fleet.find(name),
  }),
}));

builder.objectFields(ClusterRef, (t) => ({
  instances: t.field({
    type: [InstanceRef],
    description:
      'Its servers, in the order of the configuration, asked live. One that hangs is DOWN within 3 seconds.',
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadInstanceStates, name),
  }),
  primary: t.field({
    type: InstanceRef,
    nullable: true,
    description: 'The instance that takes writes; null when none says so, or when two do.',
    resolve: async ({ name }, _args, { loaders }) => {
      const primaries = (await loaders.load(loadInstanceStates, name)).filter(
        ({ role }) => role === 'PRIMARY',
      );
      return primaries.length === 1 ? (primaries[0] ?? null) : null;
    },
  }),
}));
