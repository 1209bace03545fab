import { createClones } from '../backups/restore/clones.ts';
import { recoverOrganizationOperation } from '../recoveries/operation.ts';
import { createRecoveries, type RecoveryService } from '../recoveries/service.ts';
import type { Ground, Wiring } from './noun.ts';

const RECOVERY_TIMEOUT_MS = 12 * 3_600_000; // replaying a day of a busy primary takes hours
const HASH_LIMIT_BYTES = 4 * 1024 ** 3; // read twice within the merge: a minute or two

/** One organization's rows as they were, by a clone that backups make. */
export function wireRecoveries(ground: Ground): Wiring<{ readonly recoveries: RecoveryService }> {
  const { config, db, fleet, protectedDirectories } = ground;
  const { postgresBinaries, runDirectory } = config;
  const clones = createClones({
    ...{ fleet, db, postgresBinaries, runDirectory, protectedDirectories },
    recoveryTimeoutMs: RECOVERY_TIMEOUT_MS,
  });
  const deps = { fleet, clones, workDirectory: runDirectory };
  const definition = recoverOrganizationOperation({ ...deps, hashLimitBytes: HASH_LIMIT_BYTES });
  return {
    definitions: [definition],
    connect: ({ operations }) => ({
      services: { recoveries: createRecoveries({ ...deps, operations, definition }) },
    }),
  };
}
