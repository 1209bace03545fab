import { withDeadline } from '../../fleet/deadline.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database } from '../../postgres/pool.ts';
import { measured, percent, unknown, withState, type Figure } from '../measure.ts';
import { readPooler, type PoolerLook } from './pooler-probe.ts';
import { round } from './sessions.ts';

/** The PgBouncer in front of a cluster. */
export interface Pooler {
  /** Its admin console. */
  readonly console: Database;
  /** The product's database, as the servers call it. */
  readonly database: string;
  /** Names under which clients reach it; null: all that lead to `database`. */
  readonly names: readonly string[] | null;
}

/** What a pooler says instead of the instances behind it. */
export const OF_POOLER: readonly string[] = ['pool_utilisation'];

/** It holds up the look at the instances for no longer. */
const DEADLINE_MS = 4_000;
const HINT = "Check `pooler` of the cluster, and that its user is in PgBouncer's stats_users or admin_users.";

/** Never throws: a pooler that does not answer is what is to be told. */
export async function lookAtPooler(pooler: Pooler): Promise<readonly Figure[]> {
  try {
    return judgePooler(pooler, await withDeadline(readPooler(pooler.console), DEADLINE_MS, 'PgBouncer'));
  } catch (error) {
    return judgeFailure(error);
  }
}

/** Who is not let in knows nothing of it; with a pooler that is down nobody reaches the cluster through it. */
function judgeFailure(error: unknown): readonly Figure[] {
  const reason = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error ? error.cause : undefined;
  const isRefused = [error, cause].some((one) => isServerError(one));
  const none = unknown('pool_utilisation', null, { reason, hint: HINT });
  const hint = 'See whether PgBouncer runs: what connects through it reaches nothing.';
  return [isRefused ? none : withState(none, { state: 'CRITICAL', reason, hint })];
}

interface Share {
  readonly used: number;
  readonly size: number;
  readonly what: string;
}

/** Pure. The fullest of: a user's pool, all connections of a database, all clients. */
export function judgePooler(
  { database, names }: Pick<Pooler, 'database' | 'names'>,
  look: PoolerLook,
): readonly Figure[] {
  const ours = look.databases.filter((one) =>
    names === null ? one.database === database : names.includes(one.name),
  );
  if (ours.length === 0)
    return [
      unknown('pool_utilisation', null, { reason: `PgBouncer leads nobody to ${database}`, hint: HINT }),
    ];
  const pools = look.pools.filter((pool) => ours.some(({ name }) => name === pool.database));
  const shares: readonly Share[] = [
    ...pools.map(({ database: name, user, busy }) => ({
      ...{ used: busy, size: ours.find((one) => one.name === name)?.poolSize ?? 0 },
      what: `server connections of ${user} to ${name}`,
    })),
    ...ours.map(({ name, maxConnections }) => ({
      ...{ used: sum(pools.filter((one) => one.database === name).map(({ busy }) => busy)) },
      ...{ size: maxConnections, what: `server connections to ${name}` },
    })),
    { used: sum(look.pools.map(({ clients }) => clients)), size: look.maxClients ?? 0, what: 'clients' },
  ];
  const fullest = shares
    .filter(({ size }) => size > 0)
    .reduce<Share | null>((most, one) => (most === null || shareOf(one) > shareOf(most) ? one : most), null);
  const figure = measured('pool_utilisation', null, fullest === null ? 0 : shareOf(fullest));
  const reason = [
    `PgBouncer: ${fullest === null ? 'nobody has connected yet' : `${fullest.used} of ${fullest.size} ${fullest.what}`}`,
    ...describeWaiting(pools),
    ...ours.filter(({ isPaused }) => isPaused).map(({ name }) => `${name} is paused`),
  ].join('; ');
  return [{ ...figure, reason, hint: figure.state === 'OK' ? null : FULL }];
}

const FULL =
  'SHOW CLIENTS on its console shows who holds them: shorten transactions, or raise pool_size while the server has connections left.';

function describeWaiting(pools: PoolerLook['pools']): readonly string[] {
  const waiting = sum(pools.map((one) => one.waiting));
  if (waiting === 0) return [];
  const longest = Math.max(...pools.map(({ waitSeconds }) => waitSeconds));
  return [`${waiting} clients wait, the longest for ${round(longest)} s`];
}

function shareOf({ used, size }: Share): number {
  return percent(used, size);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0);
}
