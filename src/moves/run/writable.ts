import { isServerError } from '../../postgres/errors.ts';
import { MoveReadOnlyError, MoveRightsError } from '../errors.ts';
import { isReadOnly, isSuperuser } from '../preflight/probe.ts';
import type { Side, Sides } from '../sides.ts';

/** @throws {MoveReadOnlyError} */
export async function assertWritable(sides: Sides): Promise<void> {
  const shards = await listSides(sides, ({ db }) => isReadOnly(db));
  if (shards.length > 0) throw new MoveReadOnlyError(shards);
}

/**
 * Does `work`; a server that takes no writes, or takes none of ours, gets its name and its type.
 *
 * @throws {MoveReadOnlyError} @throws {MoveRightsError}
 */
export async function namingRefusals<T>(sides: Sides, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What was the matter may be mended by now: then either of them was it.
    const either = [`${sides.from.shard} or ${sides.to.shard}`];
    const named = (shards: readonly string[]) => (shards.length > 0 ? shards : either);
    if (isServerError(error, '25006'))
      throw new MoveReadOnlyError(named(await listSides(sides, ({ db }) => isReadOnly(db))), error);
    if (isServerError(error, '42501')) {
      const isWeak = async ({ db }: Side) => !(await isSuperuser(db));
      throw new MoveRightsError(named(await listSides(sides, isWeak)), error);
    }
    throw error;
  }
}

async function listSides(
  { from, to }: Sides,
  isMeant: (side: Side) => Promise<boolean>,
): Promise<readonly string[]> {
  const found = await Promise.all([from, to].map(async (side) => ({ side, isIt: await isMeant(side) })));
  return found.filter(({ isIt }) => isIt).map(({ side }) => side.shard);
}
