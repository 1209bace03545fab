import type { Queryable } from '../../postgres/pool.ts';
import { identifier, sql, type Statement } from '../../postgres/sql.ts';

/** A table with rows of organizations. */
export interface TenantTable {
  readonly name: string;
  /** The column that says whose a row is: `organization_id`, or `id` of the organizations themselves. */
  readonly key: string;
  /** In alphabetical order, so that both sides print rows alike whatever their physical order is. */
  readonly columns: readonly string[];
  readonly isPartitioned: boolean;
}

/** All tables of the product with rows of organizations, a partitioned one as a whole, by name. */
export async function listTenantTables(db: Queryable): Promise<readonly TenantTable[]> {
  return db.rows<TenantTable>(sql`/* moves.listTenantTables */
    SELECT relname::text AS name, keys.attname::text AS key, relkind = 'p' AS "isPartitioned"
      , (
        SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
      ) AS columns
    FROM pg_class
    JOIN pg_attribute AS keys ON keys.attrelid = pg_class.oid AND NOT keys.attisdropped AND keys.atttypid = 'uuid'::regtype
      AND keys.attname = CASE relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
  `);
}

export function tableName({ name }: Pick<TenantTable, 'name'>): Statement {
  return identifier('public', name);
}

/** Condition for the rows of one organization. */
export function belongsTo({ key }: Pick<TenantTable, 'key'>, organization: string): Statement {
  return sql`${identifier(key)} = ${organization}::uuid`;
}

/** How many rows each table has of the organization, in the order of `tables`. */
export async function countRows(
  db: Queryable,
  tables: readonly TenantTable[],
  organization: string,
): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const table of tables) {
    const [row] = await db.rows<{ rows: bigint }>(sql`/* moves.countRows */
      SELECT count(*) AS rows FROM ${tableName(table)} WHERE ${belongsTo(table, organization)}
    `);
    counts.push(Number(row?.rows ?? 0n));
  }
  return counts;
}

/** Whether any table has a row of the organization; cheaper than counting. Names of those that have. */
export async function listWithRows(
  db: Queryable,
  tables: readonly TenantTable[],
  organization: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const rows = await db.rows(sql`/* moves.hasRows */
      SELECT FROM ${tableName(table)} WHERE ${belongsTo(table, organization)} LIMIT 1
    `);
    if (rows.length > 0) found.push(table.name);
  }
  return found;
}

/** A leaf or a plain table whose replica identity can't carry a row filter, and why. */
export interface IdentityProblem {
  readonly table: string;
  readonly problem: string;
}

/**
 * A row filter may name columns of the replica identity only, or UPDATE and DELETE of every organization fail; ALTER of
 * a partitioned table does not reach its leaves, so each is asked.
 */
export function listIdentityProblems(db: Queryable): Promise<readonly IdentityProblem[]> {
  return db.rows<IdentityProblem>(sql`/* moves.listIdentityProblems */
    WITH tenant AS (
      SELECT pg_class.oid, relname, relreplident, keys.attnum AS key
      FROM pg_class
      JOIN pg_attribute AS keys ON keys.attrelid = pg_class.oid AND NOT keys.attisdropped AND keys.atttypid = 'uuid'::regtype
        AND keys.attname = CASE relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    )
    SELECT relname::text AS table
      , CASE WHEN relreplident IN ('d', 'n') AND indexrelid IS NULL THEN 'has no replica identity'
          WHEN indexrelid IS NULL THEN 'has lost the index of its replica identity'
          ELSE 'has a replica identity without the organization' END AS problem
    FROM tenant
    LEFT JOIN pg_index ON indrelid = tenant.oid AND indisvalid
      AND CASE relreplident WHEN 'i' THEN indisreplident WHEN 'd' THEN indisprimary ELSE false END
    WHERE relreplident <> 'f' AND (indexrelid IS NULL OR NOT key = ANY(indkey::smallint[]))
    ORDER BY relname
  `);
}

/** Unique indexes of tenant tables in which neither the organization nor any uuid is: two shards may have used one value. */
export async function listForeignUniques(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* moves.listForeignUniques */
    SELECT indexrelid::regclass::text AS name
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    WHERE indisunique AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = indrelid AND attname = 'organization_id' AND atttypid = 'uuid'::regtype AND NOT attisdropped
      )
      AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey::smallint[]) AND atttypid = 'uuid'::regtype
      )
    ORDER BY 1
  `);
  return rows.map(({ name }) => name);
}

/** Leaves of all tenant tables as `name bounds`. */
export async function listLeaves(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ leaf: string }>(sql`/* moves.listLeaves */
    SELECT format('%s %s', leaf.relname, pg_get_expr(leaf.relpartbound, leaf.oid)) AS leaf
    FROM pg_inherits
    JOIN pg_class AS leaf ON leaf.oid = inhrelid
    JOIN pg_class AS root ON root.oid = inhparent
    WHERE root.relnamespace = 'public'::regnamespace AND root.relkind = 'p' AND leaf.relispartition
    ORDER BY 1
  `);
  return rows.map(({ leaf }) => leaf);
}

/** Triggers that fire for replicated rows too, and so would act on a copy. */
export async function listAlwaysTriggers(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* moves.listAlwaysTriggers */
    SELECT format('%s on %s', tgname, relname) AS name
    FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgenabled IN ('A', 'R') AND tgparentid = 0
    ORDER BY 1
  `);
  return rows.map(({ name }) => name);
}
