import type { Transaction } from '../../postgres/pool.ts';
import { runScript } from '../../postgres/script.ts';
import { identifier, literal, raw, sql } from '../../postgres/sql.ts';
import { type Conversion, markOf, NEW_SCHEMA, OLD_SCHEMA, wordsOf } from './conversion.ts';
import type { ShapeSequence, ShapeTrigger, ShapeView } from './shape.ts';

/** Longer than any pause may be. */
const SWAP_TIMEOUT_MS = 60_000;

/** From here to the end of the transaction nobody reads or writes the table. */
export async function lockSource(tx: Transaction, conversion: Conversion): Promise<void> {
  const { source } = wordsOf(conversion);
  await tx.rows(sql`/* partitions.lockSource */ LOCK TABLE ONLY ${source} IN ACCESS EXCLUSIVE MODE`);
}

/** What stands under the name now. */
export async function findSwapped(
  tx: Transaction,
  conversion: Conversion,
): Promise<'BEFORE' | 'AFTER' | 'GONE'> {
  const { shape } = conversion;
  const [row] = await tx.rows<{ readonly kind: string | null; readonly mark: string | null }>(
    sql`/* partitions.findSwapped */
      SELECT (SELECT relkind::text FROM pg_class WHERE oid = to_regclass(${identifier(shape.schema, shape.name).text})) AS kind
        , obj_description(to_regclass(${identifier(OLD_SCHEMA, shape.name).text}), 'pg_class') AS mark
    `,
  );
  if (row?.kind === 'p' && row.mark === markOf(conversion)) return 'AFTER';
  return row?.kind === 'r' ? 'BEFORE' : 'GONE';
}

/**
 * The plain table goes to a schema of ours, the new one comes to its place with everything that goes by name. In one
 * message, under the lock of `lockSource`.
 */
export async function swapTables(tx: Transaction, conversion: Conversion): Promise<void> {
  const statements = await listSwap(tx, conversion);
  const text = statements.map((one) => `/* partitions.swap */ ${one};`).join('\n');
  await runScript(tx.client, { text, timeoutMs: SWAP_TIMEOUT_MS });
}

async function listSwap(tx: Transaction, conversion: Conversion): Promise<readonly string[]> {
  const { shape } = conversion;
  const table = identifier(shape.schema, shape.name).text;
  const fresh = identifier(NEW_SCHEMA, shape.name).text;
  const old = identifier(OLD_SCHEMA, shape.name).text;
  const schema = identifier(shape.schema).text;
  const serials = shape.sequences.filter(({ isIdentity }) => !isIdentity);
  const fresher = await findSequences(tx, conversion);
  const policy = await writePolicy(tx, conversion);
  return [
    `CREATE SCHEMA IF NOT EXISTS ${OLD_SCHEMA}`,
    `DROP TRIGGER sunday_note_change ON ${table}`,
    `DROP TRIGGER sunday_note_truncate ON ${table}`,
    ...serials.map((one) => `ALTER SEQUENCE ${sequenceName(one)} OWNED BY NONE`),
    ...fresher.map(({ one, name }) => continueSequence(one, name)),
    `ALTER TABLE ${table} SET SCHEMA ${OLD_SCHEMA}`,
    `ALTER TABLE ${fresh} SET SCHEMA ${schema}`,
    `COMMENT ON TABLE ${old} IS ${literal(markOf(conversion)).text}`,
    ...fresher.flatMap(({ one, name }) => renameSequence(conversion, one, name)),
    ...serials.map(
      (one) => `ALTER SEQUENCE ${sequenceName(one)} OWNED BY ${table}.${identifier(one.column).text}`,
    ),
    ...shape.foreignKeys.map(
      ({ name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${identifier(name).text} ${definition}`,
    ),
    ...writeRights(conversion, table),
    ...shape.triggers.flatMap((one) => writeTrigger(one, table)),
    ...shape.views.map(writeView),
    ...policy,
    `DROP SCHEMA ${NEW_SCHEMA} CASCADE`,
  ];
}

function sequenceName({ schema, name }: ShapeSequence): string {
  return identifier(schema, name).text;
}

/** The new identity goes on where the old one is. */
function continueSequence(one: ShapeSequence, fresh: string): string {
  const to = literal(identifier(NEW_SCHEMA, fresh).text).text;
  return `SELECT setval(${to}, last_value, is_called) FROM ${sequenceName(one)}`;
}

/** It came along with its table under the name that PostgreSQL gave it. */
function renameSequence({ shape }: Conversion, one: ShapeSequence, fresh: string): readonly string[] {
  if (fresh === one.name) return [];
  return [`ALTER SEQUENCE ${identifier(shape.schema, fresh).text} RENAME TO ${identifier(one.name).text}`];
}

/** Those of identity columns, with the names of the new table's. */
async function findSequences(
  tx: Transaction,
  conversion: Conversion,
): Promise<readonly { readonly one: ShapeSequence; readonly name: string }[]> {
  const { target } = wordsOf(conversion);
  const found: { readonly one: ShapeSequence; readonly name: string }[] = [];
  for (const one of conversion.shape.sequences) {
    if (!one.isIdentity) continue;
    const [row] = await tx.rows<{ readonly name: string }>(sql`/* partitions.findSequence */
      SELECT relname AS name FROM pg_class WHERE oid = pg_get_serial_sequence(${target.text}, ${one.column})::regclass
    `);
    if (!row) throw new Error(`the identity of ${one.column} has a sequence`);
    found.push({ one, name: row.name });
  }
  return found;
}

/** What default privileges gave away goes; what the plain table had comes. Then row security. */
function writeRights({ shape }: Conversion, table: string): readonly string[] {
  const grants = shape.grants.map(({ column, privilege, grantee, isGrantable }) => {
    const what = column === null ? privilege : `${privilege} (${identifier(column).text})`;
    return `GRANT ${what} ON TABLE ${table} TO ${grantee}${isGrantable ? ' WITH GRANT OPTION' : ''}`;
  });
  return [
    // Whoever has a right by default has it on the table that he sees; only those of the plain one are to stay.
    `DO $sunday$ DECLARE who text; BEGIN
      FOR who IN SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
        FROM pg_class CROSS JOIN aclexplode(relacl) WHERE pg_class.oid = ${literal(table).text}::regclass AND grantee <> relowner
      LOOP EXECUTE format('REVOKE ALL ON TABLE %s FROM %s', ${literal(table).text}, who); END LOOP; END $sunday$`,
    ...grants,
    ...(shape.isSecured ? [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`] : []),
    ...(shape.isForced ? [`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`] : []),
    ...shape.policies.map(
      ({ name, definition }) => `CREATE POLICY ${identifier(name).text} ON ${table} ${definition}`,
    ),
  ];
}

function writeTrigger({ name, definition, enabled }: ShapeTrigger, table: string): readonly string[] {
  if (enabled === 'ORIGIN') return [definition];
  const verb = enabled === 'DISABLED' ? 'DISABLE' : `ENABLE ${enabled}`;
  return [definition, `ALTER TABLE ${table} ${verb} TRIGGER ${identifier(name).text}`];
}

/** Its text names the table, and so means the new one now; who may read it, and what stands on it, stays. */
function writeView({ schema, name, definition, options }: ShapeView): string {
  const settings = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
  return `CREATE OR REPLACE VIEW ${identifier(schema, name).text}${settings} AS ${definition}`;
}

/** So that maintenance makes its months from now on; nothing where the product's table of policies is not. */
async function writePolicy(tx: Transaction, { shape, policy }: Conversion): Promise<readonly string[]> {
  if (shape.schema !== 'public' || !(await hasPolicies(tx))) return [];
  const { retentionMonths, premakeMonths } = policy;
  return [
    `INSERT INTO ops.partition_policies (table_name, retention_months, premake_months)
      VALUES (${literal(shape.name).text}, ${retentionMonths}, ${premakeMonths})
      ON CONFLICT (table_name) DO UPDATE SET retention_months = EXCLUDED.retention_months, premake_months = EXCLUDED.premake_months`,
  ];
}

export async function hasPolicies(tx: Transaction): Promise<boolean> {
  const [row] = await tx.rows<{ readonly exists: boolean }>(
    sql`/* partitions.findPolicies */ SELECT to_regclass('ops.partition_policies') IS NOT NULL AS exists`,
  );
  return row?.exists ?? false;
}

/** Plain tables that were replaced and are still there, with their sizes. */
export interface KeptTable {
  readonly schema: string;
  readonly name: string;
  readonly bytes: bigint;
  readonly operationId: string;
}

export async function listKept(tx: Transaction): Promise<readonly KeptTable[]> {
  return tx.rows<KeptTable>(sql`/* partitions.listKept */
    SELECT found[1] AS schema, relname AS name, pg_total_relation_size(pg_class.oid) AS bytes, found[2] AS "operationId"
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN regexp_match(obj_description(pg_class.oid, 'pg_class'), '^conversion of (.*)\\.[^.]* by operation (\\S+)$') AS found
    WHERE nspname = ${OLD_SCHEMA} AND relkind = 'r' AND found IS NOT NULL ORDER BY relname
  `);
}

/** For good. Twice is safe. */
export async function dropKept(tx: Transaction, name: string): Promise<void> {
  await tx.rows(sql`/* partitions.dropKept */ DROP TABLE IF EXISTS ${identifier(OLD_SCHEMA, name)}`);
  const [row] = await tx.rows<{ readonly isEmpty: boolean }>(sql`/* partitions.findKept */
    SELECT NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname = ${OLD_SCHEMA}) AS "isEmpty"
  `);
  if (row?.isEmpty) await tx.rows(raw(`/* partitions.dropKeptSchema */ DROP SCHEMA IF EXISTS ${OLD_SCHEMA}`));
}
