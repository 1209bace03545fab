import { z } from 'zod';
import { cancelOnAbort } from '../../postgres/cancel.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Queryable, Transaction } from '../../postgres/pool.ts';
import * as probe from './probe.ts';

const manifestTable = z.object({
  schema: z.string(),
  name: z.string(),
  /** Null in both: not counted, and `note` says why. Equal: exact. Apart: it was written to within these milliseconds. */
  rowsMin: z.number().nullable(),
  rowsMax: z.number().nullable(),
  note: z.string().nullable(),
});
export const manifestSchema = z.object({
  /** What was counted, and as whom; the restored server is asked the same way. */
  database: z.string(),
  role: z.string(),
  takenAt: z.string(),
  /** Where recovery has to stop for these numbers to hold; null: at the end of the backup. */
  restorePoint: z.object({ name: z.string(), lsn: z.string(), segment: z.string() }).nullable(),
  tables: z.array(manifestTable),
  /** What is not as it should be, for people; null when all is. */
  note: z.string().nullable(),
});
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestTable = z.output<typeof manifestTable>;

/** Counts that were made while files were still being copied. */
export interface EarlyCounts {
  readonly snapshot: string;
  readonly tables: readonly {
    readonly schema: string;
    readonly name: string;
    readonly mark: string;
    readonly rows: number;
  }[];
}

const ONE_TABLE_MS = 14_000; // just below what the pool allows a statement

/**
 * Counts the rows of all tables in one snapshot, smallest table first, until `signal` aborts or a table takes too long.
 * Begun together with a backup it is mostly free: pgBackRest first waits some seconds for a checkpoint and the archive.
 * Null when not even the snapshot was to be had; the backup is worth more than its proof.
 */
export async function countEarly(db: Database, signal: AbortSignal): Promise<EarlyCounts | null> {
  let snapshot: string | null = null;
  const tables: { schema: string; name: string; mark: string; rows: number }[] = [];
  const count = async (tx: Transaction, wanted: readonly probe.TableState[]) => {
    await probe.holdSnapshot(tx);
    const own = await probe.readSnapshot(tx);
    snapshot = own.snapshot;
    await probe.limitStatements(tx, ONE_TABLE_MS);
    await probe.stayOnOneCore(tx);
    await cancelOnAbort({ db, pid: own.pid, signal }, async () => {
      for (const { schema, name, mark } of wanted) {
        signal.throwIfAborted();
        tables.push({ schema, name, mark, rows: await probe.countRows(tx, { schema, name }) });
      }
    });
  };
  await db
    .session(async (session) => {
      // Marks before the snapshot: a count may see writes that its mark does not tell of, which costs another count.
      // The other way round a write in between would be in the mark, not in the count, and nobody would notice.
      const wanted = (await probe.listTables(session)).filter((one) => one.isReadable);
      await session.transaction((tx) => count(tx, wanted));
    })
    .catch(() => {}); // what was counted until then is right, and the rest is counted later or not at all
  return snapshot === null ? null : { snapshot, tables };
}

export interface ManifestOptions {
  /** The product's database on the primary, as the role that owns it. */
  readonly db: Database;
  /** Where a restore point may be made; null when nowhere. */
  readonly backupDb: Queryable | null;
  readonly database: string;
  readonly restorePointName: string;
  readonly early: EarlyCounts | null;
  /** For counting again what was written to while the backup ran. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

/**
 * Notes the rows of the product's database at a moment that recovery can stop at.
 *
 * | between two snapshots, with the restore point in the middle            | the count is          |
 * |------------------------------------------------------------------------|-----------------------|
 * | nobody wrote since the early count                                     | exact, and free       |
 * | others wrote, but the settled statistics show no write to this table   | exact, and free       |
 * | it was written to                                                      | counted in both       |
 * | … and there is no time left for that                                   | not there             |
 */
export async function takeManifest(options: ManifestOptions): Promise<Manifest> {
  const { db, database, early } = options;
  return db.transaction(async (before) => {
    await probe.holdSnapshot(before);
    const own = await probe.readSnapshot(before);
    const restorePoint = await makeRestorePoint(options);
    const tables = await db.transaction(async (after) => {
      await probe.holdSnapshot(after);
      const other = await probe.readSnapshot(after);
      const isSettled = early !== null && (await probe.areStatisticsSettled(after, [own.pid, other.pid]));
      const counter = createCounter(options, { before, after, pids: [own.pid, other.pid] });
      return decideTables({
        early,
        current: await probe.listTables(after),
        isQuiet: isQuiet(own.snapshot) && own.snapshot === other.snapshot && early?.snapshot === own.snapshot,
        isSame: own.snapshot === other.snapshot,
        isSettled,
        hasRestorePoint: restorePoint.point !== null,
        counter,
      });
    });
    const takenAt = new Date().toISOString();
    return {
      database,
      role: own.role,
      takenAt,
      restorePoint: restorePoint.point,
      tables: [...tables],
      note: restorePoint.note,
    };
  });
}

interface Decision {
  readonly early: EarlyCounts | null;
  readonly current: readonly probe.TableState[];
  readonly isQuiet: boolean;
  readonly isSame: boolean;
  readonly isSettled: boolean;
  readonly hasRestorePoint: boolean;
  readonly counter: Counter;
}

async function decideTables(decision: Decision): Promise<readonly ManifestTable[]> {
  const known = new Map(decision.early?.tables.map((one) => [keyOf(one), one]));
  const tables: ManifestTable[] = [];
  for (const table of decision.current) {
    const { schema, name, mark } = table;
    const first = known.get(keyOf(table));
    const isUnchanged =
      first !== undefined && first.mark === mark && (decision.isQuiet || decision.isSettled);
    const range = !table.isReadable
      ? { rowsMin: null, rowsMax: null, note: 'our role may not read all of it' }
      : isUnchanged
        ? { rowsMin: first.rows, rowsMax: first.rows, note: null }
        : decision.hasRestorePoint
          ? await decision.counter.count(table, decision.isSame)
          : {
              rowsMin: null,
              rowsMax: null,
              note: 'it was written to, and there is no restore point to compare at',
            };
    tables.push({ schema, name, ...range });
  }
  return tables;
}

interface Counter {
  count(
    table: probe.TableState,
    isSame: boolean,
  ): Promise<Pick<ManifestTable, 'rowsMin' | 'rowsMax' | 'note'>>;
}

interface Sessions {
  readonly before: Transaction;
  readonly after: Transaction;
  readonly pids: readonly [number, number];
}

/** Stops for good at the first table that takes too long: the ones behind it are larger still. */
function createCounter(
  { db, budgetMs, signal }: ManifestOptions,
  { before, after, pids }: Sessions,
): Counter {
  const deadline = performance.now() + budgetMs;
  let problem: string | null = null;
  const countIn = async (session: Transaction, pid: number, table: probe.TableState) => {
    await probe.limitStatements(session, Math.min(deadline - performance.now(), ONE_TABLE_MS));
    return cancelOnAbort({ db, pid, signal }, () => probe.countRows(session, table));
  };
  return {
    async count(table, isSame) {
      signal.throwIfAborted();
      if (performance.now() >= deadline)
        problem ??= 'it was written to, and there was no time to count again';
      if (problem !== null) return { rowsMin: null, rowsMax: null, note: problem };
      try {
        const first = await countIn(before, pids[0], table);
        const second = isSame ? first : await countIn(after, pids[1], table);
        return { rowsMin: Math.min(first, second), rowsMax: Math.max(first, second), note: null };
      } catch (error) {
        // The transaction is gone with its snapshot, so nothing more can be counted in it.
        if (isServerError(error, '57014')) problem = 'there was no time to count it';
        else if (isServerError(error))
          problem = `counting ended at ${table.schema}.${table.name}: ${error.message}`;
        else throw error;
        return { rowsMin: null, rowsMax: null, note: problem };
      }
    },
  };
}

async function makeRestorePoint({ db, backupDb, restorePointName }: ManifestOptions) {
  const server = backupDb ?? db;
  try {
    const { lsn, segment } = await probe.createRestorePoint(server, restorePointName);
    const point = { name: restorePointName, lsn, segment };
    await probe.switchLog(server).catch(() => {}); // without it the segment waits for archive_timeout
    return { point, note: null };
  } catch (error) {
    if (!isServerError(error, '42501')) throw error;
    return {
      point: null,
      note: 'no restore point: GRANT EXECUTE ON FUNCTION pg_create_restore_point(text), pg_switch_wal() TO the backup role',
    };
  }
}

function isQuiet(snapshot: string): boolean {
  const [xmin, xmax, running] = snapshot.split(':');
  return xmin === xmax && running === '';
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}
