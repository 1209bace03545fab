import { parseArgs } from 'node:util';
import { benchApi } from './api.ts';
import { BACKUP_PARTS, benchBackup } from './backup.ts';
import { benchHealth, HEALTH_PARTS } from './health.ts';
import { benchMigrations } from './migrations.ts';
import { benchPartitions } from './partitions.ts';
import { benchShards } from './shards.ts';

const HELP = `Usage: npm run bench -- api | backup | health | migrations | partitions | shards [options]

  api      requests per CPU-second and latency of the API, against Apollo Server and Mercurius on the same rows
             --rounds N        of each server and query, interleaved (5)
             --seconds N       of each measurement (2)
             --connections N   that are kept busy (10)
  backup   backups, restores and what is known about them, each against pgBackRest, pg_basebackup or a limit
             --rounds N        of each way, interleaved (3)
             --size-mb N       of the data set (600)
             --only PARTS      of ${BACKUP_PARTS.join(',')} (all)
             --part-minutes N  that one of them may take (20)
  health   what watching costs against the exporter of Prometheus, and how right p95, bloat, plans, sizes, advice are
             --rounds N        of each way, interleaved (3)
             --only PARTS      of ${HEALTH_PARTS.join(',')} (all)
             --part-minutes N  that one of them may take (20)
  migrations  our runner against node-pg-migrate and dbmate: many small ones, a look at them, DDL behind a reader;
             and our analysis beside squawk
             --rounds N        of each runner, interleaved (3)
             --files N         small migrations (500)
  partitions  maintenance of 3 tables x 60 months against pg_partman, alone and under a long reader
             --rounds N          of each, interleaved (3)
             --reader-seconds N  that the reader stays in its transaction (8)
  shards   an organization that moves while it is written to: what its writers see, and the rate of the copy
           beside plain COPY; the data are in memory where /dev/shm has room for it, TMPDIR=/tmp puts them on the disk
             --rounds N        of each way, interleaved (3)
             --rows N          of the organization (600000)
  --json   one JSON document on standard output; what goes on is told on standard error
  --help   this text`;

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      connections: { type: 'string', default: '10' },
      'size-mb': { type: 'string', default: '600' },
      'part-minutes': { type: 'string', default: '20' },
      files: { type: 'string', default: '500' },
      'reader-seconds': { type: 'string', default: '8' },
      rows: { type: 'string', default: '600000' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [what] = positionals;
  if (
    values.help ||
    (what !== 'api' &&
      what !== 'backup' &&
      what !== 'health' &&
      what !== 'migrations' &&
      what !== 'partitions' &&
      what !== 'shards')
  ) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const asked = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => asked.abort(new Error('stopped on request')));
  }
  const { signal } = asked;
  const apiOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '5', 1, 100),
    seconds: toNumber('--seconds', values.seconds, 0.5, 60),
    connections: toNumber('--connections', values.connections, 1, 500),
    signal,
  });
  const backupOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '3', 1, 50),
    sizeMb: toNumber('--size-mb', values['size-mb'], 20, 100_000),
    only: toParts(values.only, BACKUP_PARTS),
    partMinutes: toNumber('--part-minutes', values['part-minutes'], 1, 600),
    signal,
  });
  const healthOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '3', 1, 50),
    only: toParts(values.only, HEALTH_PARTS),
    partMinutes: toNumber('--part-minutes', values['part-minutes'], 1, 600),
    signal,
  });
  const migrationsOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '3', 1, 50),
    files: toNumber('--files', values.files, 5, 5_000),
    signal,
  });
  const partitionsOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '3', 1, 50),
    readerSeconds: toNumber('--reader-seconds', values['reader-seconds'], 1, 600),
    signal,
  });
  const shardsOptions = () => ({
    rounds: toNumber('--rounds', values.rounds ?? '3', 1, 50),
    rows: toNumber('--rows', values.rows, 3_000, 100_000_000),
    signal,
  });
  const benches = {
    api: () => benchApi(apiOptions()),
    backup: () => benchBackup(backupOptions()),
    health: () => benchHealth(healthOptions()),
    migrations: () => benchMigrations(migrationsOptions()),
    partitions: () => benchPartitions(partitionsOptions()),
    shards: () => benchShards(shardsOptions()),
  };
  try {
    const { text, json } = await benches[what]();
    console.log(values.json ? JSON.stringify(json, null, 2) : text);
  } catch (error) {
    if (!asked.signal.aborted) throw error;
    console.error('stopped on request');
    process.exitCode = 130;
  }
}

function toNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (number >= least && number <= most) return number;
  console.error(`${name} is a number from ${least} to ${most}, not ${text}`);
  process.exit(2);
}

function toParts(text: string | undefined, all: readonly string[]): readonly string[] {
  const parts = text?.split(',') ?? all;
  if (parts.every((one) => all.includes(one))) return parts;
  console.error(`--only is of ${all.join(', ')}, not ${text}`);
  process.exit(2);
}
