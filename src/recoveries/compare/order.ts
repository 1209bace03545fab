import type { TablePair } from './tables.ts';

type Ordered = Pick<TablePair, 'name' | 'foreignKeys' | 'isPartitioned'>;

/**
 * Pure: parents before children. Logs go last: triggers check what they name without a foreign key. Tables that refer to
 * each other in a circle stand where all that the circle needs is there; a table that refers to itself is no circle,
 * since its rows go in with one statement.
 */
export function sortByForeignKeys<Pair extends Ordered>(pairs: readonly Pair[]): readonly Pair[] {
  const reached = reachAll(pairs);
  const left = new Map(pairs.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((one) => [one.name, one]));
  const sorted: Pair[] = [];
  while (left.size > 0) {
    const isFree = ({ name }: Pair) =>
      [...(reached.get(name) ?? [])].every((parent) => !left.has(parent) || reached.get(parent)?.has(name));
    const rest = [...left.values()];
    const next = rest.find((one) => !one.isPartitioned && isFree(one)) ?? rest.find(isFree);
    if (next === undefined) break; // never: what needs no other circle is free
    left.delete(next.name);
    sorted.push(next);
  }
  return sorted;
}

/** Pure: tables of a circle together, where its first one stands; all others alone. */
export function groupCircles<Pair extends Ordered>(sorted: readonly Pair[]): readonly (readonly Pair[])[] {
  const reached = reachAll(sorted);
  const isWith = (one: Pair, other: Pair) =>
    one === other ||
    (reached.get(one.name)?.has(other.name) === true && reached.get(other.name)?.has(one.name) === true);
  return sorted
    .map((one) => sorted.filter((other) => isWith(one, other)))
    .filter((group, index) => group[0] === sorted[index]);
}

/** For each table the tables among them that it needs, also by way of others. */
function reachAll(pairs: readonly Ordered[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(pairs.map((one) => [one.name, one]));
  return new Map(
    pairs.map((pair) => {
      const found = new Set<string>();
      const open = [pair];
      for (let one = open.pop(); one !== undefined; one = open.pop())
        for (const { table } of one.foreignKeys) {
          const parent = byName.get(table);
          if (parent === undefined || found.has(table)) continue;
          found.add(table);
          open.push(parent);
        }
      return [pair.name, found];
    }),
  );
}
