import type { GraphQLSchema } from 'graphql';
import { builder } from '../schema/builder.ts';
import { settleCosts } from '../schema/cost.ts';
import '../schema/scalars.ts';
import './access.ts';
import './alert-rules.ts';
import './alerts.ts';
import './backup-retention.ts';
import './backup-schedules.ts';
import './backups.ts';
import './capacity.ts';
import './clusters.ts';
import './demo.ts';
import './drills.ts';
import './health.ts';
import './index-building.ts';
import './instances.ts';
import './maintenance.ts';
import './migration-requests.ts';
import './migrations.ts';
import './moves.ts';
import './nodes.ts';
import './notifications.ts';
import './operation-events.ts';
import './operations.ts';
import './organizations.ts';
import './partition-conversions.ts';
import './partitions.ts';
import './query-advice.ts';
import './rebalances.ts';
import './recoveries.ts';
import './recovery-windows.ts';
import './replication.ts';
import './reports.ts';
import './repositories.ts';
import './restores.ts';
import './schedules.ts';
import './shards.ts';
import './sessions.ts';
import './table-stats.ts';
import './performance-report.ts';
import './platform.ts';
import './slow-queries.ts';
import { auditMutations } from './audit.ts';

/** The whole API. One for each process: building it twice would wrap nothing twice, but costs 100 ms. */
export function createSchema(): GraphQLSchema {
  return auditMutations(settleCosts(builder.toSchema()));
}
