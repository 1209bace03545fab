import { createMoveDefinitions } from '../moves/operations.ts';
import type { MoveDirectory } from '../moves/moves.ts';
import { createMoves, type MoveService, type MoveServiceOptions } from '../moves/service.ts';
import { createSides } from '../moves/sides.ts';
import { listUnfinished } from '../moves/store.ts';
import { createMoveWatch } from '../moves/watch.ts';
import { openDatabase } from '../postgres/pool.ts';
import type { Directory } from '../shards/directory/directory.ts';
import { takesOrganizations } from '../shards/shards.ts';
import type { Ground, Wiring } from './noun.ts';

export interface MoveWiringOptions {
  readonly directory: Pick<Directory, 'find' | 'flip' | 'listShards'>;
}

/** Moves of organizations from shard to shard. */
export function wireMoves(
  ground: Ground,
  { directory: placements }: MoveWiringOptions,
): Wiring<{ readonly moves: MoveService }> {
  const { db, fleet, log, config } = ground;
  const directory = toDirectory(placements);
  const deps = {
    ...{ db, directory, passwordDirectory: config.runDirectory },
    openSides: createSides((cluster) => fleet.moverLogin(cluster)),
  };
  const definitions = createMoveDefinitions(deps);
  return {
    definitions: Object.values(definitions),
    connect({ operations }) {
      const eachShard = askShards(ground, placements);
      const watch = createMoveWatch({
        ...{ ...deps, operations, definitions },
        onError: (error, { id }) => log.error({ err: error, move: id }, 'a move could not be looked at'),
      });
      return {
        services: { moves: createMoves({ ...deps, operations, definitions, eachShard }) },
        background: [{ name: 'moves', start: watch.start, stop: watch.stop }],
      };
    },
  };
}

/** Tables of that cluster which a move publishes: what changes them, or takes partitions away, would break it. */
export function listTablesBeingMoved({
  db,
}: Pick<Ground, 'db'>): (cluster: string) => Promise<readonly string[]> {
  return async (cluster) => {
    const moves = (await listUnfinished(db)).filter(
      ({ fromCluster, toCluster }) => cluster === fromCluster || cluster === toCluster,
    );
    return [...new Set(moves.flatMap(({ tables }) => tables.map(({ name }) => name)))];
  };
}

function toDirectory({ find, flip, listShards }: MoveWiringOptions['directory']): MoveDirectory {
  return {
    find,
    flip,
    async findShard(name) {
      const found = (await listShards()).find((one) => one.name === name);
      return found ? { cluster: found.cluster, takesOrganizations: takesOrganizations(found) } : null;
    },
  };
}

/** One after the other: a look for leftovers is in no hurry. */
function askShards(
  { fleet }: Ground,
  { listShards }: MoveWiringOptions['directory'],
): MoveServiceOptions['eachShard'] {
  return async (work) => {
    const answers = [];
    for (const { name, cluster } of await listShards()) {
      try {
        const login = await fleet.moverLogin(cluster);
        const db = openDatabase({ ...login, applicationName: 'sunday-move', maxConnections: 1 });
        const value = await work({ shard: name, db, login }).finally(() => db.close());
        answers.push({ shard: name, value, reason: null });
      } catch (error) {
        answers.push({
          shard: name,
          value: null,
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return answers;
  };
}
