import {
  type BackupOperations,
  type BackupService,
  createBackupOperations,
  createBackups,
} from '../backups/backups.ts';
import { describeFailure } from '../backups/archive/health.ts';
import {
  createRecoveryWindows,
  listUsableSets,
  type RecoveryWindowService,
} from '../backups/archive/windows-service.ts';
import { createCatalogue } from '../backups/catalogue.ts';
import { DEFAULT_BACKUP_SCHEDULES, purposeOf, toOperation } from '../backups/retention/default-schedules.ts';
import type { ArchiveSafety } from '../health/archiving.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import { type SchedulableKind, schedulable } from '../schedules/kinds.ts';
import { nameSchedule } from '../schedules/names.ts';
import type { Ground, Wiring } from './noun.ts';

export interface BackupNouns {
  readonly backups: BackupService;
  readonly recoveryWindows: RecoveryWindowService;
}

export interface BackupWiring extends Wiring<BackupNouns> {
  /** What health is told of a cluster's archive; null without one. */
  measureArchive(cluster: string): Promise<ArchiveSafety | null>;
}

/** Backups, their archive, and the moments that can be recovered. */
export function wireBackups(ground: Ground): BackupWiring {
  const { config, db, fleet, protectedDirectories } = ground;
  const { postgresBinaries, runDirectory } = config;
  const deps = { fleet, db, postgresBinaries, runDirectory, protectedDirectories };
  const definitions = createBackupOperations(deps);
  const catalogue = createCatalogue({ fleet, db });
  const recoveryWindows = createRecoveryWindows({
    ...{ fleet, postgresBinaries },
    listSets: (cluster) => listUsableSets(catalogue, cluster),
  });
  return {
    definitions: [definitions.start, definitions.verify, definitions.restore, definitions.expire],
    measureArchive: (cluster) => measureArchive({ ...ground, recoveryWindows }, cluster),
    connect({ operations, recordAudit }) {
      const backups = createBackups({ ...deps, operations, definitions, recordAudit });
      return {
        services: { backups, recoveryWindows },
        schedulable: schedulableKinds(backups, definitions),
        defaultSchedules: defaultSchedules(ground),
      };
    },
  };
}

async function measureArchive(
  { fleet, recoveryWindows }: Pick<Ground, 'fleet'> & Pick<BackupNouns, 'recoveryWindows'>,
  cluster: string,
): Promise<ArchiveSafety | null> {
  if (fleet.get(cluster).stanza === null) return null;
  const { loss, archiving } = await recoveryWindows.measure(cluster);
  const { waitingSegments, unsentSegments, slots, reason } = archiving;
  return { loss, waitingSegments, unsentSegments, slots, reason, failure: describeFailure(archiving) };
}

function schedulableKinds(backups: BackupService, definitions: BackupOperations): readonly SchedulableKind[] {
  const scope = 'backup:write';
  return [
    schedulable({ ...definitions.start, scope, start: backups.start }),
    schedulable({ ...definitions.verify, scope, start: backups.verify }),
    schedulable({ ...definitions.expire, scope, start: backups.expire }),
  ];
}

function defaultSchedules({ config, fleet }: Ground): readonly DefaultSchedule[] {
  const { timezone, defaultSchedules: isWanted } = config.backups;
  const clusters = isWanted ? fleet.list().filter(({ stanza }) => stanza !== null) : [];
  return clusters.flatMap(({ name }) => listDefaultSchedules(name, timezone));
}

/** The default schedules of one cluster with a stanza. */
export function listDefaultSchedules(cluster: string, timezone: string): readonly DefaultSchedule[] {
  return DEFAULT_BACKUP_SCHEDULES.map(({ action, cron }) => ({
    ...toOperation(action, { verify: true }),
    ...{ name: nameSchedule(cluster, purposeOf(action)), cluster, cron, timezone },
  }));
}
