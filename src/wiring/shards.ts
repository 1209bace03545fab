import type { AlertService } from '../alerts/service.ts';
import type { HealthReport } from '../health/health.ts';
import { groupOf } from '../health/thresholds.ts';
import { DEFAULT_SETTINGS } from '../moves/moves.ts';
import * as moves from '../moves/store.ts';
import type { Children } from '../operations/children.ts';
import { createDirectory, type Directory } from '../shards/directory/directory.ts';
import { rebalanceOperation, type RebalanceDependencies } from '../shards/rebalance/operation.ts';
import { FIRST_RATES, type MoveRates } from '../shards/rebalance/rates.ts';
import { createShards, type ShardService } from '../shards/service.ts';
import { shardsOf } from '../shards/shards.ts';
import { createSharedTables } from '../shards/shared/shared.ts';
import { createUpkeep } from '../shards/upkeep.ts';
import type { Background, Ground, Wiring } from './noun.ts';

export interface ShardWiringOptions {
  readonly directory: Directory;
  readonly children: Children;
  /** All that is known of a cluster now, by the limits that hold for it. */
  readonly checkHealth: (cluster: string) => Promise<HealthReport>;
  /** Asked for when it is needed: it is made later. */
  readonly alerts: () => Pick<AlertService, 'list'>;
  /** What shards need of moves. */
  readonly moves: {
    readonly toMove: RebalanceDependencies['toMove'];
    /** Organizations that an unfinished move holds. */
    readonly listMoving: () => Promise<ReadonlySet<string>>;
    /** How fast moves have been. */
    readonly readRates: () => Promise<MoveRates>;
  };
}

/** The directory alone: moves need it, and shards need moves. */
export const wireDirectory = ({ db, events, fleet }: Ground): Directory =>
  createDirectory({ db, events, fleet });

/** How many moves back to look for how long they made writers wait. */
const MOVES_LOOKED_AT = 20;

/** What shards need of moves. */
export function linkMoves({ db }: Pick<Ground, 'db'>): ShardWiringOptions['moves'] {
  return {
    toMove: ({ organization, from, to, epoch, window, pauseBudgetMs }) => ({
      kind: 'moves.move',
      input: {
        organization,
        ...{ fromShard: from.shard, fromCluster: from.cluster, toShard: to.shard, toCluster: to.cluster },
        epoch: epoch.toString(),
        settings: {
          ...DEFAULT_SETTINGS,
          window,
          pauseBudgetMs: pauseBudgetMs ?? DEFAULT_SETTINGS.pauseBudgetMs,
        },
      },
    }),
    listMoving: async () => new Set((await moves.listUnfinished(db)).map((one) => one.organization)),
    async readRates() {
      const page = { limit: MOVES_LOOKED_AT, after: null, before: null, fromEnd: false };
      const found = await moves.list(db, {}, page);
      const pauses = found
        .flatMap((one) => one.pauses.filter(({ reason }) => reason !== 'VERIFY'))
        .map(({ milliseconds }) => milliseconds)
        .sort((a, b) => a - b);
      const pauseMs = pauses[Math.floor(pauses.length / 2)];
      if (pauseMs === undefined) return FIRST_RATES;
      return { ...FIRST_RATES, pauseMs, basis: `the pauses of the last ${pauses.length} cutovers` };
    },
  };
}

/** Shards, and which organization lives on which. */
export function wireShards(
  ground: Ground,
  { directory, children, checkHealth, alerts, moves: ofMoves }: ShardWiringOptions,
): Wiring<{ readonly shards: ShardService }> {
  const { config, db, fleet, log } = ground;
  const { listMoving, readRates } = ofMoves;
  const home = config.sharedTablesHome ?? config.clusters[0]?.name ?? '';
  const shared = createSharedTables({ fleet, home });
  const listCritical = (cluster: string) => listCriticalOf({ checkHealth, alerts }, cluster);
  const definition = rebalanceOperation({
    ...{ db, directory, children, listCritical, toMove: ofMoves.toMove },
  });
  const upkeep = createUpkeep({ db, fleet, directory, shared, log, listMoving });
  const background: Background = {
    ...upkeep,
    async start() {
      await directory.register(shardsOf(config.clusters));
      await upkeep.start();
    },
  };
  return {
    definitions: [definition],
    connect: ({ operations }) => ({
      services: {
        shards: createShards({
          ...{ db, fleet, directory, shared, operations, definition, listMoving, readRates, listCritical },
        }),
      },
      background: [background],
    }),
  };
}

/** More than people read at once. */
const MOST_ALERTS = 20;

/** What makes a move dangerous at once. How fast a server answers changes all the time: of that an alert decides. */
const stopsAtOnce = ({ name }: Pick<HealthReport['metrics'][number], 'name'>): boolean =>
  groupOf(name) === 'REPLICATION' || name === 'connections' || name === 'disk_used';

/**
 * What stops moves from and to a cluster: lag, room and connections as they are now, and every critical alert. Rules of
 * alerts have limits of their own, and an alert lasts until it was well for a while; one that somebody has silenced
 * stops nothing.
 */
async function listCriticalOf(
  { checkHealth, alerts }: Pick<ShardWiringOptions, 'checkHealth' | 'alerts'>,
  cluster: string,
): Promise<readonly string[]> {
  const filter = {
    clusters: [cluster],
    severities: ['CRITICAL'] as const,
    states: ['FIRING', 'ACKNOWLEDGED'] as const,
  };
  const page = { limit: MOST_ALERTS, after: null, before: null, fromEnd: false };
  const [{ metrics }, open] = await Promise.all([checkHealth(cluster), alerts().list(filter, page)]);
  const critical = metrics.filter((one) => one.state === 'CRITICAL' && stopsAtOnce(one));
  const others = open.filter(
    (alert) =>
      // What would be lost is a metric of its own, and true the moment after a backup.
      alert.metric !== 'backup_age' &&
      !critical.some(({ name, instance }) => name === alert.metric && instance === alert.instance),
  );
  return [...critical.map(describeCritical), ...others.map(({ summary }) => `alert: ${summary}`)];
}

/** With what helps: nobody should have to look up why nothing moves. */
function describeCritical({ name, instance, reason, hint }: HealthReport['metrics'][number]): string {
  const what = instance === null ? name : `${name} of ${instance}`;
  return [what, ...[reason, hint].filter((one) => one !== null)].join(': ');
}
