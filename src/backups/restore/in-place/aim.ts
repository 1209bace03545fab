import type { Plan } from '../../../operations/define.ts';
import { stanzaOf } from '../../catalogue.ts';
import { checkDestination } from '../destination.ts';
import { findRestore, type Choice, type WantedState } from '../find.ts';
import type { RestoreEstimate } from '../estimate.ts';
import { describeTarget } from '../target.ts';
import { readState, restoredOf } from './switch.ts';
import { RestoreUnfinishedError } from './errors.ts';
import { countLogicalSlots, countSessions } from './members-probe.ts';
import { getMembers, type MemberDependencies, type Members } from './members.ts';

export interface InPlace {
  readonly choice: Choice;
  readonly members: Members;
}

const PLANNED = 'planned'; // stands for the id of an operation that is not there yet

/**
 * Everything that can be refused, before anything is written or stopped.
 *
 * @throws {RestoreInPlaceRefusedError} @throws {DestinationRefusedError} and what `findRestore` does.
 */
export async function findInPlace(
  deps: MemberDependencies,
  wanted: WantedState,
  operationId: string | null,
): Promise<InPlace> {
  const { cluster } = wanted;
  stanzaOf(deps.fleet, cluster);
  const members = await getMembers(deps, cluster);
  const choice = await findRestore(deps, wanted);
  const { primary, standbys } = members;
  for (const { options } of [primary, ...standbys]) {
    await checkDestination({
      destination: restoredOf(options, operationId ?? PLANNED),
      forbidden: [],
      // One standby after the other is made anew, while the primary's old files are still there.
      databaseBytes: choice.set.databaseBytes * (standbys.length > 0 ? 2n : 1n),
      operationId,
    });
  }
  return { choice, members };
}

/** An attempt that is tried again must not restore over a primary that is open. @throws {RestoreUnfinishedError} */
export async function refuseOpened(cluster: string, members: Members, operationId: string): Promise<void> {
  if ((await readState(members, operationId))?.isOpen !== true) return;
  const directory = members.primary.options.dataDirectory;
  const old = `${directory}.before-…`;
  throw new RestoreUnfinishedError({ cluster, directory, old }, 'an earlier attempt has opened the primary');
}

/** What stops, one line for each server. */
export async function listStops(
  { fleet }: MemberDependencies,
  cluster: string,
  { primary, standbys }: Members,
): Promise<readonly string[]> {
  const sessions = await askPrimary(fleet, cluster, primary.name, countSessions);
  const connected =
    sessions === null ? 'nobody can say who is connected' : `${sessions} sessions connected now`;
  return [
    `${primary.name} (primary, ${connected})`,
    ...standbys.map(({ name }) => `${name} (standby, made anew afterwards)`),
  ];
}

/** Null when it does not answer. */
async function askPrimary(
  fleet: MemberDependencies['fleet'],
  cluster: string,
  name: string,
  ask: typeof countSessions,
): Promise<number | null> {
  const instance = fleet.get(cluster).instances.find((one) => one.name === name);
  return instance === undefined ? null : ask(fleet.monitor(instance)).catch(() => null);
}

/** What else to know before. */
export async function listInPlaceWarnings(
  { fleet }: MemberDependencies,
  cluster: string,
  { primary }: Members,
): Promise<readonly string[]> {
  const slots = await askPrimary(fleet, cluster, primary.name, countLogicalSlots);
  return [
    'what is committed between this plan and the stop is not in the target either; the old directory keeps it',
    'what the control database notes of this cluster (moves, placements, archived partitions) does not go back with it',
    ...(slots === null || slots === 0
      ? []
      : [`${slots} slots of logical replication will be gone: whoever reads them has to begin anew`]),
  ];
}

export interface DescribeInPlace {
  readonly wanted: WantedState;
  readonly keepOld: boolean;
  readonly estimate: RestoreEstimate;
  readonly stops: readonly string[];
  readonly warnings: readonly string[];
}

/** What `startRestore(inPlace: true)` would do. */
export function describeInPlace({ choice, members }: InPlace, input: DescribeInPlace): Plan {
  const { wanted, keepOld, estimate, stops, warnings } = input;
  const { primary, standbys } = members;
  const directory = primary.options.dataDirectory;
  const target = describeTarget(wanted.target);
  const takes = estimate.seconds === null ? '' : `, about ${Math.ceil(estimate.seconds)} s`;
  return {
    summary: `Take ${wanted.cluster} back to ${target}, in place, from ${choice.set.label} (${choice.set.databaseBytes} bytes)`,
    steps: [
      `restore beside ${directory}, recover to ${target} and prove it, fenced off, while ${wanted.cluster} runs on${takes}`,
      `stop ${stops.join(', ')}`,
      `move ${directory} to ${directory}.before-…, put the restored files in its place with the configuration of now`,
      `begin a timeline behind ${choice.recovery.timeline}, open the primary, see that its log reaches the archive`,
      ...standbys.map(({ name }) => `make standby ${name} anew and see that it streams`),
      keepOld ? `leave ${directory}.before-… as the way back` : `delete ${directory}.before-…`,
      'take a full backup afterwards: that is not done by itself',
    ],
    warnings: [...choice.warnings, ...warnings],
  };
}
