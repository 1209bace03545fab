import type { Queryable } from '../../postgres/pool.ts';
import { raw } from '../../postgres/sql.ts';

/** Connections of one user to one database of PgBouncer. */
export interface PoolFigures {
  readonly database: string;
  readonly user: string;
  /** Server connections that a client uses now. */
  readonly busy: number;
  readonly clients: number;
  readonly waiting: number;
  /** Of the client that waits longest; 0: nobody waits. */
  readonly waitSeconds: number;
}

export interface PoolLimits {
  /** As clients call it. */
  readonly name: string;
  /** As the server behind it calls it. */
  readonly database: string;
  /** Server connections for each user. */
  readonly poolSize: number;
  /** Server connections of all users together; 0: no limit. */
  readonly maxConnections: number;
  readonly isPaused: boolean;
}

export interface PoolerLook {
  readonly pools: readonly PoolFigures[];
  readonly databases: readonly PoolLimits[];
  /** Clients that PgBouncer takes; null when it does not say. */
  readonly maxClients: number | null;
}

/** Rows as PgBouncer's console gives them (its manual, Admin console). */
interface Pool {
  readonly database: string;
  readonly user: string;
  readonly cl_active: number;
  readonly cl_waiting: number;
  readonly sv_active: number;
  readonly maxwait: number;
  readonly maxwait_us: number;
}
interface PoolDatabase {
  readonly name: string;
  readonly database: string;
  readonly pool_size: number;
  readonly max_connections: number;
  readonly paused: number;
}

/** Three questions. The console takes neither parameters nor comments, so these have no names. */
export async function readPooler(console: Queryable): Promise<PoolerLook> {
  const pools = await console.rows<Pool>(raw('SHOW POOLS'));
  const databases = await console.rows<PoolDatabase>(raw('SHOW DATABASES'));
  const settings = await console.rows<{ key: string; value: string }>(raw('SHOW CONFIG'));
  const maxClients = Number(settings.find(({ key }) => key === 'max_client_conn')?.value);
  return {
    pools: pools.map((one) => ({
      ...{ database: one.database, user: one.user },
      ...{ busy: Number(one.sv_active), waiting: Number(one.cl_waiting) },
      clients: Number(one.cl_active) + Number(one.cl_waiting),
      waitSeconds: Number(one.maxwait) + Number(one.maxwait_us) / 1e6,
    })),
    databases: databases.map((one) => ({
      ...{ name: one.name, database: one.database, poolSize: Number(one.pool_size) },
      ...{ maxConnections: Number(one.max_connections), isPaused: Number(one.paused) > 0 },
    })),
    maxClients: maxClients > 0 ? maxClients : null,
  };
}
