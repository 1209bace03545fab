import { SundayError } from '../errors.ts';
import type { Queryable, Transaction } from './pool.ts';
import { sql } from './sql.ts';

/** Whose turn it is on a lane of this database. Tokens grow with every new holder. */
export interface Fence {
  readonly lane: string;
  readonly token: bigint;
}

/** A newer holder of the lane has been here: whoever gets this has been replaced and must not write. */
export class FencedError extends SundayError {
  readonly code = 'FENCED';
  override readonly hint =
    'A newer operation holds this lane. If the control database was replaced by an older one, delete the row of the lane from sunday_ledger.fence.';
  readonly lane: string;
  readonly token: bigint;
  constructor(fence: Fence) {
    super(`a newer holder than ${fence.token} has taken the lane ${fence.lane} of this database`);
    this.lane = fence.lane;
    this.token = fence.token;
  }
}

/** Makes the table of fences. Twice is safe; call it while no other session does, since IF NOT EXISTS can race. */
export async function ensureFences(db: Queryable): Promise<void> {
  await db.rows(sql`/* fence.createSchema */ CREATE SCHEMA IF NOT EXISTS sunday_ledger`);
  await db.rows(sql`/* fence.createTable */
    CREATE TABLE IF NOT EXISTS sunday_ledger.fence (
      lane text PRIMARY KEY,
      token bigint NOT NULL,
      taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
  `);
}

/**
 * Puts our token on the lane, inside the transaction that is to be protected. The row stays locked until that
 * transaction ends, so a newer holder begins either before this (and we are refused) or after our commit.
 *
 * @throws {FencedError} when a newer token stands there.
 */
export async function advanceFence(tx: Transaction, fence: Fence): Promise<void> {
  const rows = await tx.rows(sql`/* fence.advance */
    INSERT INTO sunday_ledger.fence AS held (lane, token)
    VALUES (${fence.lane}, ${fence.token})
    ON CONFLICT (lane) DO UPDATE
    SET token = EXCLUDED.token, taken_at = clock_timestamp()
    WHERE held.token <= EXCLUDED.token
    RETURNING held.lane
  `);
  if (rows.length === 0) throw new FencedError(fence);
}

/** True when exactly our token stands on the lane: then nothing is left to be written before the first change. */
export async function holdsFence(db: Queryable, { lane, token }: Fence): Promise<boolean> {
  const [row] = await db.rows<{ held: boolean }>(sql`/* fence.holds */
    SELECT EXISTS (SELECT FROM sunday_ledger.fence WHERE lane = ${lane} AND token = ${token}) AS held
  `);
  return row?.held === true;
}
