import type { Login } from '../fleet/fleet.ts';
import { type Database, openDatabase } from '../postgres/pool.ts';
import type { Direction, OrganizationMove } from './moves.ts';
import { watchPulse } from './pulse.ts';

/** One shard of a move, with a role that may make subscriptions. */
export interface Side {
  readonly shard: string;
  readonly db: Database;
  readonly login: Login;
}

/** Rows flow from `from` to `to`; `stream` names everything that is made for it. */
export interface Sides {
  readonly from: Side;
  readonly to: Side;
}

export type OpenSides = <T>(move: OrganizationMove, work: (sides: Sides) => Promise<T>) => Promise<T>;

/** What steps do to a shard can take long; each bounds itself where writers would wait. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
const LOCK_TIMEOUT_MS = 500; // a waiting strong lock blocks everybody behind it
const CONNECTIONS = 4; // work, the fence, a snapshot, and one to look and to cancel

/** Opens pools of both shards for one step, and closes them with it. */
export function createSides(loginOf: (cluster: string) => Promise<Login>): OpenSides {
  const open = async (shard: string, cluster: string) => {
    const login = await loginOf(cluster);
    const connection = { ...login, applicationName: 'sunday-move' };
    const db = openDatabase({
      ...connection,
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    });
    const pulse = watchPulse(db, connection);
    const close = async () => {
      await pulse.stop();
      await db.close();
    };
    return { side: { shard, db, login }, close };
  };
  return async (move, work) => {
    const from = await open(move.fromShard, move.fromCluster);
    try {
      const to = await open(move.toShard, move.toCluster);
      try {
        return await work({ from: from.side, to: to.side });
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  };
}

/** The sides as rows flow in that direction. */
export function directed({ from, to }: Sides, direction: Direction): Sides {
  return direction === 'FORWARD' ? { from, to } : { from: to, to: from };
}
