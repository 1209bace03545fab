import { setImmediate as yieldToOthers } from 'node:timers/promises';
import {
  type Catalog,
  type CatalogDifference,
  compareCatalogs,
  fingerprintOf,
} from '../../catalog/catalog.ts';
import { type GrownState, traceGrowth } from '../../catalog/growth.ts';
import { hasEventTriggers, readCatalog, readGrownCatalog } from '../../catalog/probe.ts';
import { KEPT_SNAPSHOTS, readSnapshot, recordSnapshot, recordSnapshots } from '../../catalog/store.ts';
import { SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Database, Queryable } from '../../postgres/pool.ts';
import { readLedger } from '../ledger/store.ts';
import type { LookBehind, RunOptions, TransactionPlace } from '../run/run.ts';

/**
 * | state   | means                                                              |
 * |---------|--------------------------------------------------------------------|
 * | NONE    | the schema is what the newest applied migration left                |
 * | DRIFTED | somebody changed it in another way since                            |
 * | UNKNOWN | nothing was kept to compare with, and `reason` says why             |
 */
export const DRIFT_STATES = ['NONE', 'DRIFTED', 'UNKNOWN'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

export interface SchemaDrift {
  readonly state: DriftState;
  /** Why it is unknown; null otherwise. */
  readonly reason: string | null;
  /** The newest applied migration; null when none is. */
  readonly version: string | null;
  /** SHA-256 of the catalog right after it, hexadecimal; null when nobody computed it. */
  readonly expectedFingerprint: string | null;
  readonly foundFingerprint: string;
  /** When the expected state was taken; null when it is not kept (any more). */
  readonly takenAt: Date | null;
  /** By kind and name. Empty for a drift whose snapshot is gone: then only the fingerprints say it. */
  readonly differences: readonly CatalogDifference[];
}

/** The schema is not what the last migration left: what comes next was written for another one. */
export class SchemaDriftedError extends SundayError {
  readonly code = 'SCHEMA_DRIFTED';
  override readonly hint =
    'Undo the change, or make it a migration; if it is to stay, accept the drift or apply with a reason.';
  /** The first 10. */
  readonly differences: readonly CatalogDifference[];
  readonly differenceCount: number;
  constructor(database: string, { version, differences }: SchemaDrift) {
    const shown = differences.slice(0, SHOWN_DIFFERENCES);
    const lines = shown.map((one) => `${one.change} ${one.kind} ${one.object}`);
    const more = differences.length > shown.length ? `; and ${differences.length - shown.length} more` : '';
    super(`the schema of ${database} has changed since migration ${version}: ${lines.join('; ')}${more}`);
    this.differences = shown;
    this.differenceCount = differences.length;
  }
}

const SHOWN_DIFFERENCES = 10;

/** What the live schema of `db` is otherwise than the newest applied migration left it. It only reads. */
export async function checkDrift(db: Queryable | Database): Promise<SchemaDrift> {
  return judge(db, await readCatalog(db));
}

/** `checkDrift` on the primary of a cluster. @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} */
export async function schemaDrift(fleet: Pick<Fleet, 'primary'>, cluster: string): Promise<SchemaDrift> {
  return checkDrift(await fleet.primary(cluster));
}

/**
 * For right before an apply. What is UNKNOWN is let through: a database that was adopted has no state yet.
 *
 * @throws {SchemaDriftedError}
 */
export async function assertNoDrift(db: Queryable | Database, name: string): Promise<void> {
  const drift = await checkDrift(db);
  if (drift.state === 'DRIFTED') throw new SchemaDriftedError(name, drift);
}

/** The runner's options for keeping the catalog as it is behind each migration. */
export const KEEPS_CATALOG = {
  fingerprint: recordCatalog,
  fingerprintAll: recordGrowth,
} as const satisfies Partial<RunOptions>;

/**
 * The runner's `fingerprint` hook: reads the catalog in the migration's own last transaction and keeps it there, so
 * that both stay or neither does. What as many in the same transaction would push out again is not kept at all.
 */
async function recordCatalog(tx: Queryable, { following }: TransactionPlace): Promise<string> {
  const catalog = await readCatalog(tx);
  return following < KEPT_SNAPSHOTS ? recordSnapshot(tx, catalog) : fingerprintOf(catalog);
}

/** So many fingerprints are computed before others get their turn; some milliseconds. */
const STATES_AT_ONCE = 16;

/** The runner's `fingerprintAll` hook: as `recordCatalog` behind each, but the states in between are told from births. */
async function recordGrowth(tx: Queryable): Promise<LookBehind | null> {
  // What runs there may change something that was made before, and nobody would see when.
  if (await hasEventTriggers(tx)) return null;
  const before = await readCatalog(tx);
  return async ({ startedAt, additions }, { following }) => {
    const { catalog: after, births } = await readGrownCatalog(tx);
    const stateAt = traceGrowth({ before, after, births, startedAt, additions });
    if (stateAt === null) return null;
    const states: GrownState[] = [];
    for (const place of additions.keys()) {
      if (place % STATES_AT_ONCE === STATES_AT_ONCE - 1) await yieldToOthers();
      states.push(stateAt(place));
    }
    const kept = Math.max(0, KEPT_SNAPSHOTS - following);
    if (kept > 0) await recordSnapshots(tx, states.slice(-kept));
    return states.map(({ fingerprint }) => fingerprint);
  };
}

async function judge(db: Queryable, found: Catalog): Promise<SchemaDrift> {
  const foundFingerprint = fingerprintOf(found);
  const newest = (await readLedger(db)).at(-1);
  const expectedFingerprint = newest?.fingerprint ?? null;
  const drift = {
    reason: null,
    version: newest?.version ?? null,
    expectedFingerprint,
    foundFingerprint,
    takenAt: null,
    differences: [],
  };
  if (newest === undefined)
    return { ...drift, state: 'UNKNOWN', reason: 'no migration is applied, so no state is expected' };
  if (expectedFingerprint === null)
    return {
      ...drift,
      state: 'UNKNOWN',
      reason: `no fingerprint was kept after migration ${newest.version}`,
    };
  const snapshot = await readSnapshot(db, expectedFingerprint);
  const takenAt = snapshot?.takenAt ?? null;
  if (expectedFingerprint === foundFingerprint) return { ...drift, state: 'NONE', takenAt };
  const differences = snapshot ? compareCatalogs(snapshot.catalog, found) : [];
  return { ...drift, state: 'DRIFTED', takenAt, differences: differences.filter((one) => one.isMaterial) };
}
