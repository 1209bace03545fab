import type { Database, Transaction } from '../../postgres/pool.ts';
import { countOrphans, listReferences } from '../preflight/references-probe.ts';
import { listTenantTables, type TenantTable } from '../preflight/tables-probe.ts';
import type { Direction, MoveVerification, OrganizationMove } from '../moves.ts';
import { type PauseRequest, pauseWriters } from '../fence/pause.ts';
import { beginSnapshot, fixFormats, hashTable, takeSnapshot } from './hash-probe.ts';

export interface VerifyRequest extends Pick<PauseRequest, 'sides' | 'signal'> {
  readonly move: OrganizationMove;
  readonly direction: Direction;
  readonly onTable: (done: number, total: number, name: string) => void;
}

const DIFFERENCES_KEPT = 20;

/**
 * Compares every row of the organization on both sides as it was at one moment. Writers wait only until both snapshots
 * stand, some milliseconds; the rows are read at leisure afterwards.
 *
 * @throws {PauseBudgetError} when even that would take too long.
 */
export async function verifyMove(
  request: VerifyRequest,
): Promise<{ readonly verification: MoveVerification; readonly pauseMs: number }> {
  const { sides, move } = request;
  const { organization, settings } = move;
  const tables = await listTenantTables(sides.from.db);
  return withSnapshots(sides.from.db, sides.to.db, async (from, to, take) => {
    const { milliseconds } = await pauseWriters(
      {
        ...{ sides, organization, moveId: move.id, budgetMs: settings.pauseBudgetMs },
        ...{ changesFence: false, signal: request.signal },
      },
      take,
    );
    for (const tx of [from, to]) await fixFormats(tx);
    const differences: string[] = [];
    let rows = 0n;
    for (const [index, table] of tables.entries()) {
      request.signal.throwIfAborted();
      request.onTable(index, tables.length, table.name);
      const [left, right] = await Promise.all([
        hashTable(from, table, organization),
        hashTable(to, table, organization),
      ]);
      rows += left.rows;
      if (left.rows !== right.rows)
        differences.push(
          `${table.name} has ${left.rows} rows on ${sides.from.shard}, ${right.rows} on ${sides.to.shard}`,
        );
      else if (left.sum !== right.sum)
        differences.push(`of the ${left.rows} rows of ${table.name} some are not the same`);
    }
    differences.push(...(await listOrphans(to, tables, organization)));
    const verification = {
      at: new Date().toISOString(),
      direction: request.direction,
      isEqual: differences.length === 0,
      rows: Number(rows),
      tables: tables.length,
      differences: differences.slice(0, DIFFERENCES_KEPT),
    };
    return { verification, pauseMs: milliseconds };
  });
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

/** Two open transactions; `take` fixes what both see from then on. */
async function withSnapshots<T>(
  left: Database,
  right: Database,
  work: (left: Transaction, right: Transaction, take: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return left.transaction((from) =>
    right.transaction(async (to) => {
      const both = [from, to];
      for (const tx of both) await beginSnapshot(tx);
      return work(from, to, async () => {
        await Promise.all(both.map((tx) => takeSnapshot(tx)));
      });
    }),
  );
}
