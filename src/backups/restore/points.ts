import { InvalidInputError, SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { withBackupDatabase } from '../pgbackrest/backup-role.ts';
import { stanzaOf } from '../catalogue.ts';
import { createRestorePoint, switchLog } from '../copy/probe.ts';
import { RestorePointExistsError, RestorePointIncompleteError } from './errors.ts';
import { listPoints, recordPoint, releasePoints, reservePoints, type RestorePoint } from './store.ts';

export interface PointRequest {
  readonly name: string;
  /** Null: every cluster that has backups. */
  readonly clusters: readonly string[] | null;
  readonly createdBy: string;
}

interface PointDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
}

/** PostgreSQL keeps 63 bytes; the name also goes through a tool's arguments and a server's configuration. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/;
/** Backups name the moments of their rows so. */
const RESERVED = /^sunday_/;

/**
 * Names one moment in the logs of several clusters, so that all of them can go back to it. First every primary is
 * reached, then all are told at once; each closes its segment, so that the point is soon in the archive.
 *
 * @throws {InvalidInputError} @throws {BackupsNotConfiguredError} @throws {RestorePointExistsError}
 * @throws {RestorePointIncompleteError} when a cluster has none; when one could not be reached, none has.
 */
export async function createRestorePoints(
  deps: PointDependencies,
  { name, clusters, createdBy }: PointRequest,
): Promise<readonly RestorePoint[]> {
  if (!NAME.test(name))
    throw new InvalidInputError(
      ['input', 'name'],
      'a restore point has 1 to 63 letters, digits and _ . : -, a letter or digit first',
    );
  if (RESERVED.test(name))
    throw new InvalidInputError(['input', 'name'], 'names that begin with sunday_ are those of backups');
  const chosen = chooseClusters(deps.fleet, clusters);
  const taken = await reservePoints(deps.db, { name, clusters: chosen, createdBy });
  if (taken.length > 0) throw new RestorePointExistsError(name, taken);
  const gate = createGate(chosen.length);
  const outcomes = await Promise.all(chosen.map((cluster) => makePoint(deps.fleet, { cluster, name, gate })));
  if (!gate.isOpen()) await releasePoints(deps.db, { name, clusters: chosen });
  else for (const one of outcomes) await recordPoint(deps.db, one);
  const failures = outcomes.flatMap((one) =>
    one.problem === null ? [] : [`${one.cluster}: ${one.problem}`],
  );
  if (failures.length > 0) {
    const made = outcomes.filter((one) => one.problem === null).map((one) => one.cluster);
    throw new RestorePointIncompleteError(name, made, failures);
  }
  const listed = await listPoints(deps.db, chosen);
  return listed.flat().filter((one) => one.name === name);
}

function chooseClusters(fleet: Fleet, clusters: readonly string[] | null): readonly string[] {
  const withBackups = fleet.list().filter((one) => one.stanza !== null);
  const chosen = [...new Set(clusters ?? withBackups.map((one) => one.name))];
  for (const cluster of chosen) stanzaOf(fleet, cluster);
  if (chosen.length === 0)
    throw new InvalidInputError(['input', 'clusters'], 'no cluster is named that has backups');
  return chosen;
}

type Outcome = Pick<RestorePoint, 'cluster' | 'name' | 'lsn' | 'segment' | 'at' | 'problem'>;

async function makePoint(
  fleet: Fleet,
  { cluster, name, gate }: { readonly cluster: string; readonly name: string; readonly gate: Gate },
): Promise<Outcome> {
  try {
    return await withBackupDatabase(stanzaOf(fleet, cluster), async (backupDb) => {
      const db = backupDb ?? (await fleet.primary(cluster));
      await gate.arrive();
      const point = await createRestorePoint(db, name);
      await switchLog(db).catch(() => {}); // without it the segment waits for archive_timeout
      return { cluster, name, ...point, problem: null };
    });
  } catch (error) {
    gate.shut();
    if (!(error instanceof SundayError) && !isServerError(error) && !(error instanceof GateShut)) throw error;
    return { cluster, name, lsn: null, segment: null, at: null, problem: error.message };
  }
}

class GateShut extends Error {}

/** Opens when everybody has arrived; once somebody can't come, it stays shut for all. */
interface Gate {
  arrive(): Promise<void>;
  shut(): void;
  isOpen(): boolean;
}

function createGate(expected: number): Gate {
  const opened = Promise.withResolvers<void>();
  opened.promise.catch(() => {}); // perhaps nobody waits
  let missing = expected;
  return {
    arrive() {
      missing -= 1;
      if (missing === 0) opened.resolve();
      return opened.promise;
    },
    shut: () => opened.reject(new GateShut('it was left out, because another cluster could not be reached')),
    isOpen: () => missing === 0,
  };
}
