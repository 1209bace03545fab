import type { Transaction } from '../../postgres/pool.ts';
import { identifier, literal, sql } from '../../postgres/sql.ts';
import { DAY_MS, RETENTION_MS } from './ranges.ts';

const AHEAD = 2;

interface Level {
  readonly table: string;
  readonly keptMs: number;
  /** Start of the partition that holds `at`, moved by so many partitions; in UTC. */
  readonly startOf: (at: Date, offset: number) => Date;
}

const byDay = (at: Date, offset: number) =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + offset));
const byMonth = (at: Date, offset: number) =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + offset, 1));

const LEVELS: readonly Level[] = [
  { table: 'health_sample', keptMs: RETENTION_MS.SAMPLE, startOf: byDay },
  { table: 'health_minute', keptMs: RETENTION_MS.MINUTE, startOf: byDay },
  { table: 'health_hour', keptMs: RETENTION_MS.HOUR, startOf: byMonth },
];

/**
 * Makes the partitions from the oldest that something may still be written to on, and drops those in which everything
 * is too old. `behind`: up to where the rollup has come, for nothing is dropped before it was rolled up.
 */
export async function keepPartitions(tx: Transaction, now: Date, behind: Date): Promise<void> {
  for (const level of LEVELS) {
    const existing = await listPartitions(tx, level.table);
    const oldest = new Date(Math.max(behind.getTime(), now.getTime() - level.keptMs));
    const last = level.startOf(now, AHEAD);
    for (let offset = 0; level.startOf(oldest, offset) <= last; offset++)
      await makePartition(tx, level, { at: level.startOf(oldest, offset), existing });
    for (const name of existing) if (isOver(level, name, { now, behind })) await dropPartition(tx, name);
  }
}

/** Names, e.g. `health_sample_20261122`. */
async function listPartitions(tx: Transaction, table: string): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ name: string }>(sql`/* health.listPartitions */
    SELECT c.relname AS name
    FROM pg_inherits
    JOIN pg_class AS c ON c.oid = inhrelid
    WHERE inhparent = to_regclass(${table})
  `);
  return new Set(rows.map(({ name }) => name));
}

async function makePartition(
  tx: Transaction,
  level: Level,
  { at, existing }: { readonly at: Date; readonly existing: ReadonlySet<string> },
): Promise<void> {
  const name = `${level.table}_${at.toISOString().slice(0, 10).replaceAll('-', '')}`;
  if (existing.has(name)) return;
  await tx.rows(sql`/* health.makePartition */
    CREATE TABLE ${identifier(name)} PARTITION OF ${identifier(level.table)}
    FOR VALUES FROM (${literal(at.toISOString())}) TO (${literal(level.startOf(at, 1).toISOString())})
  `);
}

/** Its name says where it begins. */
function isOver(
  level: Level,
  name: string,
  { now, behind }: { readonly now: Date; readonly behind: Date },
): boolean {
  const [, year = '', month = '', day = ''] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
  const begin = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const end = level.startOf(begin, 1).getTime();
  // A rollup that hangs for a week must not fill the disk either.
  const isRolledUp = end <= behind.getTime() || end < now.getTime() - level.keptMs - 7 * DAY_MS;
  return end <= now.getTime() - level.keptMs && (isRolledUp || level.table === 'health_hour');
}

async function dropPartition(tx: Transaction, name: string): Promise<void> {
  await tx.rows(sql`/* health.dropPartition */ DROP TABLE ${identifier(name)}`);
}
