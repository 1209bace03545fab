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
import type { ConfiguredServer } from '../backups/restore/in-place/members.ts';
import { applyRepositories } from '../backups/repositories/apply.ts';
import { createRepositories, type RepositoryService } from '../backups/repositories/service.ts';
import { listMeasuredDrills } from '../drills/store.ts';
import { SundayError } from '../errors.ts';
import type { ArchiveSafety } from '../health/archiving.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import type { Operation } from '../operations/operations.ts';
import type { Operations } from '../operations/service.ts';
import { type SchedulableKind, schedulable } from '../schedules/kinds.ts';
import { nameSchedule } from '../schedules/names.ts';
import type { Background, Ground, Wiring } from './noun.ts';

export interface BackupNouns {
  readonly backups: BackupService;
  readonly recoveryWindows: RecoveryWindowService;
  readonly repositories: RepositoryService;
}

export interface BackupWiring extends Wiring<BackupNouns> {
  /** What health is told of a cluster's archive; null without one. */
  measureArchive(cluster: string): Promise<ArchiveSafety | null>;
  readonly recoveryWindows: RecoveryWindowService;
}

/** Backups, their archive, and the moments that can be recovered. */
export function wireBackups(ground: Ground): BackupWiring {
  const { config, db, fleet, protectedDirectories } = ground;
  const { postgresBinaries, runDirectory } = config;
  const { standby } = config.backups;
  const deps = {
    ...{ fleet, db, standby, postgresBinaries, runDirectory, protectedDirectories },
    listServers: (cluster: string) => listServers(ground, cluster),
    listDrilled: (cluster: string | null) => listMeasuredDrills(db, cluster),
  };
  const definitions = createBackupOperations(deps);
  const catalogue = createCatalogue({ fleet, db });
  const recoveryWindows = createRecoveryWindows({
    ...{ fleet, postgresBinaries },
    listSets: (cluster) => listUsableSets(catalogue, cluster),
  });
  return {
    definitions: [
      definitions.start,
      definitions.verify,
      definitions.restore,
      definitions.restoreInPlace,
      definitions.expire,
    ],
    measureArchive: (cluster) => measureArchive({ ...ground, recoveryWindows }, cluster),
    recoveryWindows,
    connect({ operations, recordAudit }) {
      const backups = createBackups({
        ...{ ...deps, operations, definitions, recordAudit },
        findOperation: (cluster) => findBackupOperation(operations, cluster),
      });
      return {
        services: { backups, recoveryWindows, repositories: createRepositories({ fleet }) },
        background: [keepRepositories(ground)],
        schedulable: schedulableKinds(backups, definitions),
        defaultSchedules: defaultSchedules(ground),
      };
    },
  };
}

/** As `sunday.yaml` says it; one that it tells nothing of is not ours to stop. */
function listServers({ config }: Pick<Ground, 'config'>, cluster: string): readonly ConfiguredServer[] {
  const { postgresBinaries: binaries, clusters } = config;
  const instances = clusters.find((one) => one.name === cluster)?.instances ?? [];
  return instances.map(({ name, port, control }) => {
    if (control === undefined) return { name, options: null, superuser: 'postgres' };
    const { superuser, ...paths } = control;
    return { name, superuser, options: { binaries, port, ...paths } };
  });
}

/** Files of stanzas follow `sunday.yaml`; a repository that is away keeps the file as it is until the next start. */
function keepRepositories({ fleet, log }: Pick<Ground, 'fleet' | 'log'>): Background {
  const applyAll = async () => {
    const stanzas = fleet.list().flatMap(({ stanza }) => stanza ?? []);
    for (const [file, sharing = []] of Object.entries(Object.groupBy(stanzas, (one) => one.configFile))) {
      const [first, ...others] = sharing;
      if (first === undefined) continue;
      const about = { file, stanzas: sharing.map(({ name }) => name) };
      try {
        const outcome = await applyRepositories(first, others);
        if (outcome === 'applied') log.info(about, 'pgbackrest.conf names other repositories now');
      } catch (error) {
        if (!(error instanceof SundayError)) throw error;
        log.error({ ...about, error }, 'the repositories of a pgbackrest.conf cannot be used');
      }
    }
  };
  let applying: Promise<void> = Promise.resolve();
  return {
    name: 'repositories',
    start() {
      // Nobody waits for it: a store that is away takes a while to be given up.
      applying = applyAll().catch((error: unknown) => log.error({ error }, 'repositories were not applied'));
      return Promise.resolve();
    },
    stop: () => applying,
  };
}

/** The one that has the lane of the cluster: there is no second one. */
async function findBackupOperation(
  operations: Pick<Operations, 'list'>,
  cluster: string,
): Promise<Operation | null> {
  const filter = { cluster, kind: 'backups.start', states: ['RUNNING', 'CANCELLING'] as const };
  const page = { limit: 1, after: null, before: null, fromEnd: false };
  return (await operations.list(filter, page))[0] ?? null;
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
    ...toOperation(action, { verify: true, repository: null }),
    ...{ name: nameSchedule(cluster, purposeOf(action, null)), cluster, cron, timezone },
  }));
}
