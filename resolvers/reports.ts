import { ClusterRef } from '../schema/clusters.ts';
import { builder } from '../schema/builder.ts';
import { BackupReportRef } from '../schema/reports.ts';

builder.objectField(BackupReportRef, 'cluster', (t) =>
  t.field({
    type: ClusterRef,
    description: 'The cluster it is about.',
    authScopes: { scope: 'fleet:read' },
    resolve: ({ cluster }, _args, { services }) => services.fleet.get(cluster),
  }),
);

builder.queryField('backupReport', (t) =>
  t.field({
    type: BackupReportRef,
    description:
      'Backups, verifications, drills and restores of a period, and whether what was promised was kept; for auditors. It asks the repository what is there.',
    authScopes: { scope: 'backup:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Begin of the period.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'End of the period, not in it; at most ten years after `from`.',
      }),
    },
    resolve: (_root, { cluster, from, to }, { services }) => services.reports.report(cluster, { from, to }),
  }),
);
