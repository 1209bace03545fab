import { type Fleet, type Instance, InstanceNotFoundError } from '../fleet/fleet.ts';
import { probeCluster } from '../fleet/probe.ts';
import { DatabaseUnavailableError } from '../postgres/errors.ts';

/**
 * The instance of that name; null: the one that is the primary now.
 *
 * @throws {ClusterNotFoundError} @throws {InstanceNotFoundError} @throws {DatabaseUnavailableError}
 */
export async function findInstance(fleet: Fleet, cluster: string, name: string | null): Promise<Instance> {
  const { instances } = fleet.get(cluster);
  if (name === null) {
    const states = await probeCluster(fleet, fleet.get(cluster));
    const primary = states.find(({ role }) => role === 'PRIMARY');
    if (primary) return primary.instance;
    throw new DatabaseUnavailableError(
      `the primary of ${cluster}`,
      new Error('no instance says that it is the primary'),
    );
  }
  const found = instances.find((one) => one.name === name);
  if (found) return found;
  const known = instances.map((one) => one.name);
  throw new InstanceNotFoundError(cluster, name, known);
}
