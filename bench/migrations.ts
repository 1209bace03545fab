import { compareLinters } from './linters.ts';
import { type Contender, listContenders } from './migrations/contenders.ts';
import { listSmallMigrations, type MigrationDirectories, writeMigrations } from './migrations/files.ts';
import { reportMigrations } from './migrations/report.ts';
import { startTargetServer, type TargetServer } from './target-server.ts';
import { measureStall, type Stall } from './migrations/stall.ts';
import { type Report, tell } from './report.ts';

export interface MigrationsOptions {
  readonly rounds: number;
  /** Small migrations of the first comparison. */
  readonly files: number;
  readonly signal: AbortSignal;
}

/** Of one contender: one value for each round, in milliseconds. */
export interface ContenderTimes {
  readonly contender: Contender;
  readonly upMs: number[];
  readonly statusMs: number[];
  readonly stalls: Stall[];
}

/** How long the reader of the stall stays behind its query. */
const READER_MS = 5_000;
const WARM_UP_FILES = 50;
/** Asked so often on the same database; the median counts. */
const STATUS_REPEATS = 3;

/**
 * Our runner against others on one server: many small migrations, a look at what is applied, and DDL behind a reader.
 * Then our analysis beside a linter.
 */
export async function benchMigrations(options: MigrationsOptions): Promise<Report> {
  const { rounds, files, signal } = options;
  tell('starting a PostgreSQL server');
  await using server = await startTargetServer();
  const few = writeMigrations(`${server.root}/few`, listSmallMigrations(Math.min(files, WARM_UP_FILES)));
  const all = writeMigrations(`${server.root}/files`, listSmallMigrations(files));
  const contenders = await listContenders();
  const times = contenders.map((contender): ContenderTimes => ({
    contender,
    upMs: [],
    statusMs: [],
    stalls: [],
  }));
  for (let round = 0; round <= rounds; round++) {
    const directories = round === 0 ? few : all;
    for (const one of inTurns(times, round)) await measureRound(server, directories, { one, round, signal });
  }
  for (let round = 1; round <= rounds; round++) {
    for (const one of inTurns(times, round)) {
      if (one.contender.status === null) continue; // those are variants of one that is there
      signal.throwIfAborted();
      const stall = await measureStall(server, { contender: one.contender, readerMs: READER_MS, signal });
      tell(
        `round ${round}  ${one.contender.name}: others waited for ${Math.round(stall.longestMs)} ms at most`,
      );
      one.stalls.push(stall);
    }
  }
  tell('asking the linters');
  const linters = await compareLinters(server.root, signal);
  return reportMigrations({ options, times, readerMs: READER_MS, linters, postgresVersion: server.version });
}

/** Each round begins with another one, so that nobody always stands behind the same. */
function inTurns<One>(all: readonly One[], round: number): readonly One[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

interface Round {
  readonly one: ContenderTimes;
  /** 0 warms up and does not count. */
  readonly round: number;
  readonly signal: AbortSignal;
}

async function measureRound(
  server: TargetServer,
  directories: MigrationDirectories,
  { one, round, signal }: Round,
): Promise<void> {
  signal.throwIfAborted();
  const { contender } = one;
  await server.withDatabase(async (connection) => {
    const target = { connection, directory: directories[contender.format], signal };
    const upMs = await timed(() => contender.up(target));
    const statusMs: number[] = [];
    for (let repeat = 0; repeat < STATUS_REPEATS; repeat++)
      if (contender.status) statusMs.push(await timed(() => contender.status?.(target) ?? Promise.resolve()));
    const status = statusMs.sort((a, b) => a - b)[Math.floor(statusMs.length / 2)];
    tell(
      `${round === 0 ? 'warm-up' : `round ${round}`}  ${contender.name}: ${Math.round(upMs)} ms${status === undefined ? '' : `, status ${Math.round(status)} ms`}`,
    );
    if (round === 0) return;
    one.upMs.push(upMs);
    if (status !== undefined) one.statusMs.push(status);
  });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
