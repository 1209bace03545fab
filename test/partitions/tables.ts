import { expect } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { identifier, literal, raw, sql } from '../../src/postgres/sql.ts';
import type { Plane } from '../migrations/plane.ts';

/** First moment of the month so many months from now, in UTC. */
export function month(offset: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
}

/** `log_202611` */
export const leafOf = (table: string, offset: number) =>
  `${table}_${month(offset).toISOString().slice(0, 7).replace('-', '')}`;

/**
 * A database like the product's in small: `log` by months, with a foreign key, an index, a policy of 12 months and 2
 * ahead, and partitions from `first` to `last` months from now.
 */
export async function makeLog(
  db: Database,
  { first, last }: { readonly first: number; readonly last: number },
) {
  await db.rows(sql`CREATE TABLE organizations (id int PRIMARY KEY)`);
  await db.rows(sql`INSERT INTO organizations SELECT generate_series(1, 5)`);
  await db.rows(sql`CREATE TABLE log (
    organization_id int NOT NULL REFERENCES organizations, id bigint NOT NULL, note text, size numeric,
    upper_note text GENERATED ALWAYS AS (upper(note)) STORED, created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id, created_at)
  ) PARTITION BY RANGE (created_at)`);
  await db.rows(sql`CREATE INDEX log_note_idx ON log (note)`);
  await db.rows(sql`CREATE SCHEMA ops`);
  await db.rows(sql`CREATE TABLE ops.partition_policies (
    table_name text PRIMARY KEY, retention_months int NOT NULL, premake_months int NOT NULL)`);
  await db.rows(sql`INSERT INTO ops.partition_policies VALUES ('log', 12, 2)`);
  for (let offset = first; offset <= last; offset += 1) await addMonth(db, offset);
}

export async function addMonth(db: Database, offset: number): Promise<void> {
  const [from, to] = [month(offset), month(offset + 1)].map((one) => literal(one.toISOString()));
  await db.rows(
    sql`CREATE TABLE ${identifier(leafOf('log', offset))} PARTITION OF log FOR VALUES FROM (${from}) TO (${to})`,
  );
}

/** Rows with quotes, line breaks, nothing and many digits in them, all in that month. */
export async function fill(db: Database, offset: number, rows: number): Promise<void> {
  await db.rows(sql`
    INSERT INTO log (organization_id, id, note, size, created_at)
    SELECT 1 + n % 5, n, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'a "b",\nc\\d ü' ELSE 'note ' || n END
      , n / 7.0, ${month(offset)}::timestamptz + n * interval '1 second'
    FROM generate_series(1, ${rows}::int) AS n
  `);
}

/** Number and hash of the rows that the table shows. */
export async function contentOf(
  db: Database,
  table = 'log',
  columns = 'organization_id, id, note, size, created_at',
) {
  const [row] = await db.rows<{ rows: number; hash: string }>(sql`
    SELECT count(*)::int AS rows
      , coalesce(sum(hashtextextended(row(${raw(columns)})::text, 0)::numeric), 0)::text AS hash
    FROM ${identifier(table)}
  `);
  return row ?? { rows: 0, hash: '' };
}

export interface ShownPartition {
  readonly name: string;
  readonly state: string;
  readonly indexesValid: boolean | null;
  readonly replicaIdentity: string | null;
  readonly archive: { readonly folder: string; readonly rows: string | null } | null;
}

export interface ShownTable {
  readonly name: string;
  readonly interval: string | null;
  readonly retentionMonths: number | null;
  readonly coverageUntil: string | null;
  readonly rowsInDefault: string | null;
  readonly problems: readonly string[];
  readonly partitions: readonly ShownPartition[];
}

export async function tablesOf(plane: Plane, cluster: string): Promise<readonly ShownTable[]> {
  const { partitionedTables } = await plane.graphql<{ partitionedTables: readonly ShownTable[] }>(
    `query ($cluster: String!) { partitionedTables(cluster: $cluster) {
      name interval retentionMonths coverageUntil rowsInDefault problems
      partitions { name state indexesValid replicaIdentity archive { folder rows } } } }`,
    { cluster },
  );
  return partitionedTables;
}

export async function stateOf(plane: Plane, cluster: string, partition: string): Promise<string | undefined> {
  const tables = await tablesOf(plane, cluster);
  return tables.flatMap(({ partitions }) => partitions).find(({ name }) => name === partition)?.state;
}

/** A session with an open transaction that has read `statement`; `end` ends it. */
export async function holdOpen(
  db: Database,
  statement: string,
): Promise<{ readonly end: () => Promise<void> }> {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const working = db.transaction(async (tx) => {
    await tx.rows(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
    await tx.rows({ text: statement, values: [] });
    begun.resolve();
    await ended.promise;
  });
  await Promise.race([begun.promise, working]);
  return {
    async end() {
      ended.resolve();
      await working;
    },
  };
}

/** Keeps the row of an operation's archive as it is from the moment in which it is in that state. */
export async function holdArchive(control: Database, operationId: string, state: string) {
  const id = Buffer.from(operationId, 'base64url').toString('utf8').replace('Operation:', '');
  await expect
    .poll(
      async () =>
        control.rows<{ state: string }>(sql`SELECT state FROM partition_archive WHERE operation_id = ${id}`),
      { timeout: 20_000, interval: 2 },
    )
    .toEqual([{ state }]);
  return holdOpen(control, `SELECT FROM partition_archive WHERE operation_id = '${id}' FOR UPDATE`);
}
