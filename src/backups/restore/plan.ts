import type { Fleet } from '../../fleet/fleet.ts';
import type { Plan } from '../../operations/define.ts';
import { stanzaOf } from '../catalogue.ts';
import { checkDestination } from './destination.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { readDataDirectory } from '../copy/probe.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import { nameOf } from '../repositories/repositories.ts';
import { describeSelection, type DatabaseSelection } from './databases.ts';
import type { RestoreEstimate } from './estimate.ts';
import type { Choice } from './find.ts';
import { describeTarget, type RestoreTarget } from './target.ts';

export interface DestinationRules {
  readonly fleet: Fleet;
  /** Besides data directories and repositories, which are found out: our own home's parts, for example. */
  readonly protectedDirectories: readonly string[];
}

/** @throws {DestinationRefusedError} Nothing is written. */
export async function checkRestoreDestination(
  { fleet, protectedDirectories }: DestinationRules,
  wanted: {
    readonly cluster: string;
    readonly destination: string;
    readonly set: Pick<BackupSet, 'databaseBytes'>;
  },
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
  readonly target: RestoreTarget;
  readonly estimate: RestoreEstimate;
  /** Null: all databases. */
  readonly selection: DatabaseSelection | null;
}

/** What `startRestore` would do. */
export function describeRestore(choice: Choice, input: RestorePlanInput): Plan {
  const { set, manifest, recovery, stanza } = choice;
  const { cluster, destination, target, estimate, selection } = input;
  const isSet = target.kind === 'SET';
  const counted = isSet ? (manifest?.tables.filter((one) => one.rowsMin !== null).length ?? 0) : 0;
  const point = isSet ? (manifest?.restorePoint ?? null) : null;
  const until =
    point !== null ? `restore point ${point.name}` : isSet ? 'the end of the backup' : describeTarget(target);
  return {
    summary: `Restore ${set.label} of ${cluster} (${set.type}, ${set.databaseBytes} bytes) into ${destination}${isSet ? ' and prove it' : `, recover it to ${describeTarget(target)}`}`,
    steps: [
      `copy ${set.databaseBytes} bytes from repository ${nameOf(stanza, set.repositoryKey)} into ${destination}${toDuration(estimate)}`,
      'start the restored server fenced off: no network, no archiving, a socket directory of its own',
      `replay write-ahead log from segment ${set.walStart ?? 'none'} on timeline ${recovery.timeline} up to ${until}`,
      isSet
        ? `compare the rows of ${counted} tables with those noted by the backup`
        : 'see that the server itself says it has stopped at the target',
      'stop the restored server and leave the files in the destination',
    ],
    warnings: [
      ...choice.warnings,
      ...(isSet ? listWarnings(choice, counted) : []),
      ...describeSelection(selection),
    ],
  };
}

function toDuration({ seconds, basis }: RestoreEstimate): string {
  return seconds === null
    ? ' (no restore of this cluster has been measured yet)'
    : ` (about ${Math.ceil(seconds)} s until it could be opened: ${basis})`;
}

function listWarnings({ manifest, set }: Choice, counted: number): readonly string[] {
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
