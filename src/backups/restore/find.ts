import type { StanzaConfig } from '../../config.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isUnavailable } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { indexOf, parseLsn, parseSegmentName } from '../archive/segments.ts';
import { pickSet, stanzaOf } from '../catalogue.ts';
import type { BackupSet, StanzaInfo } from '../pgbackrest/info.ts';
import type { Manifest } from '../copy/manifest.ts';
import { readInfo, type CallOptions } from '../pgbackrest/pgbackrest.ts';
import { nameOf, ofRepository } from '../repositories/repositories.ts';
import { readTimeline } from '../copy/probe.ts';
import { followLog, leavesOf, readRestorableLog, timelineOfSegment, type RestorableLog } from './archive.ts';
import { chooseSet, decideStop, type LogTarget, type Stop } from './choose.ts';
import {
  RestorePointNotFoundError,
  TargetInFutureError,
  TargetInGapError,
  TimelineNotFoundError,
} from './errors.ts';
import { readLogEnd, type LogTools } from './log.ts';
import { findPoint, listPoints, type MeasuredRestore } from './store.ts';
import { describeTarget, type RestoreTarget } from './target.ts';
import { toMoment } from './time.ts';
import { listByCluster, type BackupRecord } from '../store.ts';

export interface FindDependencies extends LogTools {
  readonly fleet: Fleet;
  readonly db: Queryable;
  /** Clones that drills have made, of one cluster or (null) of all: they tell how long a restore takes, too. Left out: none. */
  readonly listDrilled?: (cluster: string | null) => Promise<readonly MeasuredRestore[]>;
}

export interface WantedState {
  readonly cluster: string;
  readonly target: RestoreTarget;
  /** Null: the one that the cluster is on; of a set or a named point, its own. */
  readonly timeline: number | null;
  /** Sets of this repository only; null: of any. Write-ahead log comes from whichever has it. */
  readonly repository?: string | null;
}

/** How a state is to be had again, found out without writing anything. */
export interface Choice extends Stop {
  readonly stanza: StanzaConfig;
  readonly set: BackupSet;
  readonly why: string;
  /** Of the set; its rows can be compared only when it is the set itself that is wanted. */
  readonly manifest: Manifest | null;
  /** What is replayed, in this order; for a moment, as far as the times of the archive tell. */
  readonly segments: readonly string[];
  readonly segmentBytes: number;
}

/**
 * Finds the set, the way and the place to stop. Everything that can be known of a target's end is checked here, before
 * anything is written: exit codes of the tools say nothing about it afterwards.
 *
 * @throws the typed refusals of restore-errors.ts and the typed failures of a repository.
 */
export async function findRestore(
  deps: FindDependencies,
  wanted: WantedState,
  options: CallOptions = {},
): Promise<Choice> {
  const { cluster, target } = wanted;
  refuseFuture(target);
  const stanza = stanzaOf(deps.fleet, cluster);
  const info = ofRepository(await readInfo(stanza, options), stanza, wanted.repository);
  const [records = []] = await listByCluster(deps.db, [cluster]);
  const { label } = target.kind === 'SET' ? target : { label: null };
  const asked = label === null ? null : pickSet(cluster, info, label);
  const log = await readRestorableLog(stanza, (asked ?? info.sets.at(-1))?.archiveId ?? null, options);
  const note = (choice: Choice) => noteAway(info, choice);
  if (target.kind === 'SET' && asked !== null) return note(ofSet(stanza, asked, { log, records }));
  const sets = info.sets.filter((one) => isUsable(one, info.sets.at(-1)?.archiveId ?? null, records));
  const found = await ofLog(deps, wanted, { stanza, log, sets, options });
  const { set } = found;
  const manifest = records.find((one) => one.label === set.label)?.manifest ?? null;
  return note({ ...found, stanza, manifest });
}

/** Which repository was taken, where another one that may have a better set was away. */
function noteAway({ unreachable }: StanzaInfo, choice: Choice): Choice {
  const { stanza, set, warnings } = choice;
  const used = nameOf(stanza, set.repositoryKey);
  const away = unreachable.map(
    ({ number, error }) =>
      `repository ${nameOf(stanza, number)} cannot be used (${error.message}): this backup is in ${used}`,
  );
  return { ...choice, warnings: [...away, ...warnings] };
}

function refuseFuture(target: RestoreTarget): void {
  const now = toMoment(new Date());
  if (target.kind === 'TIME' && target.at > now) throw new TargetInFutureError(target.at, now);
}

function isUsable(set: BackupSet, archiveId: string | null, records: readonly BackupRecord[]): boolean {
  const isInvalid = records.some((one) => one.label === set.label && one.state === 'INVALID');
  return set.archiveId === archiveId && set.walStop !== null && set.lsnStop !== null && !isInvalid;
}

interface Known {
  readonly log: RestorableLog;
  readonly records: readonly BackupRecord[];
}

/** As the set stands: at the moment of its rows, or at its end. */
function ofSet(stanza: StanzaConfig, set: BackupSet, { log, records }: Known): Choice {
  const record = records.find((one) => one.label === set.label);
  const manifest = record?.manifest ?? null;
  const timeline = timelineOfSegment(set.walStop ?? '00000001');
  const run = followLog(log, timeline, set);
  const target = describeTarget({ kind: 'SET', label: set.label });
  if (set.walStop !== null && !run.segments.includes(set.walStop))
    throw new TargetInGapError(target, {
      segment: run.missing ?? set.walStop,
      last: 'an older backup',
      next: null,
    });
  const point = manifest?.restorePoint ?? null;
  const last = run.segments.indexOf(point?.segment ?? set.walStop ?? '');
  return {
    ...{ stanza, set, manifest, segmentBytes: log.segmentBytes },
    why: 'it was asked for',
    recovery: { type: 'immediate', target: null, isExclusive: false, timeline, lsn: null },
    at: manifest?.takenAt ?? null,
    segments: last < 0 ? run.segments : run.segments.slice(0, last + 1),
    warnings: record?.state === 'INVALID' ? ['the last verification found this backup damaged'] : [],
  };
}

interface Sources {
  readonly stanza: StanzaConfig;
  readonly log: RestorableLog;
  readonly sets: readonly BackupSet[];
  readonly options: CallOptions;
}

async function ofLog(
  deps: FindDependencies,
  { cluster, target, timeline: asked }: WantedState,
  { stanza, log, sets, options }: Sources,
): Promise<Omit<Choice, 'stanza' | 'manifest'>> {
  if (target.kind === 'SET') throw new TypeError('a set is found by its label');
  const point = target.kind === 'NAME' ? await getPoint(deps.db, cluster, target.name) : null;
  const timeline = await pickTimeline(deps.fleet, { cluster, log, asked: asked ?? point?.timeline ?? null });
  const ground = { cluster, sets, log, timeline, point };
  const chosen = chooseSet(ground, target);
  const end = await readLogEnd(stanza, chosen.run.segments, deps, options);
  const stop = decideStop(ground, target, { chosen, end });
  return {
    ...stop,
    at: stop.at ?? point?.at ?? null,
    set: chosen.set,
    why: chosen.why,
    segments: replayed(chosen.run.segments, { target, lsn: stop.recovery.lsn, log }),
    segmentBytes: log.segmentBytes,
    warnings: [...stop.warnings, ...listBranches(log, timeline)],
  };
}

/** Segments up to the place, or up to the first that the repository got after the moment. */
function replayed(
  segments: readonly string[],
  {
    target,
    lsn,
    log,
  }: { readonly target: LogTarget; readonly lsn: string | null; readonly log: RestorableLog },
): readonly string[] {
  const { segmentBytes, storedAt } = log;
  const isLast = (name: string) => {
    if (target.kind === 'TIME') return toMoment(storedAt.get(name) ?? new Date(0)) > target.at;
    const index = parseSegmentName(name, segmentBytes)?.index ?? 0;
    return lsn !== null && index >= indexOf(parseLsn(lsn), segmentBytes);
  };
  const last = segments.findIndex(isLast);
  return last < 0 ? segments : segments.slice(0, last + 1);
}

function listBranches(log: RestorableLog, timeline: number): readonly string[] {
  const others = leavesOf(log).filter((one) => one !== timeline);
  return others.length === 0
    ? []
    : [`the archive also holds timeline ${others.join(', ')}: what was written there is not in this`];
}

/** @throws {RestorePointNotFoundError} */
async function getPoint(db: Queryable, cluster: string, name: string) {
  const found = await findPoint(db, cluster, name);
  if (found === null) {
    const [points = []] = await listPoints(db, [cluster]);
    const known = points.filter((one) => one.lsn !== null).map((one) => one.name);
    throw new RestorePointNotFoundError(cluster, name, known);
  }
  const at = found.at === null ? null : toMoment(found.at);
  return { lsn: found.lsn, timeline: timelineOfSegment(found.segment), at };
}

interface TimelineQuestion {
  readonly cluster: string;
  readonly log: RestorableLog;
  readonly asked: number | null;
}

/**
 * The one asked for, else that of the primary, else the only one that the archive can end in: the highest number alone
 * may be that of a server which was let loose once.
 *
 * @throws {TimelineNotFoundError}
 */
async function pickTimeline(fleet: Fleet, { cluster, log, asked }: TimelineQuestion): Promise<number> {
  const known = log.timelines.map((one) => one.id);
  if (asked !== null) {
    if (!known.includes(asked)) throw new TimelineNotFoundError(cluster, asked, known);
    return asked;
  }
  const current = await readCurrentTimeline(fleet, cluster);
  if (current !== null && known.includes(current)) return current;
  const [only, ...others] = leavesOf(log);
  if (only === undefined || others.length > 0) throw new TimelineNotFoundError(cluster, null, leavesOf(log));
  return only;
}

/** Null when no primary answers: then it may be what is to be restored. */
async function readCurrentTimeline(fleet: Fleet, cluster: string): Promise<number | null> {
  try {
    return await readTimeline(await fleet.primary(cluster));
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}
