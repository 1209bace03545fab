import type { Fleet } from '../fleet/fleet.ts';
import type { Plan } from '../operations/define.ts';
import type { Queryable } from '../postgres/pool.ts';
import { stanzaOf } from './catalogue.ts';
import { checkDestination } from './destination.ts';
import type { BackupSet } from './info.ts';
import type { Manifest } from './manifest.ts';
import { readDataDirectory } from './probe.ts';
import { readStanzaSettings } from './repository.ts';
import { findRestoreRate } from './store.ts';

export interface DestinationRules {
  readonly fleet: Fleet;
  /** Besides data directories and repositories, which are found out: our own home's parts, for example. */
  readonly protectedDirectories: readonly string[];
}

/** @throws {DestinationRefusedError} Nothing is written. */
export async function checkRestoreDestination(
  { fleet, protectedDirectories }: DestinationRules,
  wanted: { readonly cluster: string; readonly destination: string; readonly set: BackupSet },
  operationId: string | null,
): Promise<void> {
  const { servers, ownPaths } = readStanzaSettings(stanzaOf(fleet, wanted.cluster));
  await checkDestination({
    destination: wanted.destination,
    forbidden: [
      ...protectedDirectories,
      ...servers.map((one) => one.dataDirectory),
      ...ownPaths,
      ...(await listDataDirectories(fleet)),
    ],
    databaseBytes: wanted.set.databaseBytes,
    operationId,
  });
}

/** Of every server that answers, on whatever host: a path that is in use elsewhere is a bad choice here, too. */
async function listDataDirectories(fleet: Fleet): Promise<readonly string[]> {
  const instances = fleet.list().flatMap((cluster) => cluster.instances);
  const answers = await Promise.all(
    instances.map((one) => readDataDirectory(fleet.monitor(one)).catch(() => null)),
  );
  return answers.filter((one) => one !== null);
}

export interface RestorePlanInput {
  readonly cluster: string;
  readonly destination: string;
  readonly set: BackupSet;
  readonly manifest: Manifest | null;
}

/** What `startRestore` would do. */
export async function describeRestore(db: Queryable, input: RestorePlanInput): Promise<Plan> {
  const { cluster, destination, set, manifest } = input;
  const bytesASecond = await findRestoreRate(db, cluster);
  const counted = manifest?.tables.filter((one) => one.rowsMin !== null).length ?? 0;
  const point = manifest?.restorePoint ?? null;
  const until = point === null ? 'the end of the backup' : `restore point ${point.name}`;
  return {
    summary: `Restore ${set.label} of ${cluster} (${set.type}, ${set.databaseBytes} bytes) into ${destination} and prove it`,
    steps: [
      `copy ${set.databaseBytes} bytes into ${destination}${toEstimate(set.databaseBytes, bytesASecond)}`,
      'start the restored server fenced off: no network, no archiving, a socket directory of its own',
      `replay write-ahead log from segment ${set.walStart ?? 'none'} up to ${until}`,
      `compare the rows of ${counted} tables with those noted by the backup`,
      'stop the restored server and leave the files in the destination',
    ],
    warnings: listWarnings(input, counted),
  };
}

function toEstimate(databaseBytes: bigint, bytesASecond: number | null): string {
  return bytesASecond === null
    ? ' (no restore of this cluster has been measured yet)'
    : ` (about ${Math.ceil(Number(databaseBytes) / bytesASecond)} s, as measured by its latest restores)`;
}

function listWarnings({ manifest, set }: RestorePlanInput, counted: number): readonly string[] {
  const notCounted = (manifest?.tables.length ?? 0) - counted;
  return [
    ...(manifest === null
      ? ['the rows of this backup were not noted: it can be restored, but not proven']
      : []),
    ...(manifest?.note ? [manifest.note] : []),
    ...(notCounted > 0 ? [`${notCounted} tables were not counted and are not compared`] : []),
    ...(set.hasPageErrors ? ['pages of the database had wrong checksums when it was backed up'] : []),
  ];
}
