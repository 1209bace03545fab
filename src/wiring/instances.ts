import { createInstances, type InstanceService, type KnownServer } from '../instances/instances.ts';
import { startInstanceOperation } from '../instances/operation.ts';
import type { Ground, Wiring } from './noun.ts';

/** The servers of clusters as processes. */
export function wireInstances(ground: Ground): Wiring<{ readonly instances: InstanceService }> {
  const deps = { fleet: ground.fleet, listServers: (cluster: string) => listServers(ground, cluster) };
  const definition = startInstanceOperation(deps);
  return {
    definitions: [definition],
    connect: ({ operations }) => ({
      services: { instances: createInstances({ ...deps, operations, definition }) },
    }),
  };
}

/** As `sunday.yaml` says that they are started. */
export function listServers({ config }: Pick<Ground, 'config'>, cluster: string): readonly KnownServer[] {
  const { postgresBinaries: binaries, clusters } = config;
  const instances = clusters.find((one) => one.name === cluster)?.instances ?? [];
  return instances.map(({ name, port, control }) => {
    if (control === undefined) return { name, options: null };
    const { dataDirectory, socketDirectory, logFile } = control;
    return { name, options: { binaries, port, dataDirectory, socketDirectory, logFile } };
  });
}
