import { createHash } from 'node:crypto';
import type { Database, Queryable } from '../postgres/pool.ts';
import { identifier, raw, type Statement, sql } from '../postgres/sql.ts';
import { type Catalog, type CatalogObject, sortObjects } from './catalog.ts';
import { CONSTRAINT_PARTS } from './constraints-probe.ts';
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
  if (!('transaction' in db)) return readIn(db);
  return db.transaction(async (tx) => {
    await tx.rows(sql`/* catalog.transaction */ SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
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
  const wanted = Object.entries(SETTINGS).map(([name, value]) => ({ name, value }));
  const known = await tx.rows<Known>(sql`/* catalog.begin */
    SELECT (SELECT json_agg(one) FROM (${setting(wanted)}) AS one) AS before
      , ARRAY(SELECT name FROM pg_prepared_statements) AS prepared
      , EXISTS (SELECT FROM pg_class WHERE relispartition AND relkind IN ('r', 'p', 'f')) AS "hasPartitions"
  `);
  const rows = [...(await execute(tx, OBJECTS, known))];
  // Most databases have none, and to plan these parts takes longer than to run them.
  if (known[0]?.hasPartitions === true) rows.push(...(await execute(tx, PROBLEMS, known)));
  await tx.rows(sql`/* catalog.end */ ${setting(known[0]?.before ?? [])}`);
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

/** One statement of all parts, under a name that changes with its text. */
function prepare(scope: Statement, first: Statement, others: readonly Statement[]): Prepared {
  const more = others.map((part) => `SELECT kind, name, definition, NULL FROM (${part.text}\n) AS part`);
  const text = `WITH ${scope.text}\n${[first.text, ...more].join('\nUNION ALL\n')}`;
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `${PREPARED_PREFIX}${mark}`, statement: raw(text) };
}

/** What a part with a remark looks like. */
const NO_OBJECT = sql`SELECT '' AS kind, '' AS name, '' AS definition, '' AS remark WHERE false`;
const OBJECTS = prepare(SCOPE, REMARKED_PART, [
  ...SCHEMA_PARTS,
  ...TABLE_PARTS,
  ...CONSTRAINT_PARTS,
  ...ROUTINE_PARTS,
  ...PRIVILEGE_PARTS,
]);
const PROBLEMS = prepare(LEAVES, NO_OBJECT, PARTITION_PARTS);

/**
 * Planning takes longer than reading a small catalog. So the plan stays with the session, where the next migration
 * finds it; a statement without values is planned for good the first time.
 */
async function execute(
  tx: Queryable,
  { name, statement }: Prepared,
  known: readonly Known[],
): Promise<readonly CatalogRow[]> {
  if (known[0]?.prepared.includes(name) !== true)
    await tx.rows(sql`/* catalog.prepare */ PREPARE ${identifier(name)} AS ${statement}`);
  return tx.rows<CatalogRow>(sql`/* catalog.read */ EXECUTE ${identifier(name)}`);
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
