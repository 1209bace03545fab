import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { ReplicationRef } from '../schema/replication.ts';
import type { Replication } from '../src/performance/replication/replication.ts';

const AUTH = { scope: 'performance:read' } as const;

/** Asked once for each request. */
const loadReplication: LoadMany<Replication> = ({ performance }, clusters) =>
  Promise.all(clusters.map((cluster) => performance.replication(cluster)));

builder.queryField('replication', (t) =>
  t.field({
    type: ReplicationRef,
    description:
      'Who sends what to whom in a cluster: walsenders, standbys, slots and subscriptions, and how far each is. An instance that does not answer is said to be so, the others’ answers are given.',
    authScopes: AUTH,
    args: { cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }) },
    resolve: (_root, { cluster }, { services }) => services.performance.replication(cluster),
  }),
);

builder.objectField(ClusterRef, 'replication', (t) =>
  t.field({
    type: ReplicationRef,
    description: 'Who sends what to whom in it, asked live: walsenders, standbys, slots and subscriptions.',
    authScopes: AUTH,
    resolve: ({ name }, _args, { loaders }) => loaders.load(loadReplication, name),
  }),
);
