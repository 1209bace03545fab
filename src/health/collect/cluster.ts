import type { InstanceState } from '../../fleet/probe.ts';
import { measured, type Figure } from '../measure.ts';
import { judgePrimary, judgeReplication } from '../replication.ts';

/** How the instances of a cluster stand to each other. `states` are in the order of its instances. */
export function judgeTogether(states: readonly InstanceState[]): readonly Figure[] {
  return [judgePrimary(states), ...judgeReplication(states), ...judgeBytes(states)];
}

function judgeBytes(states: readonly InstanceState[]): readonly Figure[] {
  return states
    .filter(({ role, lagBytes }) => role === 'STANDBY' && lagBytes !== null)
    .map(({ instance, lagBytes }) =>
      measured('replication_lag_bytes', instance.name, Number(lagBytes ?? 0n)),
    );
}
