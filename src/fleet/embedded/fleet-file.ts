import { join } from 'node:path';
import { stringify } from 'yaml';
import type { FleetFile } from '../../config.ts';
import type { ServerOptions } from '../../postgres/server.ts';
import { replaceFile } from './files.ts';
import { STANZA } from './pgbackrest.ts';
import type { PreparedFleet } from './prepare.ts';

/** Writes the `sunday.yaml` that describes the embedded fleet, just as one would describe existing servers. */
export function writeFleetFile(prepared: PreparedFleet): void {
  const { layout, servers, redis, backrest, secrets, repositories } = prepared;
  const stanza = {
    ...{ configFile: layout.backrestConfig, binary: backrest },
    ...(repositories.length === 0 ? {} : { repositories: [...repositories] }),
  };
  const mover =
    secrets.shards === null
      ? {}
      : { mover: { user: 'sunday_mover', passwordFile: secrets.shards.mover.file } };
  const fleet: FleetFile = {
    control: {
      host: '127.0.0.1',
      port: servers.control.options.port,
      database: 'sunday_control',
      user: 'sunday_control',
      passwordFile: secrets.control.file,
    },
    redis: { url: `redis://127.0.0.1:${redis.port}`, passwordFile: secrets.redis.file },
    postgresBinaries: servers.control.options.binaries,
    runDirectory: layout.runDirectory,
    partitions: { archive: { directory: join(layout.home, 'partition-archive') } },
    clusters: [
      {
        name: 'main',
        database: 'sunday',
        instances: [servers.primary, servers.standby].map(({ name, options }) => ({
          name,
          host: '127.0.0.1',
          port: options.port,
          control: controlOf(options),
        })),
        operator: { user: 'sunday_operator', passwordFile: secrets.operator.file },
        monitor: { user: 'sunday_monitor', passwordFile: secrets.monitor.file },
        stanza: { name: STANZA, ...stanza },
        ...mover,
      },
      ...servers.shards.map(({ name, server }) => ({
        name,
        database: 'sunday',
        instances: [
          {
            name: server.name,
            host: '127.0.0.1',
            port: server.options.port,
            control: controlOf(server.options),
          },
        ],
        operator: { user: 'sunday_operator', passwordFile: secrets.operator.file },
        monitor: { user: 'sunday_monitor', passwordFile: secrets.monitor.file },
        stanza: { name, ...stanza },
        ...mover,
        shard: true,
      })),
    ],
  };
  replaceFile(layout.fleetFile, `${HEADER}${stringify(fleet)}`);
}

function controlOf({ dataDirectory, socketDirectory, logFile }: ServerOptions) {
  return { dataDirectory, socketDirectory, logFile };
}

const HEADER = `# The embedded fleet. Written anew by each start: to describe servers of your own,
# copy this file, change it, and name it in SUNDAY_CONFIG. docs/configuration.md lists every setting.
`;
