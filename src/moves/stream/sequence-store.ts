import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql, type Statement } from '../../postgres/sql.ts';

/** Names of the sequences that tenant tables own. */
export async function listSequences(db: Queryable): Promise<readonly string[]> {
  const owned = await db.rows<{ name: string }>(sql`/* moves.listSequences */
    SELECT sequence.relname::text AS name
    FROM pg_depend
    JOIN pg_class AS sequence ON sequence.oid = objid AND sequence.relkind = 'S'
    JOIN pg_class AS owner ON owner.oid = refobjid
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
      AND owner.relnamespace = 'public'::regnamespace AND sequence.relnamespace = 'public'::regnamespace
    ORDER BY 1
  `);
  return owned.map(({ name }) => name);
}

/** Takes the places of sequences over, with one question to each side. */
export async function moveSequences(
  { from, to }: { readonly from: Queryable; readonly to: Queryable },
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const reads = names.map(
    (name) => sql`SELECT ${name}::text AS name, last_value AS last FROM ${identifier('public', name)}`,
  );
  const places = await from.rows<SequencePlace>(sql`/* moves.readSequences */ ${unionOf(reads)}`);
  // Never backwards, and with room for what was taken from the cache of a session.
  const raises = places.map(
    ({ name, last }) => sql`
      SELECT setval(${`public.${name}`}::regclass, greatest(${last}::bigint, last_value) + 1000)
      FROM ${identifier('public', name)}`,
  );
  await to.rows(sql`/* moves.raiseSequences */ ${unionOf(raises)}`);
}

interface SequencePlace {
  readonly name: string;
  readonly last: bigint;
}

function unionOf(selects: readonly Statement[]): Statement {
  return selects.reduce((left, right) => sql`${left} UNION ALL ${right}`);
}
