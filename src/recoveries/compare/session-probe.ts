import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Process of this session on its server. */
export async function readBackend(db: Queryable): Promise<number> {
  const [row] = await db.rows<{ pid: number }>(
    sql`/* recoveries.readBackend */ SELECT pg_backend_pid() AS pid`,
  );
  return row?.pid ?? 0;
}
