import { isServerError } from '../../postgres/errors.ts';
import { MoveReadOnlyError } from '../errors.ts';
import { isReadOnly } from '../preflight/probe.ts';
import type { Sides } from '../sides.ts';

/** @throws {MoveReadOnlyError} */
export async function assertWritable(sides: Sides): Promise<void> {
  const shards = await listReadOnly(sides);
  if (shards.length > 0) throw new MoveReadOnlyError(shards);
}

/** Does `work`; what a server refused for taking no writes gets its type. @throws {MoveReadOnlyError} */
export async function namingReadOnly<T>(sides: Sides, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isServerError(error, '25006')) throw error;
    const shards = await listReadOnly(sides);
    // It may take them again by now.
    const suspected = [`${sides.from.shard} or ${sides.to.shard}`];
    throw new MoveReadOnlyError(shards.length > 0 ? shards : suspected, error);
  }
}

async function listReadOnly({ from, to }: Sides): Promise<readonly string[]> {
  const found = await Promise.all(
    [from, to].map(async ({ shard, db }) => ({ shard, isReadOnly: await isReadOnly(db) })),
  );
  return found.filter((one) => one.isReadOnly).map(({ shard }) => shard);
}
