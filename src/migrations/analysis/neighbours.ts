import type { World } from './world.ts';

/** Its default partition; none or one. */
export function defaultPartitionOf(parent: string, world: World): readonly string[] {
  return world
    .familyOf(parent)
    .filter((one) => world.get(one).parent === parent && world.get(one).isDefaultPartition);
}

/** Tables that the foreign keys of a table point at. */
export function referencedBy(table: string, world: World): readonly string[] {
  return world.get(table).constraints.flatMap((one) => (one.references === null ? [] : [one.references]));
}

/** Made by the script: itself, or the table that it belongs to. */
export function isNew(name: string, world: World): boolean {
  const { tableOf } = world.get(name);
  return tableOf === null ? world.isNew(name) : world.isNew(tableOf);
}
