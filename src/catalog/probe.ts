import type { Database, Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { type Catalog, type CatalogObject, sortObjects } from './catalog.ts';
import { readConstraints } from './constraints-probe.ts';
import { readPartitionProblems } from './partitions-probe.ts';
import { readPrivileges } from './privileges-probe.ts';
import { readRoutines } from './routines-probe.ts';
import { readSchemas } from './schemas-probe.ts';
import type { CatalogRow } from './scope-probe.ts';
import { readTables } from './tables-probe.ts';

/**
 * Every object of the user's schemas. On a transaction it sees what that transaction has changed and not committed,
 * reads only, and leaves the settings as they were; a database gets a read-only transaction of its own.
 *
 * Left out: rows, values of sequences, tablespaces, the database's own settings and privileges, subscriptions and
 * user mappings (they hold passwords), sunday_ledger, and what belongs to extensions.
 */
export async function readCatalog(db: Queryable | Database): Promise<Catalog> {
  if (!('transaction' in db)) return readIn(db);
  return db.transaction(async (tx) => {
    await tx.rows(sql`/* catalog.begin */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
    return readIn(tx);
  });
}

/**
 * What the server's functions that print definitions look at. With an empty search_path every name is qualified;
 * constants of time in defaults and conditions are printed in the session's zone and style.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: '',
  quote_all_identifiers: 'off',
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  jit: 'off', // compiling these statements takes ten times as long as running them
};

async function readIn(tx: Queryable): Promise<Catalog> {
  const before = await tx.rows<Setting>(sql`/* catalog.settings */
    SELECT name, current_setting(name) AS value FROM unnest(${Object.keys(SETTINGS)}::text[]) AS name
  `);
  await setAll(
    tx,
    Object.entries(SETTINGS).map(([name, value]) => ({ name, value })),
  );
  const rows: CatalogRow[] = [];
  for (const read of [
    readSchemas,
    readTables,
    readConstraints,
    readRoutines,
    readPrivileges,
    readPartitionProblems,
  ])
    rows.push(...(await read(tx)));
  await setAll(tx, before);
  return { objects: sortObjects(rows.flatMap(toObject)) };
}

interface Setting {
  readonly name: string;
  readonly value: string;
}

/** For this transaction only: what a SET outside of it said comes back with its end. */
async function setAll(tx: Queryable, settings: readonly Setting[]): Promise<void> {
  await tx.rows(sql`/* catalog.set */
    SELECT set_config(name, value, true)
    FROM unnest(${settings.map((one) => one.name)}::text[], ${settings.map((one) => one.value)}::text[]) AS one (name, value)
  `);
}

function toObject({ kind, name, definition, remark = null }: CatalogRow): readonly CatalogObject[] {
  return definition === null ? [] : [{ kind, name, definition, remark }];
}
