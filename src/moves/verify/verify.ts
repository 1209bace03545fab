import { cancelOnAbort } from '../../postgres/cancel.ts';
import type { Transaction } from '../../postgres/pool.ts';
import { countOrphans, listReferences } from '../preflight/references-probe.ts';
import { listTenantTables, type TenantTable } from '../preflight/tables-probe.ts';
import type { Direction, MoveVerification, OrganizationMove } from '../moves.ts';
import { type PauseRequest, pauseWriters } from '../fence/pause.ts';
import type { Sides } from '../sides.ts';
import { beginSnapshot, fixFormats, hashTable, type Pace, takeSnapshot } from './hash-probe.ts';

export interface VerifyRequest extends Pick<PauseRequest, 'sides' | 'signal'> {
  readonly move: OrganizationMove;
  readonly direction: Direction;
  readonly onTable: (done: number, total: number, name: string) => void;
  /** Left out: that of `DEFAULT_PACE`. */
  readonly pace?: Pace;
}

const DIFFERENCES_KEPT = 20;
/**
 * About a third of the time is work, in bits of a millisecond: a server has other customers, and one that has just
 * become the home of an organization has all of its writers too. At most 64 MB of rows in a second on each side.
 */
const DEFAULT_PACE: Pace = { bytes: 128 * 1024, restMs: 2 };

/**
 * Compares every row of the organization on both sides as it was at one moment. Writers wait only until both snapshots
 * stand, some milliseconds; the rows are read at leisure afterwards.
 *
 * @throws {PauseBudgetError} when even that would take too long.
 */
export async function verifyMove(
  request: VerifyRequest,
): Promise<{ readonly verification: MoveVerification; readonly pauseMs: number }> {
  const { sides, move, signal } = request;
  const { organization, settings } = move;
  const tables = await listTenantTables(sides.from.db);
  return withSnapshots(sides, async (both, take) => {
    const { value: pids, milliseconds } = await pauseWriters(
      {
        ...{ sides, organization, moveId: move.id, budgetMs: settings.pauseBudgetMs },
        ...{ changesFence: false, signal },
      },
      take,
    );
    const [from, to] = pids;
    const verification = await cancelOnAbort({ db: sides.from.db, pid: from, signal }, () =>
      cancelOnAbort({ db: sides.to.db, pid: to, signal }, () => compareSnapshots(request, both, tables)),
    ).catch((error: unknown) => {
      signal.throwIfAborted(); // what the server says of it is that it was cancelled
      throw error;
    });
    return { verification, pauseMs: milliseconds };
  });
}

async function compareSnapshots(
  { sides, move: { organization }, direction, signal, onTable, pace = DEFAULT_PACE }: VerifyRequest,
  { from, to }: Both,
  tables: readonly TenantTable[],
): Promise<MoveVerification> {
  for (const tx of [from, to]) await fixFormats(tx);
  const differences: string[] = [];
  let rows = 0n;
  for (const [index, table] of tables.entries()) {
    signal.throwIfAborted();
    onTable(index, tables.length, table.name);
    const request = { table, organization, pace };
    const [left, right] = await Promise.all([hashTable(from, request), hashTable(to, request)]);
    rows += left.rows;
    if (left.rows !== right.rows)
      differences.push(
        `${table.name} has ${left.rows} rows on ${sides.from.shard}, ${right.rows} on ${sides.to.shard}`,
      );
    else if (left.sum !== right.sum)
      differences.push(`of the ${left.rows} rows of ${table.name} some are not the same`);
  }
  differences.push(...(await listOrphans(to, tables, organization)));
  return {
    at: new Date().toISOString(),
    direction,
    isEqual: differences.length === 0,
    rows: Number(rows),
    tables: tables.length,
    differences: differences.slice(0, DIFFERENCES_KEPT),
  };
}

/** What no foreign key has looked at: rows that refer to one which is not on the side that has followed. */
async function listOrphans(
  tx: Transaction,
  tables: readonly TenantTable[],
  organization: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const reference of await listReferences(tx)) {
    const table = tables.find(({ name }) => name === reference.child);
    if (table === undefined) continue;
    const orphans = await countOrphans(tx, { reference, table, organization });
    if (orphans > 0)
      found.push(
        `${orphans} rows of ${reference.child} refer to rows that ${reference.parent} lacks (${reference.name})`,
      );
  }
  return found;
}

/** One transaction of each side, both of which see the same moment. */
type Both = { readonly from: Transaction; readonly to: Transaction };

/** Two open transactions; `take` fixes what both see from then on, and gives their processes. */
async function withSnapshots<T>(
  sides: Sides,
  work: (both: Both, take: () => Promise<readonly [number, number]>) => Promise<T>,
): Promise<T> {
  return sides.from.db.transaction((from) =>
    sides.to.db.transaction(async (to) => {
      for (const tx of [from, to]) await beginSnapshot(tx);
      return work({ from, to }, () => Promise.all([takeSnapshot(from), takeSnapshot(to)]));
    }),
  );
}
