import type { Session } from '../../postgres/pool.ts';
import { raw, sql } from '../../postgres/sql.ts';
import { statementOf, type Visit } from './visit.ts';

/** What a visit is kept to. Milliseconds. */
export interface Bounds {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** Pause of VACUUM and ANALYZE after each 200 points of work (vacuum_cost_delay). 0: none. */
  readonly costDelayMs: number;
}

/** Sets the session up; gives its process id. */
export async function beginVisit(session: Session, bounds: Bounds): Promise<number> {
  const [row] = await session.rows<{ readonly pid: number }>(sql`/* maintenance.beginVisit */
    SELECT pg_backend_pid() AS pid
      , set_config('statement_timeout', ${`${bounds.statementTimeoutMs}ms`}, false)
      , set_config('lock_timeout', ${`${bounds.lockTimeoutMs}ms`}, false)
      , set_config('vacuum_cost_delay', ${`${bounds.costDelayMs}ms`}, false)
  `);
  return row?.pid ?? 0;
}

/** Its statement, outside of any transaction. Names in it are quoted. */
export async function visit(session: Session, one: Visit): Promise<void> {
  await session.rows(raw(`/* maintenance.visit */ ${statementOf(one)}`));
}
