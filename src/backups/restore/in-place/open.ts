import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../../operations/define.ts';
import { stanzaOf } from '../../catalogue.ts';
import { createRestorePoint, readTimeline, switchLog } from '../../copy/probe.ts';
import { ArchiveFailedError, RestoreFailedError, StandbyUnavailableError } from '../../errors.ts';
import { withBackupDatabase } from '../../pgbackrest/backup-role.ts';
import { runStandbyRestore } from '../../pgbackrest/restore-command.ts';
import { planClone, type Clone } from '../clone.ts';
import { claimDestination, releaseDestination } from '../destination.ts';
import { isArchived, type RestoreGoal } from '../steps.ts';
import { RestoreUnfinishedError } from './errors.ts';
import { readStreamedTimeline } from './members-probe.ts';
import type { Member, MemberDependencies, Members } from './members.ts';
import { promote } from './promote.ts';
import {
  beforeOf,
  readState,
  restoredOf,
  startMember,
  stopMembers,
  stopSurely,
  switchFiles,
  writeState,
  type SwitchState,
} from './switch.ts';

/** What was decided before anything was stopped. Plain data: it is kept in a checkpoint. */
export interface Aim {
  readonly goal: RestoreGoal;
  readonly archiveId: string | null;
  readonly members: Members;
}

export interface OpenDependencies extends MemberDependencies {
  readonly postgresBinaries: string;
  readonly runDirectory: string;
  readonly recoveryTimeoutMs: number;
}

const STREAMING_TIMEOUT_MS = 10 * 60_000; // it replays what was written since the backup first
const POLL_MS = 250;

/** Fenced off on the files of a member, wherever they are now. */
export function cloneIn(
  deps: Pick<OpenDependencies, 'postgresBinaries' | 'runDirectory'>,
  destination: string,
  label: string,
  { operationId, processMarks }: StepContext,
): Clone {
  const { postgresBinaries: binaries, runDirectory } = deps;
  return planClone({ label, binaries, destination, runDirectory, operationId, marks: processMarks });
}

/**
 * Stops the cluster, puts the restored files in place, opens the primary and makes the standbys anew; gives the new
 * timeline. A cancel does not stop it: what is half done here serves nobody. After a crash it goes on where it was.
 *
 * @throws {RestoreUnfinishedError} when the primary is open already.
 */
export async function openInPlace(
  deps: OpenDependencies,
  { cluster, aim }: { readonly cluster: string; readonly aim: Aim },
  context: StepContext,
): Promise<number> {
  const { members, goal } = aim;
  const { operationId } = context;
  const { primary } = members;
  let state: SwitchState = (await readState(members, operationId)) ?? toState(members);
  if (!state.isOpen) {
    context.progress({ phase: 'stop the cluster', message: 'from here on it cannot be cancelled' });
    context.assertLease();
    await writeState(members, operationId, state);
    await stopMembers(members);
    context.assertLease();
    await switchFiles(primary, operationId);
    context.progress({ phase: 'begin a new timeline' });
    await promote(cloneIn(deps, primary.options.dataDirectory, goal.label, context), {
      ...{ stanza: stanzaOf(deps.fleet, cluster), goal, timeoutMs: deps.recoveryTimeoutMs },
      onProgress: (lsn) => context.progress({ message: `replayed up to ${lsn}` }),
    });
    context.assertLease();
    // First the note, then the clients: what they write must not be put back.
    state = { ...state, isOpen: true };
    await writeState(members, operationId, state);
  }
  try {
    return await finish(deps, { cluster, aim, state }, context);
  } catch (error) {
    const [directory, old] = [primary.options.dataDirectory, beforeOf(primary.options, operationId)];
    throw new RestoreUnfinishedError({ cluster, directory, old }, error);
  }
}

function toState({ primary, standbys }: Members): SwitchState {
  const running = [primary, ...standbys].filter((one) => one.isRunning).map((one) => one.name);
  return { running, isOpen: false, rebuilt: [] };
}

async function finish(
  deps: OpenDependencies,
  { cluster, aim, state }: { readonly cluster: string; readonly aim: Aim; readonly state: SwitchState },
  context: StepContext,
): Promise<number> {
  const { members } = aim;
  context.progress({ phase: 'open the primary' });
  await startMember(members.primary);
  await releaseDestination(restoredOf(members.primary.options, context.operationId), context.operationId);
  const timeline = await checkArchiving(deps, { cluster, aim }, context);
  let rebuilt = state.rebuilt;
  for (const member of members.standbys) {
    if (rebuilt.includes(member.name)) continue;
    context.progress({ phase: `make standby ${member.name} anew` });
    await rebuild(deps, { cluster, aim, member, timeline }, context);
    rebuilt = [...rebuilt, member.name];
    await writeState(members, context.operationId, { ...state, rebuilt });
  }
  return timeline;
}

/** Writes something on the new timeline and waits until the archive has it. */
async function checkArchiving(
  { fleet }: OpenDependencies,
  { cluster, aim }: { readonly cluster: string; readonly aim: Aim },
  context: StepContext,
): Promise<number> {
  const stanza = stanzaOf(fleet, cluster);
  const name = `sunday_in_place_${context.operationId}`;
  const made = await withBackupDatabase(stanza, async (db) => {
    if (db === null) return null;
    const { segment } = await createRestorePoint(db, name);
    const timeline = await readTimeline(db);
    await switchLog(db);
    return { segment, timeline };
  });
  if (made?.timeline == null)
    throw new RestoreFailedError(aim.goal.label, 'the restored primary does not let the role of backups in');
  context.progress({ phase: 'see that the archive goes on' });
  const { archiveId, goal } = aim;
  if (!(await isArchived(stanza, { archiveId, repositoryKey: goal.repository }, made.segment, context)))
    throw new ArchiveFailedError(stanza.name, `segment ${made.segment} has not arrived`);
  return made.timeline;
}

interface Rebuild {
  readonly cluster: string;
  readonly aim: Aim;
  readonly member: Member;
  readonly timeline: number;
}

/** From the same backup, so that the primary's clients have all of its bandwidth. Twice is safe. */
async function rebuild(
  deps: OpenDependencies,
  { cluster, aim, member, timeline }: Rebuild,
  context: StepContext,
): Promise<void> {
  const { options } = member;
  const { operationId, signal, processMarks: marks } = context;
  const destination = restoredOf(options, operationId);
  const before = beforeOf(options, operationId);
  if (!existsSync(before)) {
    await stopSurely(options);
    await claimDestination(destination, operationId);
    const { label, repository } = aim.goal;
    await runStandbyRestore(stanzaOf(deps.fleet, cluster), { label, repository, destination, signal, marks });
    context.assertLease();
    await switchFiles(member, operationId);
  }
  await switchFiles(member, operationId); // after a crash between its two renames
  await releaseDestination(destination, operationId);
  await startMember(member);
  await awaitStreaming(deps, { cluster, member, timeline });
  await rm(before, { recursive: true, force: true }); // the primary has all that it held
}

async function awaitStreaming(
  { fleet }: OpenDependencies,
  { cluster, member, timeline }: Pick<Rebuild, 'cluster' | 'member' | 'timeline'>,
): Promise<void> {
  const instance = fleet.get(cluster).instances.find((one) => one.name === member.name);
  const deadline = performance.now() + STREAMING_TIMEOUT_MS;
  while (instance !== undefined && performance.now() < deadline) {
    const streamed = await readStreamedTimeline(fleet.monitor(instance)).catch(() => null);
    if (streamed === timeline) return;
    await sleep(POLL_MS);
  }
  throw new StandbyUnavailableError(
    cluster,
    `${member.name} does not stream timeline ${timeline}, see ${member.options.logFile}`,
  );
}
