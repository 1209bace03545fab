import type { Session } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Lets this session wait for locks as long as it is told (0: without end), and gives its process. */
export async function prepareSession(session: Session, lockTimeoutMs: number): Promise<number> {
  const [row] = await session.rows<{ pid: number }>(sql`/* moves.prepareSession */
    SELECT pg_backend_pid() AS pid FROM set_config('lock_timeout', ${String(lockTimeoutMs)}, false)
  `);
  return row?.pid ?? 0;
}
