import { parseSql, SqlSyntaxError } from '../../postgres/parse.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';
import { readDomains } from './domains-probe.ts';
import { readRelations } from './relations-probe.ts';
import { provenNotNull } from './evolve.ts';
import { type RelationFacts, type TargetFacts, unknownRelation } from './facts.ts';
import { columnsIn, pick, pickAll } from './tree.ts';

export interface Questions {
  /** Quoted names as `to_regclass` reads them, with or without a schema. */
  readonly relations: readonly string[];
  /** All of whose relations are wanted: DROP SCHEMA. */
  readonly schemas: readonly string[];
  readonly functions: readonly string[];
  readonly types: readonly string[];
}

const MAX_NAMES = 2_000;
const MAX_ROWS = 50_000;

/**
 * What the target says about everything a script names, and about its neighbours: partitions, parents, tables at the
 * other end of foreign keys. One round trip for each topic; every answer is bounded.
 */
export async function readTargetFacts(db: Queryable, questions: Questions): Promise<TargetFacts> {
  const { searchPath, resolved } = await resolveNames(db, questions.relations);
  const rows = await readRelations(
    db,
    [...resolved.values()].map((one) => one.oid),
    questions.schemas,
  );
  const oids = rows.map((row) => row.oid);
  const [columns, constraints, indexes, publications, readers, functions, domains] = await Promise.all([
    readColumns(db, oids),
    readConstraints(db, oids),
    readIndexes(db, oids),
    readPublications(db, oids),
    readReaders(db, oids),
    readVolatileFunctions(db, questions.functions),
    readDomains(db, questions.types),
  ]);
  const of = {
    columns: byTable(columns),
    constraints: byTable(constraints),
    references: Map.groupBy(constraints, (one) => one.references ?? ''),
    indexes: byTable(indexes),
    publications: byTable(publications),
    reads: Map.groupBy(readers, (one) => one.view),
    readBy: byTable(readers),
  };
  const relations = rows.map((row): RelationFacts => {
    const keys = of.indexes.get(row.name) ?? [];
    return {
      ...unknownRelation(row.name, row.kind),
      sizeBytes: toNumber(row.sizeBytes),
      indexBytes: toNumber(row.indexBytes),
      rows: row.rows === null ? null : Math.round(row.rows),
      isEmpty: row.isEmpty,
      tableOf: row.tableOf,
      parent: row.parent,
      isDefaultPartition: row.isDefaultPartition,
      replicaIdentity: row.replicaIdentity,
      replicaIdentityColumns: identityColumns(row.replicaIdentity, keys),
      hasRowSecurity: row.hasRowSecurity,
      isUnlogged: row.isUnlogged,
      columns: of.columns.get(row.name) ?? [],
      constraints: of.constraints.get(row.name) ?? [],
      referencedBy: (of.references.get(row.name) ?? []).map((one) => one.table),
      reads: (of.reads.get(row.name) ?? []).map((one) => one.table),
      readBy: (of.readBy.get(row.name) ?? []).map((one) => one.view),
      indexes: keys,
      publications: of.publications.get(row.name) ?? [],
    };
  });
  return {
    searchPath,
    resolved: new Map([...resolved].map(([written, { name }]) => [written, name])),
    relations: new Map(relations.map((one) => [one.name, one])),
    volatileFunctions: new Set(functions),
    ...domains,
  };
}

/** Columns that name a row to a subscriber; none for FULL and NOTHING. */
function identityColumns(identity: string, keys: Awaited<ReturnType<typeof readIndexes>>): readonly string[] {
  const key = keys.find((one) =>
    identity === 'i' ? one.isReplicaIdentity : identity === 'd' && one.isPrimary,
  );
  return key?.columns ?? [];
}

function byTable<Row extends { readonly table: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, (one) => one.table);
}

const toNumber = (value: bigint | null) => (value === null ? null : Number(value));

async function resolveNames(db: Queryable, names: readonly string[]) {
  const rows = await db.rows<{ searchPath: string[]; written: string | null; oid: number; name: string }>(
    sql`/* analysis.resolveNames */
      SELECT current_schemas(false)::text[] AS "searchPath", found.written, found.oid, found.name
      FROM (VALUES (1)) one
      LEFT JOIN LATERAL (
        SELECT w.written, c.oid, n.nspname || '.' || c.relname AS name
        FROM unnest(${names}::text[]) AS w (written)
        JOIN pg_class c ON c.oid = to_regclass(w.written)
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LIMIT ${MAX_NAMES}
      ) found ON true`,
  );
  const resolved = rows.flatMap(({ written, oid, name }) =>
    written === null ? [] : [[written, { oid, name }] as const],
  );
  return { searchPath: rows[0]?.searchPath ?? ['public'], resolved: new Map(resolved) };
}

async function readColumns(db: Queryable, oids: readonly number[]) {
  return db.rows<{ table: string; name: string; type: string; modifier: number; isNotNull: boolean }>(
    sql`/* analysis.readColumns */
      SELECT n.nspname || '.' || c.relname AS table, a.attname AS name, t.typname AS type, a.atttypmod AS modifier,
        a.attnotnull AS "isNotNull"
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = ANY(${oids}::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attrelid, a.attnum
      LIMIT ${MAX_ROWS}`,
  );
}

interface ConstraintRow {
  readonly table: string;
  readonly name: string;
  readonly kind: string;
  readonly columns: string[];
  readonly references: string | null;
  readonly isValid: boolean;
  readonly check: string | null;
}

async function readConstraints(db: Queryable, oids: readonly number[]) {
  const rows = await db.rows<ConstraintRow>(sql`/* analysis.readConstraints */
    SELECT n.nspname || '.' || c.relname AS table, k.conname AS name, k.contype AS kind, k.convalidated AS "isValid",
      ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey))
        AS columns,
      rn.nspname || '.' || r.relname AS references,
      CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS check
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class r ON r.oid = k.confrelid
    LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
    WHERE k.conrelid = ANY(${oids}::oid[]) OR (k.confrelid = ANY(${oids}::oid[]) AND k.contype = 'f')
    ORDER BY k.oid
    LIMIT ${MAX_ROWS}`);
  const checks = await parseExpressions(rows.map((row) => row.check));
  return rows.map((row, at) => ({ ...row, provesNotNull: provenNotNull(checks[at]) }));
}

/**
 * The trees of expressions as the server writes them; undefined for null. A newer server may write what our grammar
 * does not know: then nothing is known of any, and the analysis assumes the worst.
 */
async function parseExpressions(expressions: readonly (string | null)[]) {
  const script = expressions.map((one) => `SELECT ${one ?? 'NULL'};`).join('\n');
  const statements = await parseSql(script).catch((error: unknown) => {
    if (error instanceof SqlSyntaxError) return [];
    throw error;
  });
  return statements.map((one) => pickAll(targetsOf(one.node), 'ResTarget')[0]?.val);
}

const targetsOf = (select: Readonly<Record<string, unknown>>) =>
  pick({ SelectStmt: select }, 'SelectStmt')?.targetList;

async function readIndexes(db: Queryable, oids: readonly number[]) {
  return db.rows<{
    table: string;
    name: string;
    isUnique: boolean;
    isValid: boolean;
    isPrimary: boolean;
    isReplicaIdentity: boolean;
    columns: string[];
  }>(sql`/* analysis.readIndexes */
    SELECT n.nspname || '.' || c.relname AS table, i.relname AS name, x.indisunique AS "isUnique",
      x.indisvalid AS "isValid", x.indisprimary AS "isPrimary", x.indisreplident AS "isReplicaIdentity",
      ARRAY(SELECT coalesce(a.attname::text, '')
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
        LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0
        WHERE k.place <= x.indnkeyatts ORDER BY k.place) AS columns
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE x.indrelid = ANY(${oids}::oid[])
    ORDER BY x.indexrelid
    LIMIT ${MAX_ROWS}`);
}

async function readPublications(db: Queryable, oids: readonly number[]) {
  const rows = await db.rows<{ table: string; name: string; filter: string | null }>(
    sql`/* analysis.readPublications */
      SELECT n.nspname || '.' || c.relname AS table, p.pubname AS name, pg_get_expr(r.prqual, r.prrelid) AS filter
      FROM pg_publication_rel r
      JOIN pg_publication p ON p.oid = r.prpubid
      JOIN pg_class c ON c.oid = r.prrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE r.prrelid = ANY(${oids}::oid[])
      ORDER BY r.oid
      LIMIT ${MAX_ROWS}`,
  );
  const filters = await parseExpressions(rows.map((row) => row.filter));
  return rows.map((row, at) => ({ ...row, filterColumns: columnsIn(filters[at]) }));
}

/** Views with what their query reads. */
async function readReaders(db: Queryable, oids: readonly number[]) {
  return db.rows<{ view: string; table: string }>(sql`/* analysis.readReaders */
    SELECT DISTINCT vn.nspname || '.' || v.relname AS view, n.nspname || '.' || c.relname AS table
    FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass AND r.rulename = '_RETURN'
    JOIN pg_class v ON v.oid = r.ev_class
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
    JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass AND c.oid <> v.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE v.oid = ANY(${oids}::oid[]) OR c.oid = ANY(${oids}::oid[])
    LIMIT ${MAX_ROWS}`);
}

async function readVolatileFunctions(db: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const rows = await db.rows<{ name: string }>(sql`/* analysis.readVolatileFunctions */
    SELECT DISTINCT proname::text AS name FROM pg_proc
    WHERE proname = ANY(${names}::text[]) AND provolatile = 'v' LIMIT ${MAX_ROWS}`);
  return rows.map((row) => row.name);
}
