import { inOrderOf, type Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { type ArchiveManifest, manifestSchema } from './archive/manifest.ts';
import type { PartitionArchive } from './partition.ts';

interface ArchiveRow extends Omit<PartitionArchive, 'manifest'> {
  readonly manifest: unknown;
}

const ARCHIVE_COLUMNS = sql`
  operation_id AS "operationId", cluster, schema_name AS schema, table_name AS "table", partition_name AS partition
  , from_at AS "from", to_at AS "to", state, location, folder, manifest
  , verified_at AS "verifiedAt", dropped_at AS "droppedAt", restored_at AS "restoredAt"
`;

function toArchive(row: ArchiveRow): PartitionArchive {
  return { ...row, manifest: row.manifest === null ? null : manifestSchema.parse(row.manifest) };
}

/** Archives that count, oldest first, in the order of `clusters`. */
export async function listArchives(
  db: Queryable,
  clusters: readonly string[],
): Promise<readonly (readonly PartitionArchive[])[]> {
  const rows = await db.rows<ArchiveRow>(sql`/* partitions.listArchives */
    SELECT ${ARCHIVE_COLUMNS} FROM partition_archive
    WHERE cluster = ANY(${clusters}) AND state <> 'ABANDONED'
    ORDER BY from_at NULLS FIRST, created_at
  `);
  return inOrderOf(clusters, rows, (row) => row.cluster).map((group) => group.map(toArchive));
}

/** The row of this operation about the partition; null: it has not begun with it. */
export async function findArchive(
  db: Queryable,
  { operationId, schema, partition }: Pick<PartitionArchive, 'operationId' | 'schema' | 'partition'>,
): Promise<PartitionArchive | null> {
  const [row] = await db.rows<ArchiveRow>(sql`/* partitions.findArchive */
    SELECT ${ARCHIVE_COLUMNS} FROM partition_archive
    WHERE operation_id = ${operationId} AND schema_name = ${schema} AND partition_name = ${partition}
  `);
  return row ? toArchive(row) : null;
}

export type NewArchive = Pick<
  PartitionArchive,
  'operationId' | 'cluster' | 'schema' | 'table' | 'partition' | 'from' | 'to' | 'location' | 'folder'
>;

/** Twice is safe: the first one stays. What an earlier operation began and did not bring to its end counts no more. */
export async function beginArchive(db: Queryable, one: NewArchive): Promise<void> {
  await db.rows(sql`/* partitions.beginArchive */
    WITH abandoned AS (
      UPDATE partition_archive SET state = 'ABANDONED'
      WHERE cluster = ${one.cluster} AND schema_name = ${one.schema} AND partition_name = ${one.partition}
        AND state IN ('PREPARING', 'VERIFIED') AND operation_id <> ${one.operationId}
    )
    INSERT INTO partition_archive (operation_id, cluster, schema_name, table_name, partition_name, from_at, to_at
      , state, location, folder)
    VALUES (${one.operationId}, ${one.cluster}, ${one.schema}, ${one.table}, ${one.partition}, ${one.from}, ${one.to}
      , 'PREPARING', ${one.location}, ${one.folder})
    ON CONFLICT (operation_id, schema_name, partition_name) DO UPDATE
    SET state = CASE partition_archive.state WHEN 'ABANDONED' THEN 'PREPARING' ELSE partition_archive.state END
  `);
}

type Key = Pick<PartitionArchive, 'operationId' | 'schema' | 'partition'>;

/** Read back and found equal. Twice is safe. */
export async function recordVerified(db: Queryable, key: Key, manifest: ArchiveManifest): Promise<void> {
  await db.rows(sql`/* partitions.recordVerified */
    UPDATE partition_archive
    SET state = 'VERIFIED', manifest = ${JSON.stringify(manifest)}, verified_at = clock_timestamp()
    WHERE operation_id = ${key.operationId} AND schema_name = ${key.schema} AND partition_name = ${key.partition}
      AND state IN ('PREPARING', 'VERIFIED')
  `);
}

/** The partition is gone: the file is the only copy. Twice is safe. */
export async function recordDropped(db: Queryable, key: Key): Promise<void> {
  await db.rows(sql`/* partitions.recordDropped */
    UPDATE partition_archive SET state = 'ARCHIVED', dropped_at = coalesce(dropped_at, clock_timestamp())
    WHERE operation_id = ${key.operationId} AND schema_name = ${key.schema} AND partition_name = ${key.partition}
  `);
}

/** It did not come to that. Never of one that is ARCHIVED. Twice is safe. */
export async function abandonArchive(db: Queryable, key: Key): Promise<void> {
  await db.rows(sql`/* partitions.abandonArchive */
    UPDATE partition_archive SET state = 'ABANDONED'
    WHERE operation_id = ${key.operationId} AND schema_name = ${key.schema} AND partition_name = ${key.partition}
      AND state <> 'ARCHIVED'
  `);
}

/** Twice is safe. */
export async function recordRestored(db: Queryable, key: Key): Promise<void> {
  await db.rows(sql`/* partitions.recordRestored */
    UPDATE partition_archive SET restored_at = clock_timestamp()
    WHERE operation_id = ${key.operationId} AND schema_name = ${key.schema} AND partition_name = ${key.partition}
  `);
}

/** What was seen of the counters of a relation. */
export interface SeenWrites {
  readonly id: number;
  /** The first look. */
  readonly seenAt: Date;
  /** When a change was noticed last; null: never. */
  readonly changedAt: Date | null;
}

/** Remembers the counters of writes, and when they changed. Twice is safe. */
export async function recordWrites(
  db: Queryable,
  cluster: string,
  leaves: readonly { readonly id: number; readonly writes: bigint }[],
): Promise<void> {
  await db.rows(sql`/* partitions.recordWrites */
    INSERT INTO partition_write AS seen (cluster, relation_id, writes)
    SELECT ${cluster}, id::oid, writes
    FROM unnest(${leaves.map(({ id }) => id)}::int8[], ${leaves.map(({ writes }) => String(writes))}::int8[]) AS now (id, writes)
    ON CONFLICT (cluster, relation_id) DO UPDATE
    SET writes = EXCLUDED.writes, changed_at = clock_timestamp()
    WHERE seen.writes <> EXCLUDED.writes
  `);
}

export async function listWrites(db: Queryable, cluster: string): Promise<ReadonlyMap<number, SeenWrites>> {
  const rows = await db.rows<SeenWrites>(sql`/* partitions.listWrites */
    SELECT relation_id::int8::float8 AS id, seen_at AS "seenAt", changed_at AS "changedAt"
    FROM partition_write WHERE cluster = ${cluster}
  `);
  return new Map(rows.map((one) => [one.id, one]));
}
