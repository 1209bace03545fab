import { ForbiddenError } from '../src/access/access.ts';
import { InvalidInputError } from '../src/errors.ts';
import { builder } from '../schema/builder.ts';
import type { NodeSource } from '../schema/context.ts';
import { decodeNodeId } from '../schema/node-id.ts';
import { alertNode } from './alerts.ts';
import { backupNode } from './backups.ts';
import { clusterNode, instanceNode } from './clusters.ts';
import { migrationNode } from './migrations.ts';
import { moveNode } from './moves.ts';
import { operationNode } from './operations.ts';
import { organizationNode } from './organizations.ts';
import { scheduleNode } from './schedules.ts';
import { shardNode } from './shards.ts';

/** Every type that implements Node; test/schema.test.ts sees to it that none is missing. */
export const NODES: Readonly<Record<string, NodeSource>> = {
  Alert: alertNode,
  Backup: backupNode,
  Cluster: clusterNode,
  Instance: instanceNode,
  Migration: migrationNode,
  Operation: operationNode,
  Organization: organizationNode,
  OrganizationMove: moveNode,
  Schedule: scheduleNode,
  Shard: shardNode,
};

builder.queryField('node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'Whatever has this id; null when there is nothing (any more). Needs the scope of its type.',
    args: { id: t.arg.id({ required: true, description: 'Global id, as the API gave it.' }) },
    resolve: async (_root, { id }, context) => {
      const opened = decodeNodeId(id);
      const source = opened === null ? undefined : NODES[opened.typename];
      if (opened === null || source === undefined)
        throw new InvalidInputError(['id'], 'this is no global id');
      if (!context.principal.scopes.includes(source.scope)) {
        throw new ForbiddenError(`reading a ${opened.typename}`, source.scope);
      }
      const found = await source.find(opened.id, context);
      return found === null ? null : { ...found, __typename: opened.typename };
    },
  }),
);
