import { z } from 'zod';
import { type ClickHouse, codeOf } from '../../clickhouse/client.ts';

/** A part that could not be read, and why. */
export interface Missing {
  readonly reason: string;
  readonly hint: string | null;
}

export interface ClickHouseLook {
  readonly version: string;
  readonly uptimeSeconds: number;
  /** Gauges of the moment, and those that are worked out now and then, by name. */
  readonly gauges: ReadonlyMap<string, number> | Missing;
  readonly limits: ReadonlyMap<string, number> | Missing;
  readonly parts: { readonly worst: number; readonly where: string | null } | Missing;
  readonly replicas: ReplicaFigures | Missing;
  readonly disks:
    readonly { readonly name: string; readonly freeBytes: number; readonly totalBytes: number }[] | Missing;
  readonly mutations: { readonly failed: number; readonly where: string | null } | Missing;
  readonly errors: { readonly total: number; readonly newest: string | null } | Missing;
  /** Of the first question, with the connection. */
  readonly tookMs: number;
  readonly atMs: number;
}

export interface ReplicaFigures {
  readonly tables: number;
  readonly readonlyTables: number;
  readonly worstDelaySeconds: number;
  readonly longestQueue: number;
  /** One that takes no writes, else the one that is furthest behind; null when none is replicated. */
  readonly where: string | null;
}

// Large integers come as text, so that no client rounds them.
const count = z.coerce.number();
const text = z.string();
const VERSION = z.object({ version: text, uptime: count });
const PLACE = z.object({ table: text, name: text });
const NAMED = z.object({ name: text, value: count });

type Ask = <Row>(statement: string, row: z.ZodType<Row>) => Promise<readonly Row[]>;

/** One statement after the other, on one connection. A part that may not be read does not take the others with it. */
export async function readClickHouse(client: ClickHouse, signal: AbortSignal): Promise<ClickHouseLook> {
  const ask: Ask = (statement, row) => client.rows(statement, row, signal);
  const startedMs = performance.now();
  const [first] = await ask(
    '/* platform.readVersion */ SELECT version() AS version, uptime() AS uptime',
    VERSION,
  );
  const tookMs = performance.now() - startedMs;
  if (first === undefined) throw new Error('its answer has no rows');
  const has = await readCatalogue(ask);
  const attempt = <Part>(place: string, read: () => Promise<Part>) => tryToRead(has, place, read);
  return {
    ...{ version: first.version, uptimeSeconds: first.uptime, tookMs, atMs: performance.now() },
    gauges: await attempt('metrics.value', () => readGauges(ask)),
    limits: await attempt('merge_tree_settings.value', () => readLimits(ask)),
    parts: await attempt('parts.active', () => readParts(ask)),
    replicas: await attempt('replicas.absolute_delay', () => readReplicas(ask)),
    disks: await attempt('disks.free_space', () => readDisks(ask)),
    mutations: await attempt('mutations.latest_fail_reason', () => readMutations(ask)),
    errors: await attempt('errors.last_error_time', () => readErrors(ask)),
  };
}

/** `table.column` of what this version has to say: older ones know less, and nothing is guessed. */
async function readCatalogue(ask: Ask): Promise<ReadonlySet<string>> {
  const rows = await ask(
    `/* platform.readCatalogue */ SELECT table, name FROM system.columns WHERE database = 'system'
       AND table IN ('metrics', 'merge_tree_settings', 'parts', 'replicas', 'disks', 'mutations', 'errors')`,
    PLACE,
  );
  return new Set(rows.map(({ table, name }) => `${table}.${name}`));
}

/** ClickHouse shows only the columns that a user may read, so one that is not there may also be forbidden. */
async function tryToRead<Part>(
  has: ReadonlySet<string>,
  place: string,
  read: () => Promise<Part>,
): Promise<Part | Missing> {
  const [table] = place.split('.');
  if (!has.has(place))
    return {
      reason: `this version has no system.${place}, or does not show it to us`,
      hint: `GRANT SELECT ON system.${table} TO the user that we come as, if the version has it.`,
    };
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) !== ACCESS_DENIED) throw error;
    return {
      reason: `we may not read system.${table}`,
      hint: `GRANT SELECT ON system.${table} TO the user that we come as.`,
    };
  }
}

async function readGauges(ask: Ask): Promise<ReadonlyMap<string, number>> {
  const now = await ask('/* platform.readGauges */ SELECT metric AS name, value FROM system.metrics', NAMED);
  const slow = await ask(
    '/* platform.readSlowGauges */ SELECT metric AS name, value FROM system.asynchronous_metrics',
    NAMED,
  );
  return new Map([...slow, ...now].map(({ name, value }) => [name, value]));
}

async function readLimits(ask: Ask): Promise<ReadonlyMap<string, number>> {
  const rows = await ask(
    `/* platform.readLimits */ SELECT name, value FROM system.merge_tree_settings
     WHERE name IN ('parts_to_delay_insert', 'parts_to_throw_insert')`,
    NAMED,
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

async function readParts(ask: Ask): Promise<{ readonly worst: number; readonly where: string | null }> {
  const [row] = await ask(
    `/* platform.readParts */ SELECT count() AS value, concat(database, '.', table) AS name FROM system.parts
     WHERE active GROUP BY database, table, partition ORDER BY value DESC LIMIT 1`,
    NAMED,
  );
  return { worst: row?.value ?? 0, where: row?.name ?? null };
}

async function readReplicas(ask: Ask): Promise<ReplicaFigures> {
  const row = z.object({ name: text, readonly: count, delay: count, queue: count });
  const rows = await ask(
    `/* platform.readReplicas */ SELECT concat(database, '.', table) AS name, is_readonly AS readonly
       , absolute_delay AS delay, queue_size AS queue
     FROM system.replicas ORDER BY is_readonly DESC, absolute_delay DESC LIMIT 10000`,
    row,
  );
  return {
    tables: rows.length,
    readonlyTables: rows.filter((one) => one.readonly > 0).length,
    worstDelaySeconds: Math.max(0, ...rows.map(({ delay }) => delay)),
    longestQueue: Math.max(0, ...rows.map(({ queue }) => queue)),
    where: rows[0]?.name ?? null,
  };
}

async function readDisks(ask: Ask) {
  const row = z.object({ name: text, free: count, total: count });
  const rows = await ask(
    '/* platform.readDisks */ SELECT name, free_space AS free, total_space AS total FROM system.disks',
    row,
  );
  // An object store has no size that could be used up.
  return rows
    .filter(({ total }) => total > 0 && total < Number.MAX_SAFE_INTEGER)
    .map(({ name, free, total }) => ({ name, freeBytes: free, totalBytes: total }));
}

async function readMutations(ask: Ask): Promise<{ readonly failed: number; readonly where: string | null }> {
  const [row] = await ask(
    `/* platform.readMutations */ SELECT count() AS value, any(concat(database, '.', table, ': ', latest_fail_reason)) AS name
     FROM system.mutations WHERE NOT is_done AND latest_fail_reason != ''`,
    NAMED,
  );
  const failed = row?.value ?? 0;
  return { failed, where: failed === 0 ? null : (row?.name.slice(0, MOST_TEXT) ?? null) };
}

async function readErrors(ask: Ask): Promise<{ readonly total: number; readonly newest: string | null }> {
  const [row] = await ask(
    `/* platform.readErrors */ SELECT sum(value) AS value, argMax(name, last_error_time) AS name FROM system.errors`,
    NAMED,
  );
  return { total: row?.value ?? 0, newest: row === undefined || row.name === '' ? null : row.name };
}

const MOST_TEXT = 200;
const ACCESS_DENIED = 497;
