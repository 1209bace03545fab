import {
  type ClickHouse,
  type ClickHouseConnection,
  codeOf,
  openClickHouse,
  reasonOf,
} from '../../../clickhouse/client.ts';
import { HistoryUnavailableError } from '../errors.ts';
import type { HistoryAnswer, HistoryQuery, SampleArchive } from '../history.ts';
import { chooseRanges, DAY_MS } from '../ranges.ts';
import { readRolledUp, rollUpDay } from './rollup-store.ts';
import { insertSamples, readBuckets, toDay } from './sample-store.ts';
import { dropOld, ensureTables, listPartitions } from './table-store.ts';
import {
  type BufferState,
  createWriteBuffer,
  type WriteBuffer,
  type WriteBufferOptions,
} from './write-buffer.ts';

export interface ClickHouseArchiveOptions extends Pick<
  WriteBufferOptions,
  'mostWaiting' | 'lingerMs' | 'retryMs'
> {
  readonly connection: ClickHouseConnection;
  /** Takes or keeps the right to roll up, so that of several workers one does. */
  readonly claim: () => Promise<boolean>;
  /** Told how the way into the history is, after each attempt to write. */
  readonly tell: (state: BufferState) => Promise<void>;
  /** Left out: the clock of this process. */
  readonly now?: () => Date;
}

/** Samples are taken at once; they are written a few seconds later. */
export interface ClickHouseArchive extends SampleArchive, Pick<WriteBuffer, 'flush'> {
  /** Writes what waits, for two seconds at most, and lets the connections go. */
  stop(): Promise<void>;
}

/** A read that takes longer helps nobody, and a collector that starts waits for the first look at the tables. */
const BOUNDS = { requestTimeoutMs: 5_000, maxConnections: 4, application: 'sunday-history' } as const;
/** A day of one instance is some hundred thousand rows. */
const ROLLUP_BOUNDS = { ...BOUNDS, requestTimeoutMs: 120_000, maxConnections: 1 } as const;
/** A day is rolled up a day after its end: what a worker could not write at once is in it by then. */
const LATE_MS = DAY_MS;
/** What has piled up is worked off in pieces. */
const MOST_DAYS = 3;
/** The server's number for a table that is not there. */
const UNKNOWN_TABLE = 60;

/** History in ClickHouse. A server that is full, slow or gone costs samples at most, never a look or an alert. */
export function createClickHouseArchive(options: ClickHouseArchiveOptions): ClickHouseArchive {
  const { connection, claim, tell, now = () => new Date(), ...limits } = options;
  const client = openClickHouse(connection, BOUNDS);
  let isReady = false;
  let maintaining: Promise<void> | null = null;
  const ensure = async () => {
    if (!isReady) await ensureTables(client);
    isReady = true;
  };
  const buffer = createWriteBuffer({
    ...{ ...limits, tell, explain: reasonOf },
    async write(samples, signal) {
      try {
        await ensure();
        await insertSamples(client, samples, signal);
      } catch (error) {
        isReady = false; // the tables may be gone
        throw error;
      }
    },
  });
  const maintain = async () => {
    if (!(await claim())) return;
    await ensure();
    await rollUpAndDrop(client, connection, now());
  };
  return {
    record: async (sample) => buffer.add(sample),
    flush: () => buffer.flush(),
    async read(query) {
      try {
        return await read(client, query, now());
      } catch (error) {
        // Nobody has written yet; who reads may not even be allowed to make tables.
        if (codeOf(error) === UNKNOWN_TABLE) return { stepSeconds: query.stepSeconds, buckets: [] };
        throw new HistoryUnavailableError(reasonOf(error), error);
      }
    },
    maintain: () => (maintaining ??= maintain().finally(() => (maintaining = null))),
    async stop() {
      await buffer.stop();
      await client.close();
    },
  };
}

async function read(client: ClickHouse, query: HistoryQuery, now: Date): Promise<HistoryAnswer> {
  const rolledUp = await readRolledUp(client);
  const ranges = chooseRanges(query, { minute: rolledUp, hour: rolledUp }, now);
  return { stepSeconds: ranges.stepSeconds, buckets: await readBuckets(client, query, ranges) };
}

/** Whole days, the oldest first; then what is too old goes. */
async function rollUpAndDrop(client: ClickHouse, connection: ClickHouseConnection, now: Date): Promise<void> {
  const rolledUp = await readRolledUp(client);
  const due = (await listPartitions(client))
    .filter(({ table, span }) => table === 'health_sample' && span.from >= rolledUp)
    .filter(({ span }) => span.to.getTime() + LATE_MS <= now.getTime());
  const patient = openClickHouse(connection, ROLLUP_BOUNDS);
  try {
    for (const { span } of due.slice(0, MOST_DAYS)) await rollUpDay(patient, toDay(span.from));
    await dropOld(patient, await listPartitions(patient), { now, rolledUp: await readRolledUp(patient) });
  } finally {
    await patient.close();
  }
}
