import { z } from 'zod';
import type { Fleet } from '../fleet/fleet.ts';
import { defineOperation, type OperationDefinition, type StepContext } from '../operations/define.ts';
import type { Queryable } from '../postgres/pool.ts';
import { pickSet, stanzaOf } from './catalogue.ts';
import { BackupInvalidError } from './errors.ts';
import { persist } from './persist.ts';
import { listArchive, readInfo, runVerify } from './pgbackrest.ts';
import { recordVerification } from './store.ts';
import { judge, type Verdict } from './verification.ts';

const input = z.object({ cluster: z.string(), label: z.string() });
export type VerifyBackupOperationInput = z.output<typeof input>;

export interface VerifyBackupResult extends Verdict {
  readonly cluster: string;
  readonly label: string;
  /** Problems in the stanza that this set does not depend on. */
  readonly otherProblems: number;
}

export interface VerifyBackupDependencies {
  readonly fleet: Fleet;
  readonly db: Queryable;
}

/** Files named in a result; all of them are in pgBackRest's own log. */
const FILES_KEPT = 100;

/**
 * `backups.verify`: reads every file of the stanza back. It holds the lane of backups, so that no set is expired
 * under its hands, and waits for its turn. An invalid set fails the operation, after that has been written down.
 */
export function verifyBackupOperation({
  fleet,
  db,
}: VerifyBackupDependencies): OperationDefinition<VerifyBackupOperationInput, VerifyBackupResult> {
  return defineOperation<VerifyBackupOperationInput, VerifyBackupResult>({
    kind: 'backups.verify',
    input,
    lanes: ['backup'],
    whenBusy: 'QUEUE',
    target: ({ cluster, label }) => ({ cluster, name: `${cluster}/${label}` }),
    async plan({ cluster, label }) {
      const set = pickSet(cluster, await readInfo(stanzaOf(fleet, cluster)), label);
      return {
        summary: `Verify ${label} of ${cluster}`,
        steps: [
          'read every file of the stanza back and compare checksums',
          `look for the segments ${set.walStart ?? 'none'} to ${set.walStop ?? 'none'} in the archive`,
        ],
        warnings: [],
      };
    },
    async run({ step }, wanted) {
      // Twice is safe: it only reads.
      const result = await step('check files', (context) => checkFiles(fleet, wanted, context));
      // Twice is safe: it overwrites the row of this label.
      return step('record verification', (context) => record({ fleet, db }, result, context));
    },
  });
}

async function checkFiles(
  fleet: Fleet,
  { cluster, label }: VerifyBackupOperationInput,
  { signal, processMarks: marks, progress }: StepContext,
): Promise<VerifyBackupResult> {
  const stanza = stanzaOf(fleet, cluster);
  const set = pickSet(cluster, await readInfo(stanza, { signal, marks }), label);
  progress({ message: 'reading every file of the stanza back', fractionDone: null });
  const found = await runVerify(stanza, { signal, marks });
  const segments = set.archiveId === null ? [] : await listArchive(stanza, set.archiveId, { signal, marks });
  const verdict = judge(set, found, new Set(segments));
  progress({ message: `${verdict.filesValid} of ${verdict.filesChecked} files are valid`, fractionDone: 1 });
  return {
    ...verdict,
    cluster,
    label,
    files: verdict.files.slice(0, FILES_KEPT),
    otherProblems: found.problems.length - verdict.files.length,
  };
}

/** @throws {BackupInvalidError} once the row says so. */
async function record(
  { fleet, db }: VerifyBackupDependencies,
  result: VerifyBackupResult,
  { operationId, assertLease, signal, processMarks: marks }: StepContext,
): Promise<VerifyBackupResult> {
  const { cluster, label, isValid } = result;
  const set = pickSet(cluster, await readInfo(stanzaOf(fleet, cluster), { signal, marks }), label);
  assertLease();
  await persist(signal, () =>
    recordVerification(db, { cluster, set, operationId, isValid, verification: result }),
  );
  if (isValid) return result;
  const files = result.files.map((one) => one.path);
  throw new BackupInvalidError(label, files, result.problem ?? 'no reason was given');
}
