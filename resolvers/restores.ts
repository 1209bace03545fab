import {
  BackupNotFoundError,
  DestinationRefusedError,
  RepositoryNotFoundError,
} from '../src/backups/errors.ts';
import { BackupDatabaseNotFoundError } from '../src/backups/restore/databases.ts';
import {
  LocalTimeAmbiguousError,
  LocalTimeMissingError,
  RestorePointExistsError,
  RestorePointIncompleteError,
  RestorePointNotFoundError,
  TargetBeyondArchiveError,
  TargetInFutureError,
  TargetInGapError,
  TargetOnOtherTimelineError,
  TargetTooEarlyError,
  TimelineNotFoundError,
} from '../src/backups/restore/errors.ts';
import {
  RestoreInPlaceRefusedError,
  RestoreNotConfirmedError,
} from '../src/backups/restore/in-place/errors.ts';
import type { RestorePoint } from '../src/backups/restore/store.ts';
import type { RestoreTarget } from '../src/backups/restore/target.ts';
import { parseMoment } from '../src/backups/restore/time.ts';
import { InvalidInputError } from '../src/errors.ts';
import { ClusterNotFoundError } from '../src/fleet/fleet.ts';
import { BackupRef } from '../schema/backups.ts';
import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import type { LoadMany } from '../schema/context.ts';
import { MUTATION_ERRORS, START_ERRORS } from '../schema/errors.ts';
import '../schema/restore-errors.ts';
import {
  CreateRestorePointInputRef,
  CreateRestorePointSuccessRef,
  RestorePlanRef,
  RestorePointRef,
  RestoreTargetInputRef,
  StartRestoreInputRef,
  StartRestoreSuccessRef,
} from '../schema/restores.ts';
import { backupNode, REPOSITORY_ERRORS } from './backups.ts';

/** Why a state can't be had. */
export const TARGET_ERRORS = [
  ...[LocalTimeAmbiguousError, LocalTimeMissingError, TargetInFutureError, TargetTooEarlyError],
  ...[TargetBeyondArchiveError, TargetInGapError, TargetOnOtherTimelineError, TimelineNotFoundError],
  ...[RestorePointNotFoundError, BackupNotFoundError],
];

type TargetInput = typeof RestoreTargetInputRef.$inferInput;

/** Exactly one of its fields is there: the schema sees to that. */
export function toTarget({ latest, time, lsn, name, set }: TargetInput): RestoreTarget {
  if (time) return { kind: 'TIME', at: parseMoment(time.at, time.timezone ?? null) };
  if (lsn) return { kind: 'LSN', lsn };
  if (name) return { kind: 'NAME', name };
  if (set) return { kind: 'SET', label: set };
  if (latest) return { kind: 'LATEST' };
  throw new InvalidInputError(['input', 'target'], 'give one of latest, time, lsn, name and set');
}

/** @throws {InvalidInputError} unless exactly one of the two is there. */
function toWanted(label: string | null | undefined, target: TargetInput | null | undefined): RestoreTarget {
  if (label && target)
    throw new InvalidInputError(['input', 'label'], 'the target says already what is restored');
  if (label) return { kind: 'SET', label };
  if (target) return toTarget(target);
  throw new InvalidInputError(['input', 'target'], 'give a target or the label of a backup');
}

/** @throws {InvalidInputError} unless it is clear where to. */
function isInPlace({ inPlace, destination, databases }: typeof StartRestoreInputRef.$inferInput): boolean {
  if (inPlace !== true && !destination)
    throw new InvalidInputError(['input', 'destination'], 'give a directory, or say `inPlace`');
  if (inPlace === true && destination)
    throw new InvalidInputError(['input', 'destination'], 'in place there is no other directory');
  if (inPlace === true && databases)
    throw new InvalidInputError(['input', 'databases'], 'in place all databases go back');
  return inPlace === true;
}

const loadPoints: LoadMany<readonly RestorePoint[]> = ({ backups }, clusters) =>
  backups.listRestorePoints(clusters);

const POINTS_SHOWN = 100;

builder.objectField(ClusterRef, 'restorePoints', (t) =>
  t.field({
    type: [RestorePointRef],
    description: 'Its named restore points, newest first; at most 100.',
    authScopes: { scope: 'backup:read' },
    resolve: async ({ name }, _args, { loaders }) =>
      (await loaders.load(loadPoints, name)).slice(0, POINTS_SHOWN),
  }),
);

builder.objectField(RestorePlanRef, 'backup', (t) =>
  t.field({
    type: BackupRef,
    nullable: true,
    description: 'The backup that it begins with; null when it has just expired.',
    resolve: ({ cluster, set }, _args, context) =>
      backupNode.find(`${cluster}/${set.label}`, context) as Promise<typeof BackupRef.$inferType | null>,
  }),
);

builder.queryField('restorePlan', (t) =>
  t.field({
    type: RestorePlanRef,
    description:
      'How a state could be had again, without doing anything. It refuses what `startRestore` would refuse.',
    authScopes: { scope: 'backup:read' },
    args: {
      cluster: t.arg.string({ required: true, description: 'Name of the cluster, e.g. `main`.' }),
      target: t.arg({ type: RestoreTargetInputRef, required: true, description: 'Which state.' }),
      inPlace: t.arg.boolean({
        defaultValue: false,
        description: 'True: for the live cluster itself; then `stops` says what stops. Null: false.',
      }),
      timeline: t.arg.int({
        description:
          'Timeline to recover along, 1 or more. Null: that of the primary; of a backup or a named point, its own.',
      }),
      repository: t.arg.string({
        description: 'Name of the repository whose backups are looked at. Null: all that answer.',
      }),
    },
    resolve: (_root, { cluster, target, timeline, inPlace, repository }, { services }) =>
      services.backups.planRestore({
        ...{ cluster, target: toTarget(target), timeline: timeline ?? null, repository: repository ?? null },
        inPlace: inPlace ?? false,
      }),
  }),
);

builder.mutationFields((t) => ({
  startRestore: t.field({
    type: StartRestoreSuccessRef,
    description:
      'Restores a backup into a new directory, recovers it to the target, fenced off, and sees that it got there; compares its rows with those noted by the backup where they were noted, stops it, and reports the recovery time. Production is only read.',
    authScopes: { scope: 'backup:write' },
    args: {
      input: t.arg({ type: StartRestoreInputRef, required: true, description: 'Which, and where to.' }),
    },
    errors: {
      types: [
        ...[...START_ERRORS, ...REPOSITORY_ERRORS, ...TARGET_ERRORS],
        ...[DestinationRefusedError, RepositoryNotFoundError, BackupDatabaseNotFoundError],
        ...[RestoreInPlaceRefusedError, RestoreNotConfirmedError],
      ],
    },
    resolve: (_root, { input }, { services, request }) => {
      const wanted = {
        cluster: input.cluster,
        target: toWanted(input.label, input.target),
        timeline: input.timeline ?? null,
        repository: input.repository ?? null,
        dryRun: input.dryRun ?? false,
      };
      if (isInPlace(input)) {
        const how = { confirm: input.confirm ?? '', keepOld: input.keepOld ?? true };
        return services.backups.restoreInPlace({ ...wanted, ...how }, request(input));
      }
      const where = { destination: input.destination ?? '', databases: input.databases ?? null };
      return services.backups.restore({ ...wanted, ...where }, request(input));
    },
  }),
  createRestorePoint: t.field({
    type: CreateRestorePointSuccessRef,
    description:
      'Names this moment in the write-ahead log of several clusters, so that all of them can go back to it. Either every primary is reached, or none gets the point.',
    authScopes: { scope: 'backup:write' },
    args: {
      input: t.arg({ type: CreateRestorePointInputRef, required: true, description: 'The name, and where.' }),
    },
    errors: {
      types: [
        ...[...MUTATION_ERRORS, ...REPOSITORY_ERRORS, ClusterNotFoundError],
        ...[RestorePointExistsError, RestorePointIncompleteError],
      ],
    },
    resolve: async (_root, { input }, { services, principal }) => ({
      points: await services.backups.createRestorePoint({
        name: input.name,
        clusters: input.clusters ?? null,
        createdBy: principal.name,
      }),
    }),
  }),
}));
