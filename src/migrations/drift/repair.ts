import { readCatalog } from '../../catalog/probe.ts';
import { recordSnapshot } from '../../catalog/store.ts';
import { fingerprintOf } from '../../catalog/catalog.ts';
import { InvalidInputError, SundayError } from '../../errors.ts';
import { advanceFence, type Fence } from '../../postgres/fence.ts';
import type { Database, Transaction } from '../../postgres/pool.ts';
import {
  ensureRepairs,
  type RecordedRepair,
  recordRepair,
  replaceChecksum,
  replaceFingerprint,
} from './repair-store.ts';
import { withMigrationLock } from '../run/run.ts';
import { beginRun } from '../runner.ts';
import { readLedger } from '../ledger/store.ts';

/** Who repairs, and why. */
export interface RepairRequest {
  /** 1 to 1,000 characters. */
  readonly reason: string;
  readonly repairedBy: string;
  readonly onBehalfOf: string | null;
  /** Refuses once a newer holder of the lane has begun. */
  readonly fence?: Fence;
}

export interface ChecksumRepair extends RepairRequest {
  readonly version: string;
  /** What the ledger holds now, as whoever decides has seen it. */
  readonly expectedChecksum: string;
  /** Of the file as it stands in the directory. */
  readonly newChecksum: string;
}

export interface DriftAcceptance extends RepairRequest {
  /** Of the live schema, as whoever decides has seen its differences. */
  readonly foundFingerprint: string;
}

/** The ledger or the schema is another one than the one that was decided about. */
export class RepairRefusedError extends SundayError {
  readonly code = 'REPAIR_REFUSED';
  override readonly hint = 'Look at the state again, and decide again.';
  constructor(problem: string) {
    super(problem);
  }
}

const MAX_REASON_LENGTH = 1_000;
const CHECKSUM = /^[0-9a-f]{64}$/;

/**
 * Writes another checksum over that of an applied migration: the file was changed in a way that changes nothing, e.g. a
 * comment. What stood there, who and why are kept beside it for ever.
 *
 * @throws {RepairRefusedError} when the ledger holds another checksum, or none. @throws {MigrationLockedError}
 */
export async function repairMigration(db: Database, repair: ChecksumRepair): Promise<RecordedRepair> {
  const { version, expectedChecksum, newChecksum } = repair;
  if (!CHECKSUM.test(newChecksum)) throw new InvalidInputError(['input', 'checksum'], 'is no SHA-256');
  return repairUnderLock(db, repair, async (tx) => {
    if (!(await replaceChecksum(tx, version, { expected: expectedChecksum, next: newChecksum })))
      throw new RepairRefusedError(
        `migration ${version} is not applied with the checksum ${expectedChecksum.slice(0, 12)}…`,
      );
    return { version, field: 'CHECKSUM', oldValue: expectedChecksum, newValue: newChecksum };
  });
}

/**
 * Makes the live schema the expected one: what drifted is to stay.
 *
 * @throws {RepairRefusedError} when the schema has changed again, or no migration is applied.
 * @throws {MigrationLockedError}
 */
export async function acceptDrift(db: Database, acceptance: DriftAcceptance): Promise<RecordedRepair> {
  return repairUnderLock(db, acceptance, async (tx) => {
    const newest = (await readLedger(tx)).at(-1);
    if (newest === undefined)
      throw new RepairRefusedError('no migration is applied, so no state is expected');
    const catalog = await readCatalog(tx);
    const newValue = fingerprintOf(catalog);
    if (newValue !== acceptance.foundFingerprint)
      throw new RepairRefusedError(`the schema of ${db.name} has changed again`);
    await recordSnapshot(tx, catalog);
    await replaceFingerprint(tx, newest.version, newValue);
    return { version: newest.version, field: 'FINGERPRINT', oldValue: newest.fingerprint, newValue };
  });
}

type Changed = Pick<RecordedRepair, 'version' | 'field' | 'oldValue' | 'newValue'>;

/** The change and its row are one transaction, and no migration runs meanwhile. */
async function repairUnderLock(
  db: Database,
  { reason, repairedBy, onBehalfOf, fence }: RepairRequest,
  change: (tx: Transaction) => Promise<Changed>,
): Promise<RecordedRepair> {
  if (reason.trim() === '' || reason.length > MAX_REASON_LENGTH)
    throw new InvalidInputError(['input', 'reason'], `must have 1 to ${MAX_REASON_LENGTH} characters`);
  return withMigrationLock(db, { appliedBy: repairedBy, ...(fence ? { fence } : {}) }, async (run) => {
    await beginRun(run);
    return run.session.transaction(async (tx) => {
      if (fence) await advanceFence(tx, fence);
      await ensureRepairs(tx);
      return recordRepair(tx, { ...(await change(tx)), reason, repairedBy, onBehalfOf });
    });
  });
}
