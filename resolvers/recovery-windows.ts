import type { Recovery } from '../src/backups/archive/windows-report.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { RecoveryIntervalRef, RecoveryWindowRef } from '../schema/recovery-windows.ts';

/** One repository that cannot be read gives its error in its place. */
const loadRecovery: LoadMany<Recovery> = ({ recoveryWindows }, clusters) =>
  Promise.all(
    clusters.map((cluster) =>
      recoveryWindows.read(cluster).catch((error: unknown) => {
        if (error instanceof Error) return error;
        throw error;
      }),
    ),
  );

builder.objectFields(ClusterRef, (t) => ({
  recoveryWindow: t.field({
    type: RecoveryWindowRef,
    nullable: true,
    description:
      'What can be recovered, live from the repository and the primary. Null when it has no stanza, and when the repository cannot be read: the error at this path says why.',
    authScopes: { scope: 'backup:read' },
    resolve: ({ name, stanza }, _args, { loaders }) =>
      stanza === null ? null : loaders.load(loadRecovery, name),
  }),
  recoveryWindows: t.field({
    type: [RecoveryIntervalRef],
    nullable: true,
    description:
      'All intervals that can be recovered, by archive, timeline and place; empty when it has no stanza. Null when the repository cannot be read: the error at this path says why.',
    authScopes: { scope: 'backup:read' },
    resolve: async ({ name, stanza }, _args, { loaders }) =>
      stanza === null ? [] : (await loaders.load(loadRecovery, name)).windows,
  }),
}));
