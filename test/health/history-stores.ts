import { createClickHouseArchive } from '../../src/health/history/clickhouse/archive.ts';
import type { BufferState } from '../../src/health/history/clickhouse/write-buffer.ts';
import { createControlArchive } from '../../src/health/history/control-archive.ts';
import type { SampleArchive } from '../../src/health/history/history.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { type ClickHouseServer, startClickHouse } from '../platform/clickhouse-server.ts';
import { createControlDatabase } from '../support/control.ts';

/** A place for the history, with what the tests do to it from outside. */
export interface HistoryStore extends AsyncDisposable {
  readonly archive: SampleArchive;
  /** That of another worker. */
  readonly other: SampleArchive;
  /** All that was recorded is there. */
  written(): Promise<void>;
  /** So much time passes that this level is rolled up and gone. */
  outlive(level: 'SAMPLES' | 'MINUTES'): Promise<void>;
}

const DAY_MS = 86_400_000;

/** `start`: before the first sample that is to come. */
export async function openControlStore(start: Date): Promise<HistoryStore> {
  const control = await createControlDatabase();
  const { db } = control;
  const archive = createControlArchive(db);
  // Partitions for what is to come, though it lies a little back.
  const goBack = () => db.rows(sql`UPDATE health_rollup SET through = ${start}`);
  await goBack();
  await archive.maintain();
  await goBack();
  return {
    ...{ archive, other: createControlArchive(db), written: () => Promise.resolve() },
    async outlive(level) {
      await archive.maintain();
      await db.rows(raw(`DELETE FROM ${level === 'SAMPLES' ? 'health_sample' : 'health_minute'}`));
    },
    [Symbol.asyncDispose]: () => control[Symbol.asyncDispose](),
  };
}

export interface ClickHouseStore extends HistoryStore {
  readonly server: ClickHouseServer;
  /** What the first worker has told of its way into the history, the newest last. */
  readonly told: BufferState[];
  readonly connection: ReturnType<typeof connectTo>;
}

export async function openClickHouseStore(
  program: string,
  disk: { readonly diskMb?: number } = {},
): Promise<ClickHouseStore> {
  const server = await startClickHouse(program, disk);
  const connection = connectTo(server, server.user);
  const told: BufferState[] = [];
  let now = () => new Date();
  const open = (tell: (state: BufferState) => Promise<void>) =>
    createClickHouseArchive({ connection, tell, claim: () => Promise.resolve(true), now: () => now() });
  const archive = open(async (state) => void told.push(state));
  const other = open(() => Promise.resolve());
  return {
    ...{ archive, other, server, told, connection, written: archive.flush },
    async outlive(level) {
      const later = Date.now() + (level === 'SAMPLES' ? 4 : 35) * DAY_MS;
      now = () => new Date(later);
      await archive.maintain();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([archive.stop(), other.stop()]);
      await server[Symbol.asyncDispose]();
    },
  };
}

export function connectTo({ url, password }: Pick<ClickHouseServer, 'url' | 'password'>, user: string) {
  return { url, user, readPassword: () => password, readAuthority: () => null };
}
