import type { Queryable, Transaction } from '../../postgres/pool.ts';
import { identifier, sql } from '../../postgres/sql.ts';
import { rowsInHours } from '../long-runner.ts';
import { readDependents } from './dependents-probe.ts';
import type { ShapeColumn, ShapeForeignKey, ShapeIndex, ShapeSequence, TableShape } from './shape.ts';

type Head = Pick<
  TableShape,
  | 'schema'
  | 'name'
  | 'owner'
  | 'oddities'
  | 'comment'
  | 'replicaIdentity'
  | 'replicaIndex'
  | 'isSecured'
  | 'isForced'
  | 'options'
  | 'tablespace'
  | 'statistics'
  | 'publications'
  | 'oddChecks'
>;

/** Names come with their schemas, and values read alike, whatever the role is set to. */
export async function settle(tx: Queryable): Promise<void> {
  await tx.rows(sql`/* partitions.settleConversion */
    SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('TimeZone', 'UTC', true)
      , set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true)
      , set_config('extra_float_digits', '3', true), set_config('bytea_output', 'hex', true)
      , set_config('row_security', 'off', true), set_config('jit', 'off', true)
  `);
}

/** Null: there is no plain table of that name. Needs a transaction that is settled. */
export async function readShape(tx: Transaction, schema: string, name: string): Promise<TableShape | null> {
  const table = identifier(schema, name).text;
  const head = await readHead(tx, table);
  if (head === null) return null;
  return {
    ...head,
    columns: await readColumns(tx, table),
    indexes: await readIndexes(tx, table),
    foreignKeys: await readForeignKeys(tx, table),
    sequences: await readSequences(tx, table),
    ...(await readDependents(tx, table)),
  };
}

async function readHead(tx: Transaction, table: string): Promise<Head | null> {
  const [row] = await tx.rows<Head>(sql`/* partitions.readHead */
    SELECT nspname AS schema, relname AS name, pg_get_userbyid(relowner) AS owner
      , array_remove(ARRAY[
          CASE WHEN relkind <> 'r' THEN 'is no plain table' END
        , CASE relpersistence WHEN 'u' THEN 'is unlogged' WHEN 't' THEN 'is temporary' END
        , CASE WHEN reloftype <> 0 THEN 'is of a type' END
        , CASE WHEN relispartition THEN 'is a partition itself' END
        , CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid) THEN 'inherits from another table' END
        , CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhparent = pg_class.oid) THEN 'is inherited by other tables' END
        ], NULL) AS oddities
      , obj_description(pg_class.oid, 'pg_class') AS comment
      , CASE relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' ELSE 'INDEX' END AS "replicaIdentity"
      , (SELECT one.relname FROM pg_index JOIN pg_class AS one ON one.oid = indexrelid
          WHERE indrelid = pg_class.oid AND indisreplident) AS "replicaIndex"
      , relrowsecurity AS "isSecured", relforcerowsecurity AS "isForced"
      , coalesce(reloptions, '{}') AS options
      , (SELECT spcname FROM pg_tablespace WHERE oid = reltablespace) AS tablespace
      , ARRAY(SELECT stxname::text FROM pg_statistic_ext WHERE stxrelid = pg_class.oid ORDER BY 1) AS statistics
      , ARRAY(SELECT pubname::text FROM pg_publication_tables WHERE schemaname = nspname AND tablename = relname ORDER BY 1)
        AS publications
      , ARRAY(SELECT conname::text FROM pg_constraint
          WHERE conrelid = pg_class.oid AND contype = 'c' AND (NOT convalidated OR connoinherit) ORDER BY 1) AS "oddChecks"
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = to_regclass(${table}) AND relkind IN ('r', 'p', 'f', 'v', 'm')
  `);
  return row ?? null;
}

function readColumns(tx: Transaction, table: string): Promise<readonly ShapeColumn[]> {
  return tx.rows(sql`/* partitions.readShapeColumns */
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS "isNullable"
      , attgenerated <> '' AS "isGenerated", attidentity <> '' AS "isIdentity"
    FROM pg_attribute WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
  `);
}

function readIndexes(tx: Transaction, table: string): Promise<readonly ShapeIndex[]> {
  return tx.rows(sql`/* partitions.readShapeIndexes */
    SELECT relname AS name, indisunique AS "isUnique", indisprimary AS "isPrimary", indisvalid AS "isValid"
      , ARRAY(SELECT attname::text FROM generate_series(0, indnkeyatts - 1) AS place
          LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[place] AND attnum > 0 ORDER BY place) AS columns
      , indisunique AND indimmediate AND indpred IS NULL AND indexprs IS NULL AND NOT EXISTS (
          SELECT FROM generate_series(0, indnkeyatts - 1) AS place
          JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[place] WHERE NOT attnotnull
        ) AS "isIdentity"
      , substr(pg_get_indexdef(indexrelid), 1 + length(format(
          'CREATE %sINDEX %I ON %s USING ', CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, relname, indrelid::regclass
        ))) AS tail
      , pg_get_constraintdef(pg_constraint.oid) AS "constraint"
      , indisexclusion AS "isExclusion"
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = indrelid AND contype IN ('p', 'u', 'x')
    WHERE indrelid = ${table}::regclass
    ORDER BY indisprimary DESC, relname
  `);
}

function readForeignKeys(tx: Transaction, table: string): Promise<readonly ShapeForeignKey[]> {
  return tx.rows(sql`/* partitions.readShapeForeignKeys */
    SELECT conname AS name, pg_get_constraintdef(oid) AS definition, confrelid::regclass::text AS target
      , convalidated AS "isValid", confdeltype IN ('a', 'r') OR confupdtype IN ('a', 'r') AS refuses
    FROM pg_constraint WHERE conrelid = ${table}::regclass AND contype = 'f' ORDER BY conname
  `);
}

function readSequences(tx: Transaction, table: string): Promise<readonly ShapeSequence[]> {
  return tx.rows(sql`/* partitions.readShapeSequences */
    SELECT attname AS "column", nspname AS schema, relname AS name, deptype = 'i' AS "isIdentity"
    FROM pg_depend
    JOIN pg_class ON pg_class.oid = objid AND relkind = 'S'
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = ${table}::regclass
      AND deptype IN ('a', 'i')
    ORDER BY attname
  `);
}

/** What the table weighs, and what moments it holds. */
export interface TableSize {
  /** The server's estimate. */
  readonly rows: bigint;
  /** With indexes and TOAST. */
  readonly bytes: bigint;
}

export async function readSize(tx: Transaction, schema: string, name: string): Promise<TableSize> {
  const [row] = await tx.rows<TableSize>(sql`/* partitions.readTableSize */
    SELECT CASE WHEN reltuples >= 0 THEN reltuples::int8 ELSE pg_stat_get_live_tuples(oid) END AS rows
      , pg_total_relation_size(oid) AS bytes
    FROM pg_class WHERE oid = ${identifier(schema, name).text}::regclass
  `);
  return row ?? { rows: 0n, bytes: 0n };
}

/** Least and greatest moment; null without rows. */
export interface Moments {
  readonly from: Date | null;
  readonly to: Date | null;
  /** True: one of them is no moment of the calendar. */
  readonly isInfinite: boolean;
}

/** Reads the whole table where no index begins with the column. */
export async function readMoments(
  tx: Transaction,
  { schema, name, column }: { readonly schema: string; readonly name: string; readonly column: string },
): Promise<Moments> {
  const key = identifier(column);
  const [row] = await rowsInHours<Moments>(
    tx,
    sql`/* partitions.readMoments */
    SELECT CASE WHEN isfinite(least) THEN least::timestamptz END AS "from"
      , CASE WHEN isfinite(greatest) THEN greatest::timestamptz END AS "to"
      , NOT coalesce(isfinite(least) AND isfinite(greatest), true) AS "isInfinite"
    FROM (SELECT min(${key}) AS least, max(${key}) AS greatest FROM ONLY ${identifier(schema, name)}) AS ends
  `,
  );
  return row ?? { from: null, to: null, isInfinite: false };
}

export async function hasNulls(
  tx: Transaction,
  { schema, name, column }: { readonly schema: string; readonly name: string; readonly column: string },
): Promise<boolean> {
  const [row] = await tx.rows<{ readonly exists: boolean }>(sql`/* partitions.hasNulls */
    SELECT EXISTS (SELECT FROM ONLY ${identifier(schema, name)} WHERE ${identifier(column)} IS NULL) AS exists
  `);
  return row?.exists ?? false;
}

/** Of each statement, until the transaction ends. */
export async function setTimeLimit(tx: Transaction, timeoutMs: number): Promise<void> {
  await tx.rows(
    sql`/* partitions.setTimeLimit */ SELECT set_config('statement_timeout', ${`${timeoutMs}ms`}, true)`,
  );
}
