import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';

/** Places of sequences that tenant tables own, by name. */
export async function readSequences(db: Queryable): Promise<readonly SequencePlace[]> {
  const owned = await db.rows<{ name: string }>(sql`/* moves.listSequences */
    SELECT sequence.relname::text AS name
    FROM pg_depend
    JOIN pg_class AS sequence ON sequence.oid = objid AND sequence.relkind = 'S'
    JOIN pg_class AS owner ON owner.oid = refobjid
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
      AND owner.relnamespace = 'public'::regnamespace AND sequence.relnamespace = 'public'::regnamespace
    ORDER BY 1
  `);
  const places: SequencePlace[] = [];
  for (const { name } of owned) {
    const [row] = await db.rows<{ last: bigint }>(
      sql`/* moves.readSequence */ SELECT last_value AS last FROM ${identifier('public', name)}`,
    );
    places.push({ name, last: row?.last ?? 1n });
  }
  return places;
}

export interface SequencePlace {
  readonly name: string;
  readonly last: bigint;
}

/** Never backwards, and with room for what was taken from the cache of a session. */
export async function raiseSequence(db: Queryable, { name, last }: SequencePlace): Promise<void> {
  await db.rows(sql`/* moves.raiseSequence */
    SELECT setval(${`public.${name}`}::regclass, greatest(${last}::bigint, last_value) + 1000)
    FROM ${identifier('public', name)}
  `);
}
