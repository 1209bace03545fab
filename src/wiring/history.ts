import { createClickHouseArchive } from '../health/history/clickhouse/archive.ts';
import { putWriter, readWriters, type Writers } from '../health/history/clickhouse/writer-store.ts';
import { createControlArchive } from '../health/history/control-archive.ts';
import type { SampleArchive } from '../health/history/history.ts';
import * as leases from '../health/collect/lease-store.ts';
import type { Ground } from './noun.ts';
import { toConnection } from './platform.ts';

/** Where the history is kept, and how the workers write into it. */
export interface OpenArchive {
  readonly archive: SampleArchive;
  /** Null: they write into the control database, and need to tell nobody. */
  readonly readWriters: (() => Promise<Writers>) | null;
  /** Writes what waits. */
  readonly close: () => Promise<void>;
}

/** No cluster has a slash in its name. */
const ROLLUP_LEASE = 'history/rollup';
/** Twice the interval of those who ask for it. */
const ROLLUP_LEASE_MS = 120_000;

/** In ClickHouse when one is configured for it, else in the control database. */
export function openArchive({
  config,
  db,
  log,
  workerId,
}: Pick<Ground, 'db' | 'workerId'> & {
  readonly config: Pick<Ground['config'], 'health'>;
  readonly log: Pick<Ground['log'], 'warn'>;
}): OpenArchive {
  const { clickhouse } = config.health.history;
  const control = createControlArchive(db);
  if (clickhouse === undefined)
    return { archive: control, readWriters: null, close: () => Promise.resolve() };
  const archive = createClickHouseArchive({
    connection: { ...toConnection({ name: 'history', ...clickhouse }), database: clickhouse.database },
    async claim() {
      const lease = { clusters: [ROLLUP_LEASE], leaseMs: ROLLUP_LEASE_MS };
      return (await leases.claim(db, workerId, lease)).has(ROLLUP_LEASE);
    },
    tell: (state) =>
      putWriter(db, workerId, state).catch((error: unknown) =>
        log.warn({ err: error, ...state }, 'it cannot be told how the history is written'),
      ),
  });
  return {
    archive: {
      ...archive,
      // What was kept here before gets old all the same.
      maintain: async () => {
        await control.maintain();
        await archive.maintain();
      },
    },
    readWriters: () => readWriters(db),
    close: archive.stop,
  };
}
