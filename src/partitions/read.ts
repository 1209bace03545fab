import type { Fleet } from '../fleet/fleet.ts';
import type { Database } from '../postgres/pool.ts';
import { coverageUntil, detectInterval, findGaps } from './bounds.ts';
import { PartitionedTableNotFoundError } from './errors.ts';
import type { Partition, PartitionArchive, PartitionedTable } from './partition.ts';
import {
  countRows,
  inUtc,
  type LiveLeaf,
  type LiveTable,
  readLeaves,
  readSizes,
  readTables,
} from './probe.ts';
import { listArchives, listWrites, type SeenWrites } from './store.ts';

export interface ReadDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Database;
}

/** A table with what the catalog knows it by. */
export interface ReadTable {
  readonly live: LiveTable;
  readonly leaves: readonly LiveLeaf[];
  readonly shown: PartitionedTable;
}

/** Tables of a cluster that are partitioned by time, live, with what was archived of them. */
export async function readPartitions(
  { fleet, db }: ReadDependencies,
  cluster: string,
  now: Date,
): Promise<readonly ReadTable[]> {
  const primary = await fleet.primary(cluster);
  const { tables, leaves } = await inUtc(primary, async (tx) => ({
    tables: await readTables(tx),
    leaves: await readLeaves(tx),
  }));
  const [sizes, writes, [archives = []]] = await Promise.all([
    readSizes(
      primary,
      leaves.map(({ id }) => id),
    ),
    listWrites(db, cluster),
    listArchives(db, [cluster]),
  ]);
  const rows = await countDefaults(primary, tables, leaves);
  return tables.map((live) => {
    const own = leaves.filter(({ tableId }) => tableId === live.id);
    const taken = archives.filter(({ schema, table }) => schema === live.schema && table === live.name);
    const facts = { cluster, live, leaves: own, archives: taken, sizes, writes, now };
    return { live, leaves: own, shown: toTable(facts, rows.get(live.id) ?? null) };
  });
}

/** @throws {PartitionedTableNotFoundError} `name` may have its schema in front. */
export function pickTable(cluster: string, tables: readonly ReadTable[], name: string): ReadTable {
  const found = tables.find(
    ({ live }) => `${live.schema}.${live.name}` === name || (live.name === name && live.schema === 'public'),
  );
  if (found) return found;
  throw new PartitionedTableNotFoundError(
    cluster,
    name,
    tables.map(({ live }) => titleOf(live)),
  );
}

/** As people type it: without its schema where that is public. */
export function titleOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}

async function countDefaults(
  db: Database,
  tables: readonly LiveTable[],
  leaves: readonly LiveLeaf[],
): Promise<ReadonlyMap<number, bigint>> {
  const counts = new Map<number, bigint>();
  for (const { id, schema } of tables) {
    const leaf = leaves.find(({ tableId, isDefault }) => tableId === id && isDefault);
    if (leaf) counts.set(id, await countRows(db, schema, leaf.name));
  }
  return counts;
}

interface Facts {
  readonly cluster: string;
  readonly live: LiveTable;
  readonly leaves: readonly LiveLeaf[];
  readonly archives: readonly PartitionArchive[];
  readonly sizes: ReadonlyMap<number, bigint> | null;
  readonly writes: ReadonlyMap<number, SeenWrites>;
  readonly now: Date;
}

function toTable(facts: Facts, rowsInDefault: bigint | null): PartitionedTable {
  const { cluster, live, leaves, now } = facts;
  const attached = leaves.filter(({ state, isDefault }) => state === 'ATTACHED' && !isDefault);
  const { schema, name, keyColumn, keyType, policy } = live;
  const table = {
    ...{ cluster, schema, name, keyColumn, keyType, policy, rowsInDefault },
    interval: detectInterval(attached),
    coverageUntil: coverageUntil(attached, now),
    defaultPartition: leaves.find(({ isDefault }) => isDefault)?.name ?? null,
    partitions: toPartitions(facts),
  };
  return { ...table, problems: findProblems(table, now) };
}

function toPartitions(facts: Facts): readonly Partition[] {
  const { cluster, live, leaves, archives, sizes, writes } = facts;
  const base = { cluster, schema: live.schema, table: live.name };
  const there = leaves.map((leaf): Partition => {
    // Of several tries the newest; one that is ARCHIVED tells of an earlier life of a table that is here again.
    const archive = archives.findLast(({ partition }) => partition === leaf.name) ?? null;
    return {
      ...base,
      ...{ name: leaf.name, state: leaf.state, isDefault: leaf.isDefault },
      from: leaf.from ?? (leaf.state === 'DETACHED' ? (archive?.from ?? null) : null),
      to: leaf.to ?? (leaf.state === 'DETACHED' ? (archive?.to ?? null) : null),
      bytes: sizes?.get(leaf.id) ?? leaf.bytes,
      rowEstimate: leaf.rowEstimate,
      lastWriteAt: writes.get(leaf.id)?.changedAt ?? null,
      indexesValid: leaf.indexesValid,
      replicaIdentity: leaf.replicaIdentity,
      archive,
    };
  });
  const gone = archives
    .filter(({ state, partition }) => state === 'ARCHIVED' && !leaves.some(({ name }) => name === partition))
    .map((archive): Partition => ({
      ...base,
      ...{ name: archive.partition, state: 'ARCHIVED', from: archive.from, to: archive.to, isDefault: false },
      bytes: BigInt(archive.manifest?.storedBytes ?? 0),
      rowEstimate: archive.manifest === null ? null : BigInt(archive.manifest.rowCount),
      ...{ lastWriteAt: null, indexesValid: null, replicaIdentity: null, archive },
    }));
  const beginOf = ({ from, isDefault }: Partition) => (isDefault ? Infinity : (from?.getTime() ?? -Infinity));
  return [...gone, ...there].toSorted((a, b) => compare(beginOf(a), beginOf(b)));
}

/** Infinity minus Infinity is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const WARNING_DAYS = 14;

/** What can be seen without looking closer; `checkPartitionHealth` does that. */
function findProblems(table: Omit<PartitionedTable, 'problems'>, now: Date): readonly string[] {
  const { coverageUntil: until, policy, interval, partitions } = table;
  const attached = partitions.filter(({ state, isDefault }) => state === 'ATTACHED' && !isDefault);
  const problems: string[] = [];
  if (until === null) problems.push('rows of now have no partition');
  else if (until.getTime() < now.getTime() + WARNING_DAYS * 86_400_000)
    problems.push(`rows are taken until ${until.toISOString()} only`);
  if (policy === null) problems.push('no policy: nobody makes or removes its partitions');
  if (interval === null && attached.length > 0)
    problems.push('its partitions are of no interval of the calendar');
  for (const { from, to } of findGaps(attached))
    problems.push(`nothing between ${from.toISOString()} and ${to.toISOString()}`);
  if ((table.rowsInDefault ?? 0n) > 0n)
    problems.push(`${table.rowsInDefault} row(s) in the default partition`);
  for (const { name, state, indexesValid } of partitions) {
    if (state === 'DETACH_PENDING') problems.push(`${name} is half detached: its rows are out of sight`);
    if (state === 'ATTACHED' && indexesValid === false)
      problems.push(`an index of ${name} is missing or invalid`);
  }
  return problems;
}
