import { isServerError, DatabaseUnavailableError } from '../postgres/errors.ts';
import type { Database } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import { withDeadline } from './deadline.ts';
import type { Cluster, Fleet, Instance } from './fleet.ts';

export const INSTANCE_ROLES = ['PRIMARY', 'STANDBY', 'UNKNOWN'] as const;
export type InstanceRole = (typeof INSTANCE_ROLES)[number];
export const INSTANCE_STATES = ['UP', 'DOWN', 'STARTING'] as const;

/** What one instance is doing now. Null where it did not say. */
export interface InstanceState {
  readonly instance: Instance;
  readonly role: InstanceRole;
  /** UP: it answers, if only to refuse us (then the role is UNKNOWN and `reason` says why). */
  readonly state: (typeof INSTANCE_STATES)[number];
  readonly version: string | null;
  readonly timeline: number | null;
  /** Write-ahead log the primary has flushed and this standby has not replayed; null for a primary. */
  readonly lagBytes: bigint | null;
  /**
   * Age of the last replayed commit, 0 when there is nothing to replay; null for a primary, and when no primary
   * says that there is nothing. An upper bound: the first commit after an idle hour counts as an hour until replayed.
   */
  readonly lagSeconds: number | null;
  readonly startedAt: Date | null;
  readonly checkedAt: Date;
  /** Why it is not UP, or why it tells us nothing; null when all is well. */
  readonly reason: string | null;
}

/** What an instance says about itself. Positions are bytes since the start of the log. */
export interface InstanceProbe {
  readonly isStandby: boolean;
  readonly version: string;
  readonly timeline: number | null;
  readonly startedAt: Date;
  /** Of a primary: the end of what it has flushed. */
  readonly flushed: bigint | null;
  /** Of a standby: what its receiver was last told about the primary's end. Null without pg_monitor. */
  readonly announced: bigint | null;
  readonly replayed: bigint | null;
  readonly secondsSinceReplay: number | null;
}

/** No instance holds the others, or the request, up for longer. */
export const INSTANCE_PROBE_MS = 2_500;

/**
 * Live state of all instances of a cluster, in the configured order. They are asked at once; one that is down
 * or hangs is DOWN with its reason. A standby that seems to be behind is asked again: the primary's position
 * is then a round trip old, so a gap that was only in the order of the answers has closed.
 */
export async function probeCluster(fleet: Fleet, cluster: Cluster): Promise<readonly InstanceState[]> {
  const first = await Promise.all(cluster.instances.map((one) => tryProbe(fleet, one)));
  const flushed = first.map(flushedOf).find((one) => one !== null) ?? null;
  return Promise.all(
    first.map(async (answer) => {
      const isBehind = 'probe' in answer && (lagBytes(answer.probe, flushed) ?? 0n) > 0n;
      return toState(isBehind ? await tryProbe(fleet, answer.instance) : answer, flushed);
    }),
  );
}

/** @throws {DatabaseUnavailableError} when the instance has not answered within INSTANCE_PROBE_MS. */
export async function probeInstance(db: Database): Promise<InstanceProbe> {
  const answer = db.rows<InstanceProbe>(sql`/* fleet.probeInstance */
    SELECT pg_is_in_recovery() AS "isStandby",
      split_part(current_setting('server_version'), ' ', 1) AS version,
      coalesce(
        -- The control file learns of a promotion only at the next checkpoint; the name of the current segment knows at once.
        CASE WHEN NOT pg_is_in_recovery()
          THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
        receiver.received_tli,
        (SELECT timeline_id FROM pg_control_checkpoint())
      ) AS timeline,
      pg_postmaster_start_time() AS "startedAt",
      CASE WHEN NOT pg_is_in_recovery() THEN (pg_current_wal_flush_lsn() - '0/0')::bigint END AS flushed,
      (receiver.latest_end_lsn - '0/0')::bigint AS announced,
      (pg_last_wal_replay_lsn() - '0/0')::bigint AS replayed,
      extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS "secondsSinceReplay"
    FROM (SELECT) AS one LEFT JOIN pg_stat_wal_receiver AS receiver ON true`);
  const [row] = await withDeadline(answer, INSTANCE_PROBE_MS, db.name);
  if (row === undefined) throw new DatabaseUnavailableError(db.name, new Error('an empty answer'));
  return row;
}

/** No longer than a request should wait to learn where the primary is. */
const PRIMARY_PROBE_MS = 2_000;

/** @throws {DatabaseUnavailableError} when the instance has not answered in time. */
export async function isPrimary(db: Database): Promise<boolean> {
  const [row] = await withDeadline(
    db.rows<{ isPrimary: boolean }>(sql`/* fleet.isPrimary */ SELECT NOT pg_is_in_recovery() AS "isPrimary"`),
    PRIMARY_PROBE_MS,
    db.name,
  );
  return row?.isPrimary ?? false;
}

type Answer =
  | { readonly instance: Instance; readonly at: Date; readonly probe: InstanceProbe }
  | { readonly instance: Instance; readonly at: Date; readonly error: unknown };

async function tryProbe(fleet: Fleet, instance: Instance): Promise<Answer> {
  const at = new Date();
  try {
    return { instance, at, probe: await probeInstance(fleet.monitor(instance)) };
  } catch (error) {
    return { instance, at, error };
  }
}

function flushedOf(answer: Answer): bigint | null {
  return 'probe' in answer ? answer.probe.flushed : null;
}

/** Without the primary, the end that it last announced is the best there is. */
function lagBytes(probe: InstanceProbe, flushed: bigint | null): bigint | null {
  const end = flushed ?? probe.announced;
  if (!probe.isStandby || end === null || probe.replayed === null) return null;
  return end > probe.replayed ? end - probe.replayed : 0n;
}

/** Nothing left to replay is no lag only while the primary is there to say that this is all. */
function lagSeconds(bytes: bigint | null, hasPrimary: boolean, sinceReplay: number | null): number | null {
  if (bytes === null) return null;
  if (bytes > 0n) return sinceReplay;
  return hasPrimary ? 0 : null;
}

function toState(answer: Answer, flushed: bigint | null): InstanceState {
  const { instance, at: checkedAt } = answer;
  if ('error' in answer) return { ...NOTHING_KNOWN, instance, checkedAt, ...explain(answer.error) };
  const { isStandby, version, timeline, startedAt, secondsSinceReplay } = answer.probe;
  const bytes = lagBytes(answer.probe, flushed);
  return {
    instance,
    role: isStandby ? 'STANDBY' : 'PRIMARY',
    state: 'UP',
    version,
    timeline,
    lagBytes: bytes,
    lagSeconds: lagSeconds(bytes, flushed !== null, secondsSinceReplay),
    startedAt,
    checkedAt,
    reason: null,
  };
}

const NOTHING_KNOWN = {
  role: 'UNKNOWN',
  version: null,
  timeline: null,
  lagBytes: null,
  lagSeconds: null,
  startedAt: null,
} as const;

/** 57P01 and 57P02 are a shutdown under our feet; 57P03 is a server that starts, recovers or ends. */
function explain(error: unknown): Pick<InstanceState, 'state' | 'reason'> {
  const cause = error instanceof DatabaseUnavailableError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (isServerError(cause, '57P03')) return { state: 'STARTING', reason };
  return { state: isServerError(cause) && !isServerError(cause, '57P01', '57P02') ? 'UP' : 'DOWN', reason };
}
