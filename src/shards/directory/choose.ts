import { NoShardTakesError } from '../errors.ts';
import { takesOrganizations, type Shard } from '../shards.ts';

/**
 * The shard for a new organization: the one with the least for its weight. Bytes and organizations count half each,
 * because those that came last have no bytes yet, and would all go to the same shard.
 *
 * @throws {NoShardTakesError}
 */
export function chooseShard(shards: readonly Shard[], region: string | null): Shard {
  const open = shards.filter(takesOrganizations);
  if (open.length === 0) throw new NoShardTakesError('none is ACTIVE and below its capacity');
  const candidates = open.filter((one) => region === null || one.region === region);
  const totalBytes = sum(candidates.map((one) => Number(one.bytes ?? 0n)));
  const totalOrganizations = sum(candidates.map((one) => one.organizations));
  const fullness = (one: Shard) =>
    (shareOf(Number(one.bytes ?? 0n), totalBytes) + shareOf(one.organizations, totalOrganizations)) /
    one.weight;
  const [chosen] = candidates.toSorted(
    (a, b) => fullness(a) - fullness(b) || b.weight - a.weight || (a.name < b.name ? -1 : 1),
  );
  if (chosen === undefined)
    throw new NoShardTakesError(`none that takes organizations is in region ${region}`);
  return chosen;
}

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
