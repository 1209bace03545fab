import { createClones, type Clones } from '../backups/restore/clones.ts';
import { proveRows, type RestoreGoal } from '../backups/restore/steps.ts';
import { modelFiles } from '../backups/restore/rates.ts';
import { listLatest } from '../backups/restore/estimate.ts';
import type { MeasuredRestore } from '../backups/restore/store.ts';
import type { RecoveryWindowService } from '../backups/archive/windows-service.ts';
import type { CloneSource, DrillWindow } from '../drills/clones.ts';
import { runDrillOperation } from '../drills/operation.ts';
import type { FilesPrediction } from '../drills/predict.ts';
import { createDrills, type DrillService } from '../drills/service.ts';
import { listMeasuredDrills } from '../drills/store.ts';
import { schedulable } from '../schedules/kinds.ts';
import { nameSchedule } from '../schedules/names.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import type { Ground, Wiring } from './noun.ts';

const RECOVERY_TIMEOUT_MS = 12 * 3_600_000; // replaying a day of a busy primary takes hours
/** On the second of each month, when neither backups nor the cleanup of the first are under way. */
const MONTHLY = '0 5 2 * *';

/** Drills on clones that backups make. */
export function wireDrills(
  ground: Ground,
  { recoveryWindows }: { readonly recoveryWindows: Pick<RecoveryWindowService, 'read'> },
): Wiring<{ readonly drills: DrillService }> {
  const { config, db, fleet, protectedDirectories } = ground;
  const { postgresBinaries, runDirectory } = config;
  const listDrilled = (cluster: string | null) => listMeasuredDrills(db, cluster);
  const clones = createClones({
    ...{ fleet, db, postgresBinaries, runDirectory, protectedDirectories },
    ...{ recoveryTimeoutMs: RECOVERY_TIMEOUT_MS, listDrilled },
  });
  const definition = runDrillOperation({
    ...{ fleet, db, workDirectory: runDirectory, clones: toDrillClones(clones) },
    listWindows: (cluster) => listDrillWindows(recoveryWindows, cluster),
    readFilesModel: async (cluster, own) => {
      const ofCluster = await listLatest({ db, listDrilled }, cluster);
      const earlier = ofCluster.length > 0 ? ofCluster : await listLatest({ db, listDrilled }, null);
      return toFilesModel(earlier, own);
    },
  });
  return {
    definitions: [definition],
    connect({ operations }) {
      const drills = createDrills({ fleet, db, operations, definition });
      return {
        services: { drills },
        schedulable: [
          schedulable({
            ...definition,
            scope: 'backup:write',
            start: (input, request) => operations.start(definition, input, request),
          }),
        ],
        defaultSchedules: listDefaultDrills(ground),
      };
    },
  };
}

/** What a drill measured is one more restore. */
export function toFilesModel(
  earlier: readonly MeasuredFiles[],
  own: MeasuredFiles,
): (bytes: number) => FilesPrediction {
  const { fixedMs, msPerByte } = modelFiles([own, ...earlier]) ?? NOTHING;
  return (bytes) => ({ ms: fixedMs + bytes * msPerByte, fixedMs, restores: earlier.length });
}

type MeasuredFiles = Pick<MeasuredRestore, 'databaseBytes' | 'restoreMs' | 'fixedMs'>;
const NOTHING = { fixedMs: 0, msPerByte: 0 };

/** Clones of backups, with the counting of a restore's proof. */
export function toDrillClones(clones: Clones): CloneSource<RestoreGoal> {
  return { ...clones, countRows: async (db, goal, context) => (await proveRows(db, goal, context)).tables };
}

/** What a drill may choose from. */
export async function listDrillWindows(
  recoveryWindows: Pick<RecoveryWindowService, 'read'>,
  cluster: string,
): Promise<readonly DrillWindow[]> {
  const { windows } = await recoveryWindows.read(cluster);
  const newest = windows.at(-1)?.archiveId; // those before it are of a server version that is no more
  return windows
    .filter((one) => one.archiveId === newest)
    .map(({ timeline, earliestAt: from, latestAt: to, sets }) => ({
      ...{ timeline, from, to },
      labels: sets.map(({ label }) => label),
    }));
}

function listDefaultDrills({ config, fleet }: Ground): readonly DefaultSchedule[] {
  const { timezone, defaultSchedules: isWanted } = config.backups;
  const clusters = isWanted ? fleet.list().filter(({ stanza }) => stanza !== null) : [];
  return clusters.map(({ name }) => ({
    ...{ name: nameSchedule(name, 'recovery-drill'), kind: 'drills.run', cluster: name },
    ...{ input: { target: null }, cron: MONTHLY, timezone },
  }));
}
