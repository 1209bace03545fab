import { access, appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findByName } from '../backups/alias.ts';
import { listUsableSets } from '../backups/archive/windows-service.ts';
import { type Catalogue, createCatalogue } from '../backups/catalogue.ts';
import { BackupNotFoundError } from '../backups/errors.ts';
import { openClone, planClone } from '../backups/restore/clone.ts';
import { createClones, type CloneWish } from '../backups/restore/clones.ts';
import type { RestoreGoal } from '../backups/restore/steps.ts';
import { findSuperuser, promote } from '../drills/probe.ts';
import type { BackupWish, ChosenBackup, RestoredBackups } from '../migrations/validation/restored.ts';
import { CloneReadOnlyError } from '../migrations/validation/restored.ts';
import type { StepContext } from '../operations/define.ts';
import type { Database } from '../postgres/pool.ts';
import type { Ground } from './noun.ts';

const RECOVERY_TIMEOUT_MS = 3_600_000; // a backup as it stands replays only what was written while it was taken
const PROMOTE_SECONDS = 60;
/** Beside the files of the clone: it has left recovery, so that it can't be opened at its target any more. */
const PROMOTED = 'sunday-trial-promoted';
/** What a restored subscription must not do once the clone writes: take changes from production's slot. */
const NO_SUBSCRIPTIONS = '\nmax_logical_replication_workers = 0\n';

/** What was decided about a backup; plain data. */
export interface ChosenSet extends ChosenBackup {
  readonly wish: CloneWish;
  readonly goal: RestoreGoal;
  /** Who runs migrations. */
  readonly user: string;
}

type CloneGround = Pick<Ground, 'config' | 'db' | 'fleet' | 'protectedDirectories'>;

/** Restored backups that take writes, by the clones that backups make. */
export function createRestoredBackups(ground: CloneGround): RestoredBackups<ChosenSet> {
  const { config, db, fleet, protectedDirectories } = ground;
  const { postgresBinaries, runDirectory } = config;
  const clones = createClones({
    ...{ fleet, db, postgresBinaries, runDirectory, protectedDirectories },
    recoveryTimeoutMs: RECOVERY_TIMEOUT_MS,
  });
  const catalogue = createCatalogue({ fleet, db });
  const toWish = async (wanted: BackupWish, operationId: string | null): Promise<CloneWish> => {
    const { cluster } = wanted;
    const label = await findLabel(catalogue, wanted);
    const { user, database } = await fleet.primaryLogin(cluster);
    const superuser = await findSuperuser(await fleet.primary(cluster));
    const directory = toDirectory(runDirectory, operationId);
    const login = { user: superuser ?? user, database };
    return { cluster, target: { kind: 'SET', label }, timeline: null, directory, login };
  };
  const restore = async ({ wish, goal }: ChosenSet, context: StepContext): Promise<number> => {
    const { restoreMs } = await clones.make(wish, goal, context);
    await appendFile(join(wish.directory, 'postgresql.auto.conf'), NO_SUBSCRIPTIONS);
    return restoreMs;
  };
  return {
    preview: async (wanted) => clones.plan(await toWish(wanted, null)),
    async choose(wanted, context) {
      const wish = await toWish(wanted, context.operationId);
      const { user } = await fleet.primaryLogin(wanted.cluster);
      const decided = await clones.decide(wish, context);
      const goal = { ...decided, users: [...new Set([...decided.users, user])] };
      return { ...{ wish, goal, user }, label: goal.label, at: goal.at, databaseBytes: goal.databaseBytes };
    },
    restore,
    async open(chosen, context, act) {
      const { wish, goal, user } = chosen;
      const mark = join(wish.directory, PROMOTED);
      if (await isThere(mark)) await restore(chosen, context);
      return clones.open(wish, goal, context, async (admin, { recoveryMs }) => {
        const startedAt = performance.now();
        await writeFile(mark, '', { mode: 0o600 });
        await letWrite(admin, chosen);
        const clone = openAs({ ground, wish, context, label: goal.label }, user);
        try {
          return await act(clone, Math.round(recoveryMs + performance.now() - startedAt));
        } finally {
          await clone.close();
        }
      });
    },
    remove: (context) =>
      clones.remove({ directory: toDirectory(runDirectory, context.operationId) }, context),
  };
}

/** Where the clone of an operation is. */
function toDirectory(runDirectory: string, operationId: string | null): string {
  const id = operationId === null ? 'plan' : operationId.replaceAll('-', '').slice(-12);
  return join(runDirectory, `sunday-trial-${id}`);
}

/** @throws {BackupNotFoundError} and the typed failures of a repository. */
async function findLabel(catalogue: Catalogue, { cluster, backup }: BackupWish): Promise<string> {
  const [all = []] = await catalogue.listByCluster([cluster]);
  if (all instanceof Error) throw all;
  const found = backup === 'latest' ? (await listUsableSets(catalogue, cluster))[0] : findByName(all, backup);
  if (found) return found.label;
  const known = all.map((one) => one.label);
  throw new BackupNotFoundError(cluster, backup, known, ['input', 'onBackup']);
}

/** @throws {CloneReadOnlyError} */
async function letWrite(admin: Database, { label, wish, user }: ChosenSet): Promise<void> {
  if (wish.login.user === user && (await findSuperuser(admin)) === null)
    throw new CloneReadOnlyError(label, null);
  if (!(await promote(admin, PROMOTE_SECONDS))) throw new CloneReadOnlyError(label, PROMOTE_SECONDS);
}

interface OpenOptions {
  readonly ground: Pick<Ground, 'config'>;
  readonly wish: CloneWish;
  readonly context: StepContext;
  readonly label: string;
}

/** Another role on the clone that is open already. */
function openAs({ ground, wish, context, label }: OpenOptions, user: string): Database {
  const { postgresBinaries: binaries, runDirectory } = ground.config;
  const { directory: destination, login } = wish;
  const { operationId, processMarks: marks } = context;
  const clone = planClone({ label, destination, binaries, runDirectory, operationId, marks });
  return openClone(clone, { user, database: login.database });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
