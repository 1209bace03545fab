import { writeName } from '../../postgres/names.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StandbySettings } from '../../config/backup-settings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { type InstanceState, probeCluster } from '../../fleet/probe.ts';
import { isServerError, isUnavailable } from '../../postgres/errors.ts';
import { stanzaOf } from '../catalogue.ts';
import { StandbyUnavailableError } from '../errors.ts';
import { loginOf } from '../pgbackrest/backup-role.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import { readServerPlace, type ServerPlace } from './source-probe.ts';

/** AUTO: the standby when there is one and it keeps up, else the primary. */
export const BACKUP_SOURCES = ['AUTO', 'STANDBY', 'PRIMARY'] as const;
export type WantedSource = (typeof BACKUP_SOURCES)[number];

/** Which server the files come from. Beginning and end are the primary's in any case. */
export interface BackupSource {
  readonly role: 'STANDBY' | 'PRIMARY';
  /** Null: pgBackRest's own settings name more than one, and it takes the first that answers. */
  readonly instance: string | null;
  /** Why this one, in one sentence. */
  readonly reason: string;
}

export interface ChosenSource extends BackupSource {
  /** What pgBackRest is told of it besides its settings. */
  readonly options: readonly string[];
}

interface Wanted {
  readonly cluster: string;
  readonly from: WantedSource;
}

/** @throws {StandbyUnavailableError} when only the standby will do, and it won't. */
export async function chooseSource(
  { fleet, standby }: { readonly fleet: Fleet; readonly standby: StandbySettings },
  { cluster, from }: Wanted,
): Promise<ChosenSource> {
  if (from === 'PRIMARY') return ofPrimary(fleet, cluster, 'it was asked for');
  if (from === 'AUTO' && standby.use === 'never')
    return ofPrimary(fleet, cluster, 'the configuration does not let backups use standbys');
  const found = await findStandby(fleet, cluster, standby);
  if (typeof found !== 'string') return found;
  if (from === 'STANDBY') throw new StandbyUnavailableError(cluster, found);
  return ofPrimary(fleet, cluster, found);
}

function ofPrimary(fleet: Fleet, cluster: string, reason: string): ChosenSource {
  const { instances } = fleet.get(cluster);
  const only = instances.length === 1 ? (instances[0]?.name ?? null) : null;
  return { role: 'PRIMARY', instance: only, reason, options: [] };
}

/** The standby that is least behind, or why none will do. */
async function findStandby(
  fleet: Fleet,
  cluster: string,
  { maxLagBytes, maxLagSeconds }: StandbySettings,
): Promise<ChosenSource | string> {
  const states = await probeCluster(fleet, fleet.get(cluster));
  const standbys = states.filter(({ role, state }) => role === 'STANDBY' && state === 'UP');
  if (standbys.length === 0)
    return fleet.get(cluster).instances.length === 1
      ? 'there is no standby'
      : 'no standby answers: each is down or says nothing';
  const [nearest] = standbys.toSorted((a, b) => Number(lagOf(a) - lagOf(b)));
  if (nearest === undefined) return 'there is no standby';
  const { lagBytes, lagSeconds, instance } = nearest;
  if (lagBytes === null) return `nobody says how far standby ${instance.name} is behind`;
  if (lagBytes > BigInt(maxLagBytes))
    return `standby ${instance.name} is ${lagBytes} bytes behind, and ${maxLagBytes} are allowed`;
  if (lagSeconds !== null && lagSeconds > maxLagSeconds)
    return `standby ${instance.name} is ${Math.round(lagSeconds)} s behind, and ${maxLagSeconds} are allowed`;
  const reason = `it is ${lagBytes} bytes behind, and ${maxLagBytes} are allowed`;
  return reachStandby(fleet, cluster, { standby: nearest, reason });
}

function lagOf({ lagBytes }: InstanceState): bigint {
  return lagBytes ?? 2n ** 62n;
}

/** Settings that name more than one server know the way; otherwise it has to be a server of this machine. */
async function reachStandby(
  fleet: Fleet,
  cluster: string,
  { standby, reason }: { readonly standby: InstanceState; readonly reason: string },
): Promise<ChosenSource | string> {
  const { name } = standby.instance;
  const { options, servers } = readStanzaSettings(stanzaOf(fleet, cluster));
  const { user } = loginOf(servers[0]);
  const place = await askPlace(fleet, standby, user);
  if (place === null) return `standby ${name} does not answer`;
  if (!place.mayCheckpoint)
    return `${user} may not force a restart point: GRANT pg_checkpoint TO ${writeName(user)}`;
  const named = [...options.keys()].filter((key) => /^pg\d+-path$/.test(key)).length;
  if (named > 1) {
    const isOnly = fleet.get(cluster).instances.length === 2;
    return { role: 'STANDBY', instance: isOnly ? name : null, reason, options: [] };
  }
  if (place.dataDirectory === null || !isHere(place))
    return `pgbackrest.conf does not name standby ${name}, and its files are not on this machine`;
  const found = [
    `--pg2-path=${place.dataDirectory}`,
    `--pg2-port=${place.port}`,
    ...(place.socketDirectory === null ? [] : [`--pg2-socket-path=${place.socketDirectory}`]),
    `--pg2-user=${user}`,
  ];
  return { role: 'STANDBY', instance: name, reason, options: found };
}

async function askPlace(
  fleet: Fleet,
  { instance }: InstanceState,
  role: string,
): Promise<ServerPlace | null> {
  try {
    return await readServerPlace(fleet.monitor(instance), role);
  } catch (error) {
    if (isUnavailable(error) || isServerError(error)) return null;
    throw error;
  }
}

const PORT_LINE = 3; // of postmaster.pid, from 0

/** The same path may be there on two machines: the server that runs on ours wrote its port into it. */
function isHere({ dataDirectory, port }: ServerPlace): boolean {
  try {
    const lines = readFileSync(join(dataDirectory ?? '', 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[PORT_LINE]) === port;
  } catch {
    return false;
  }
}
