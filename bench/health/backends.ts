import { readFileSync } from 'node:fs';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';

/**
 * Processor time that the server processes of a role have taken since they were started, in milliseconds; NaN where
 * the kernel does not tell (proc(5), `schedstat`). Those that have ended are not in it.
 */
export async function backendMsOf(admin: Database, role: string): Promise<number> {
  const rows = await admin.rows<{ pid: number }>(sql`/* bench.backends */
    SELECT pid FROM pg_stat_activity WHERE usename = ${role}`);
  return rows.reduce((sum, { pid }) => sum + processorMs(pid), 0);
}

function processorMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return NaN;
  }
}
