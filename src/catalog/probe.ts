import { hash } from 'node:crypto';
import type { Database, Queryable } from '../postgres/pool.ts';
import { identifier, raw, type Statement, sql } from '../postgres/sql.ts';
import { BIRTHS } from './births-probe.ts';
import { type Catalog, type CatalogObject, sortObjects } from './catalog.ts';
import { CONSTRAINT_PARTS } from './constraints-probe.ts';
import type { Birth } from './growth.ts';
import { LEAVES, PARTITION_PARTS } from './partitions-probe.ts';
import { PRIVILEGE_PARTS } from './privileges-probe.ts';
import { ROUTINE_PARTS } from './routines-probe.ts';
import { REMARKED_PART, SCHEMA_PARTS } from './schemas-probe.ts';
import { type CatalogRow, SCOPE } from './scope-probe.ts';
import { TABLE_PARTS } from './tables-probe.ts';

/** Of the statements that stay prepared on a session. */
export const PREPARED_PREFIX = 'sunday_catalog_';

/**
 * Every object of the user's schemas. On a transaction it sees what that transaction has changed and not committed,
 * reads only, and leaves the settings as they were; a database gets a read-only transaction of its own.
 *
 * Left out: rows, values of sequences, tablespaces, the database's own settings and privileges, subscriptions and
 * user mappings (they hold passwords), sunday_ledger, and what belongs to extensions.
 */
export async function readCatalog(db: Queryable | Database): Promise<Catalog> {
  if (!('transaction' in db)) return withSettings(db, (known) => readObjects(db, known));
  return db.transaction(async (tx) => {
    await tx.rows(sql`/* catalog.transaction */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
    return withSettings(tx, (known) => readObjects(tx, known));
  });
}

/** What a transaction sees, and what of it was made by itself. */
export interface GrownCatalog {
  readonly catalog: Catalog;
  readonly births: readonly Birth[];
}

/** As `readCatalog`, on the transaction whose own work is to be told from what was there before. */
export async function readGrownCatalog(tx: Queryable): Promise<GrownCatalog> {
  return withSettings(tx, async (known) => ({
    catalog: await readObjects(tx, known),
    births: await execute<Birth>(tx, GROWN, known),
  }));
}

/** True where functions of somebody else's may run behind each change of the schema. */
export async function hasEventTriggers(db: Queryable): Promise<boolean> {
  const [row] = await db.rows<{ found: boolean }>(sql`/* catalog.findEventTriggers */
    SELECT EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D') AS found
  `);
  return row?.found !== false;
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

async function withSettings<T>(tx: Queryable, read: (known: Known) => Promise<T>): Promise<T> {
  const wanted = Object.entries(SETTINGS).map(([name, value]) => ({ name, value }));
  const [known] = await tx.rows<Known>(sql`/* catalog.begin */
    SELECT (SELECT json_agg(one) FROM (${setting(wanted)}) AS one) AS before
      , ARRAY(SELECT name FROM pg_prepared_statements) AS prepared
      , EXISTS (SELECT FROM pg_class WHERE relispartition AND relkind IN ('r', 'p', 'f')) AS "hasPartitions"
  `);
  const result = await read(known ?? { before: [], prepared: [], hasPartitions: true });
  await tx.rows(sql`/* catalog.end */ ${setting(known?.before ?? [])}`);
  return result;
}

async function readObjects(tx: Queryable, known: Known): Promise<Catalog> {
  const rows = [...(await execute<CatalogRow>(tx, OBJECTS, known))];
  // Most databases have none, and to plan these parts takes longer than to run them.
  if (known.hasPartitions) rows.push(...(await execute<CatalogRow>(tx, PROBLEMS, known)));
  return { objects: sortObjects(rows.flatMap(toObject)) };
}

interface Known {
  /** What was set before. */
  readonly before: readonly Setting[];
  /** Names of the session's prepared statements. */
  readonly prepared: readonly string[];
  readonly hasPartitions: boolean;
}

interface Prepared {
  readonly name: string;
  readonly statement: Statement;
}

/** One statement of all parts. */
function prepareParts(scope: Statement, first: Statement, others: readonly Statement[]): Prepared {
  const more = others.map((part) => `SELECT kind, name, definition, NULL FROM (${part.text}\n) AS part`);
  return prepare(raw(`WITH ${scope.text}\n${[first.text, ...more].join('\nUNION ALL\n')}`));
}

/** Under a name that changes with its text. */
function prepare(statement: Statement): Prepared {
  return { name: `${PREPARED_PREFIX}${hash('sha256', statement.text, 'hex').slice(0, 16)}`, statement };
}

/** What a part with a remark looks like. */
const NO_OBJECT = sql`SELECT '' AS kind, '' AS name, '' AS definition, '' AS remark WHERE false`;
const OBJECTS = prepareParts(SCOPE, REMARKED_PART, [
  ...SCHEMA_PARTS,
  ...TABLE_PARTS,
  ...CONSTRAINT_PARTS,
  ...ROUTINE_PARTS,
  ...PRIVILEGE_PARTS,
]);
const PROBLEMS = prepareParts(LEAVES, NO_OBJECT, PARTITION_PARTS);
const GROWN = prepare(BIRTHS);

/**
 * Planning takes longer than reading a small catalog. So the plan stays with the session, where the next migration
 * finds it; a statement without values is planned for good the first time.
 */
async function execute<Row>(
  tx: Queryable,
  { name, statement }: Prepared,
  { prepared }: Known,
): Promise<readonly Row[]> {
  if (!prepared.includes(name))
    await tx.rows(sql`/* catalog.prepare */ PREPARE ${identifier(name)} AS ${statement}`);
  return tx.rows<Row>(sql`/* catalog.read */ EXECUTE ${identifier(name)}`);
}

interface Setting {
  readonly name: string;
  readonly value: string;
}

/** For this transaction only: what a SET outside of it said comes back with its end. Gives what was set before. */
function setting(settings: readonly Setting[]): Statement {
  // From left to right: what it is, then what it becomes.
  return sql`SELECT name, current_setting(name) AS value, set_config(name, wanted, true)
    FROM unnest(${settings.map((one) => one.name)}::text[], ${settings.map((one) => one.value)}::text[]) AS one (name, wanted)`;
}

function toObject({ kind, name, definition, remark = null }: CatalogRow): readonly CatalogObject[] {
  return definition === null ? [] : [{ kind, name, definition, remark }];
}
