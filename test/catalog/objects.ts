import { compareCatalogs, type CatalogDifference } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/probe.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';

/** What `statement` changes in the catalog of `db`. */
export async function differencesOf(db: Database, statement: string): Promise<readonly CatalogDifference[]> {
  const before = await readCatalog(db);
  await db.rows(raw(statement));
  return compareCatalogs(before, await readCatalog(db));
}

/** As `CHANGED TABLE public.a`, which reads better in a table of cases. */
export function toLines(differences: readonly CatalogDifference[]): readonly string[] {
  return differences.map((one) => `${one.change} ${one.kind} ${one.object}`);
}
