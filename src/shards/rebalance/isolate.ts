import { mayTake, type RebalanceConstraints, type StayReason, whyItStays } from './rules.ts';
import { type PlanOrganization, type PlanShard, sumBy } from './subjects.ts';

export interface IsolateInput {
  readonly shards: readonly PlanShard[];
  readonly organizations: readonly PlanOrganization[];
  readonly constraints: RebalanceConstraints;
}

/** One organization on its way. */
export interface Step {
  /** Where it was before. */
  readonly organization: PlanOrganization;
  readonly to: string;
  readonly reason: string;
}

export interface Isolation {
  readonly moves: readonly Step[];
  /** Hot ones that cannot be alone. */
  readonly stays: readonly {
    readonly organization: string;
    readonly shard: string;
    readonly reason: StayReason;
  }[];
  /** As they are placed afterwards. */
  readonly organizations: readonly PlanOrganization[];
}

/** The hottest first; each takes the shard that costs the fewest bytes of moves, its own one included. */
export function isolateHot({ shards, organizations, constraints }: IsolateInput): Isolation {
  const hot = organizations
    .filter((one) => one.isHot)
    .toSorted((a, b) => b.activityPerMinute - a.activityPerMinute || (a.id < b.id ? -1 : 1));
  const taken = new Set<string>();
  const moves: Step[] = [];
  const stays: Isolation['stays'][number][] = [];
  let now = organizations;
  for (const { id } of hot) {
    const subject = now.find((one) => one.id === id);
    if (subject === undefined) continue;
    const ways = shards
      .filter((host) => !taken.has(host.name))
      .map((host) => clearFor(subject, host, { shards, organizations: now, constraints }, taken))
      .filter((way) => way !== null)
      .filter((way) => moves.length + way.length <= constraints.maxMoves);
    const [best] = ways.toSorted((a, b) => bytesOf(a) - bytesOf(b) || a.length - b.length);
    if (best === undefined) {
      stays.push({
        organization: id,
        shard: subject.shard,
        reason: whyItStays(subject, constraints) ?? 'NO_ROOM',
      });
      continue;
    }
    moves.push(...best);
    now = now.map((one) => {
      const step = best.find(({ organization }) => organization.id === one.id);
      return step === undefined ? one : { ...one, shard: step.to };
    });
    taken.add(now.find((one) => one.id === id)?.shard ?? subject.shard);
  }
  return { moves, stays, organizations: now };
}

/** Share of all activity that happens on shards where a hot organization is not alone, 0 to 1. */
export function shareBesideHot(organizations: readonly PlanOrganization[]): number {
  const counts = sumBy(organizations, () => 1);
  const activity = sumBy(organizations, (one) => one.activityPerMinute);
  const total = [...activity.values()].reduce((sum, one) => sum + one, 0);
  const shared = new Set(
    organizations.filter((one) => one.isHot && (counts.get(one.shard) ?? 0) > 1).map((one) => one.shard),
  );
  const beside = [...shared].reduce((sum, name) => sum + (activity.get(name) ?? 0), 0);
  return total === 0 ? 0 : beside / total;
}

const bytesOf = (steps: readonly Step[]) => steps.reduce((sum, one) => sum + one.organization.bytes, 0);

/** What has to move so that `subject` is alone on `host`; null when that cannot be. The others leave it first. */
function clearFor(
  subject: PlanOrganization,
  host: PlanShard,
  { shards, organizations, constraints }: IsolateInput,
  taken: ReadonlySet<string>,
): readonly Step[] | null {
  const bytesOn = new Map(sumBy(organizations, (one) => one.bytes));
  const activityOn = new Map(sumBy(organizations, (one) => one.activityPerMinute));
  const isThere = subject.shard === host.name;
  if (!isThere && whyItStays(subject, constraints) !== null) return null;
  const steps: Step[] = [];
  const others = organizations.filter((one) => one.shard === host.name && one.id !== subject.id);
  for (const other of others) {
    if (other.isHot || whyItStays(other, constraints) !== null) return null;
    const [to] = shards
      .filter((one) => one.name !== host.name && !taken.has(one.name) && mayTake(one, other, bytesOn))
      .toSorted((a, b) => (activityOn.get(a.name) ?? 0) - (activityOn.get(b.name) ?? 0));
    if (to === undefined) return null;
    steps.push({
      organization: other,
      to: to.name,
      reason: `leaves ${host.name} to ${subject.id}, which is hot`,
    });
    bytesOn.set(to.name, (bytesOn.get(to.name) ?? 0) + other.bytes);
    bytesOn.set(host.name, (bytesOn.get(host.name) ?? 0) - other.bytes);
    activityOn.set(to.name, (activityOn.get(to.name) ?? 0) + other.activityPerMinute);
  }
  if (isThere) return steps;
  if (!mayTake(host, subject, bytesOn)) return null;
  return [...steps, { organization: subject, to: host.name, reason: `is hot, and alone on ${host.name}` }];
}
