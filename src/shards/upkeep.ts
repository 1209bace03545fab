import type { Log } from '../log.ts';
import { mirrorAll, type MirrorOptions } from './directory/mirror.ts';
import { measureAll } from './load/measure.ts';
import type { SharedTables } from './shared/shared.ts';

export interface UpkeepOptions extends MirrorOptions {
  readonly shared: SharedTables;
  readonly log: Log;
  /** Default 30 s. */
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;

/**
 * What goes on by itself on every worker: mirrors are brought to the directory's view, organizations that are found
 * are placed, new shards follow the home of shared tables, and loads are measured. All of it is safe twice at a time.
 */
export function createUpkeep(options: UpkeepOptions) {
  const { everyMs = EVERY_MS, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let underWay: Promise<void> = Promise.resolve();
  const round = async () => {
    await keepUp(options).catch((error: unknown) => log.error({ err: error }, 'the upkeep of shards failed'));
    if (!isStopped) timer = setTimeout(next, everyMs).unref();
  };
  const next = () => {
    underWay = round();
  };
  return {
    name: 'upkeep of shards',
    start: () => {
      next();
      return Promise.resolve();
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}

/** One round; a shard that is away is left for the next one. */
export async function keepUp({ shared, log, ...options }: UpkeepOptions): Promise<void> {
  const shards = await options.directory.listShards();
  if (shards.length === 0) return;
  for (const report of await mirrorAll(options)) {
    if (report.contradictions.length > 0) log.error({ ...report }, 'organizations have two homes');
    const shard = shards.find((one) => one.name === report.shard);
    if (shard === undefined || report.state !== 'DONE') continue;
    await shared.setUp(shard, false).catch((error: unknown) => {
      log.warn({ err: error, shard: shard.name }, 'the shard does not follow the home of the shared tables');
    });
  }
  await measureAll(options);
}
