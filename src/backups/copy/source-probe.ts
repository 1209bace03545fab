import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Where a server has its files and its socket, as it says itself; null without the privilege. */
export interface ServerPlace {
  readonly dataDirectory: string | null;
  /** The first one. */
  readonly socketDirectory: string | null;
  readonly port: number;
  /** The role of pgBackRest may force a restart point there: without that nothing can be copied from a standby. */
  readonly mayCheckpoint: boolean;
}

export async function readServerPlace(db: Queryable, backupRole: string): Promise<ServerPlace> {
  const [row] = await db.rows<ServerPlace>(sql`/* backups.readServerPlace */
    SELECT current_setting('data_directory', true) AS "dataDirectory"
      , split_part(current_setting('unix_socket_directories', true), ',', 1) AS "socketDirectory"
      , current_setting('port')::int AS port
      , EXISTS (
        SELECT FROM pg_roles AS r
        WHERE r.rolname = ${backupRole} AND (r.rolsuper OR pg_has_role(r.oid, 'pg_checkpoint', 'USAGE'))
      ) AS "mayCheckpoint"
  `);
  if (row === undefined) throw new Error('a SELECT without FROM gave no row');
  return row;
}
