import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Something that a move has made in a database. */
export interface MoveTrace {
  /** Of what it is named after; an organization for a fence. */
  readonly name: string;
  readonly kind:
    | 'PUBLICATION'
    | 'SLOT'
    | 'COPY_SLOT'
    | 'SUBSCRIPTION'
    | 'ORIGIN'
    | 'TRIGGER'
    | 'FUNCTION'
    | 'MARKERS'
    | 'FENCE';
  /** A process of the server uses it; of a slot for a copy only, false of all others. */
  readonly isActive: boolean;
}

/** Everything in this database, and on its server, that has the name of a move. Origins only when no subscription has them. */
export function listTraces(db: Queryable): Promise<readonly MoveTrace[]> {
  return db.rows<MoveTrace>(sql`/* moves.listTraces */
    SELECT pubname::text AS name, 'PUBLICATION' AS kind, false AS "isActive" FROM pg_publication WHERE starts_with(pubname, 'sunday_move_')
    UNION ALL
    SELECT slot_name, 'SLOT', false FROM pg_replication_slots WHERE starts_with(slot_name, 'sunday_move_') AND database = current_database()
    UNION ALL
    SELECT slot_name, 'COPY_SLOT', active FROM pg_replication_slots
    WHERE slot_name ~ '^pg_[0-9]+_sync_[0-9]+_[0-9]+$' AND database = current_database()
    UNION ALL
    SELECT subname, 'SUBSCRIPTION', false FROM pg_subscription
    WHERE starts_with(subname, 'sunday_move_') AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL
    SELECT roname, 'ORIGIN', false FROM pg_replication_origin
    WHERE roname ~ '^pg_[0-9]+' AND NOT EXISTS (
      SELECT FROM pg_subscription WHERE roname ~ format('^pg_%s(_|$)', pg_subscription.oid)
    )
    UNION ALL
    SELECT format('%s on %s', tgname, relname), 'TRIGGER', false FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE starts_with(tgname, 'sunday_move_') AND tgparentid = 0
    UNION ALL
    SELECT proname, 'FUNCTION', false FROM pg_proc WHERE starts_with(proname, 'sunday_move_')
    UNION ALL
    SELECT move_id, 'MARKERS', false FROM ops.move_marker GROUP BY move_id
    UNION ALL
    SELECT organization_id::text, 'FENCE', false FROM ops.tenant_home WHERE state IN ('MOVING', 'INCOMING')
    ORDER BY kind, name
  `);
}
