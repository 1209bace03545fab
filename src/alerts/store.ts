import type { Page } from '../page.ts';
import { inOrderOf, type Queryable, type Transaction } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';
import type { Alert, AlertEvidence, AlertFilter, AlertState, KeptSample } from './alerts.ts';
import type { Pending } from './decide.ts';

/** An alert with its place in the list. */
export interface ListedAlert extends Alert {
  readonly position: bigint;
}

const ALERT_COLUMNS = sql`id, position, fingerprint, rule, metric, cluster, instance, unit, severity, state, summary
  , reason, hint, runbook, threshold, fired_value AS "firedValue", value, started_at AS "startedAt", fired_at AS "firedAt"
  , last_seen_at AS "lastSeenAt", clear_since AS "clearSince", resolved_at AS "resolvedAt"
  , resolved_because AS "resolvedBecause", acknowledged_at AS "acknowledgedAt"
  , acknowledged_by AS "acknowledgedBy", acknowledged_because AS "acknowledgedBecause"
  , silenced_until AS "silencedUntil", silenced_by AS "silencedBy", parent_id AS "parentId"
  , reminded_at AS "remindedAt", reminders, escalated_at AS "escalatedAt", samples, evidence`;

type AlertRow = Omit<ListedAlert, 'samples'> & { readonly samples: readonly SampleRow[] };
type SampleRow = Omit<KeptSample, 'at'> & { readonly at: string };

function toAlert({ samples, ...rest }: AlertRow): ListedAlert {
  return { ...rest, samples: samples.map((one) => ({ ...one, at: new Date(one.at) })) };
}

/** The time of the control database: the one clock that all workers share. */
export async function readClock(db: Queryable): Promise<Date> {
  const [row] = await db.rows<{ now: Date }>(sql`/* alerts.readClock */ SELECT clock_timestamp() AS now`);
  return row?.now ?? new Date();
}

/** Until the end of `tx` nobody else decides about the alerts of this cluster. */
export async function lockCluster(tx: Transaction, cluster: string): Promise<void> {
  await tx.rows(sql`/* alerts.lockCluster */
    SELECT pg_advisory_xact_lock(hashtextextended('alerts:' || ${cluster}::text, 0))
  `);
}

/** Open alerts of a cluster in the order in which they fired. */
export async function listOpen(db: Queryable, cluster: string): Promise<readonly ListedAlert[]> {
  const rows = await db.rows<AlertRow>(sql`/* alerts.listOpen */
    SELECT ${ALERT_COLUMNS} FROM alert WHERE cluster = ${cluster} AND resolved_at IS NULL ORDER BY position
  `);
  return rows.map(toAlert);
}

/** Clusters that have an alert that is open. */
export async function listClustersWithOpen(db: Queryable): Promise<readonly string[]> {
  const rows = await db.rows<{ cluster: string }>(sql`/* alerts.listClustersWithOpen */
    SELECT DISTINCT cluster FROM alert WHERE resolved_at IS NULL
  `);
  return rows.map(({ cluster }) => cluster);
}

/** The columns that change while an alert is open, from one array of JSON: many alerts are one statement. */
export async function put(tx: Transaction, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  await tx.rows(sql`/* alerts.put */
    INSERT INTO alert (id, fingerprint, rule, metric, cluster, instance, unit, severity, state, summary, reason, hint
      , runbook, threshold, fired_value, value, started_at, fired_at, last_seen_at, clear_since, resolved_at, resolved_because
      , acknowledged_at, acknowledged_by, acknowledged_because, silenced_until, silenced_by, parent_id, reminded_at
      , reminders, escalated_at, samples)
    SELECT "id", "fingerprint", "rule", "metric", "cluster", "instance", "unit", "severity", "state", "summary", "reason"
      , "hint", "runbook", "threshold", "firedValue", "value", "startedAt", "firedAt", "lastSeenAt", "clearSince", "resolvedAt"
      , "resolvedBecause", "acknowledgedAt", "acknowledgedBy", "acknowledgedBecause", "silencedUntil", "silencedBy"
      , "parentId", "remindedAt", "reminders", "escalatedAt", "samples"
    FROM jsonb_to_recordset(${JSON.stringify(alerts, leaveOut)}::jsonb) AS new ("id" uuid, "fingerprint" text, "rule" text
      , "metric" text, "cluster" text, "instance" text, "unit" text, "severity" text, "state" text, "summary" text
      , "reason" text, "hint" text, "runbook" text, "threshold" float8, "firedValue" float8, "value" float8, "startedAt" timestamptz
      , "firedAt" timestamptz, "lastSeenAt" timestamptz, "clearSince" timestamptz, "resolvedAt" timestamptz
      , "resolvedBecause" text, "acknowledgedAt" timestamptz, "acknowledgedBy" text, "acknowledgedBecause" text
      , "silencedUntil" timestamptz, "silencedBy" text, "parentId" uuid, "remindedAt" timestamptz, "reminders" int
      , "escalatedAt" timestamptz, "samples" jsonb)
    ON CONFLICT (id) DO UPDATE
    SET severity = EXCLUDED.severity, state = EXCLUDED.state, summary = EXCLUDED.summary, reason = EXCLUDED.reason
      , hint = EXCLUDED.hint, threshold = EXCLUDED.threshold, value = EXCLUDED.value
      , last_seen_at = EXCLUDED.last_seen_at, clear_since = EXCLUDED.clear_since, resolved_at = EXCLUDED.resolved_at
      , resolved_because = EXCLUDED.resolved_because, acknowledged_at = EXCLUDED.acknowledged_at
      , acknowledged_by = EXCLUDED.acknowledged_by, acknowledged_because = EXCLUDED.acknowledged_because
      , silenced_until = EXCLUDED.silenced_until, silenced_by = EXCLUDED.silenced_by
      , parent_id = EXCLUDED.parent_id, reminded_at = EXCLUDED.reminded_at, reminders = EXCLUDED.reminders
      , escalated_at = EXCLUDED.escalated_at, samples = EXCLUDED.samples
  `);
}

/** The database gives the place, and evidence is written by itself. */
function leaveOut(key: string, value: unknown): unknown {
  return key === 'position' || key === 'evidence' ? undefined : value;
}

/** What was seen of an alert after it had fired. */
export async function setEvidence(db: Queryable, id: string, evidence: AlertEvidence): Promise<void> {
  await db.rows(sql`/* alerts.setEvidence */
    UPDATE alert SET evidence = ${JSON.stringify(evidence)}::jsonb WHERE id = ${id}
  `);
}

/** In the order of `ids` (the DataLoader contract); null where there is none. */
export async function findMany(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (ListedAlert | null)[]> {
  const rows = await db.rows<AlertRow>(sql`/* alerts.findMany */
    SELECT ${ALERT_COLUMNS} FROM alert WHERE id::text = ANY(${ids}::text[])
  `);
  return inOrderOf(ids, rows.map(toAlert), (row) => row.id).map((group) => group[0] ?? null);
}

/** The alerts that hang under each of `ids`, in that order. */
export async function listChildren(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly (readonly ListedAlert[])[]> {
  const rows = await db.rows<AlertRow>(sql`/* alerts.listChildren */
    SELECT ${ALERT_COLUMNS} FROM alert WHERE parent_id::text = ANY(${ids}::text[]) ORDER BY position
  `);
  return inOrderOf(ids, rows.map(toAlert), (row) => row.parentId ?? '');
}

/** Newest first. */
export async function list(
  db: Queryable,
  filter: AlertFilter,
  page: Page<bigint>,
): Promise<readonly ListedAlert[]> {
  const order = page.fromEnd ? sql`position ASC` : sql`position DESC`;
  const rows = await db.rows<AlertRow>(sql`/* alerts.list */
    SELECT ${ALERT_COLUMNS}
    FROM alert
    WHERE ${matching(filter)}
      AND (${page.after}::bigint IS NULL OR position < ${page.after})
      AND (${page.before}::bigint IS NULL OR position > ${page.before})
    ORDER BY ${order}
    LIMIT ${page.limit}
  `);
  return (page.fromEnd ? rows.toReversed() : rows).map(toAlert);
}

export async function count(db: Queryable, filter: AlertFilter): Promise<number> {
  const [row] = await db.rows<{ total: number }>(sql`/* alerts.count */
    SELECT count(*)::int AS total FROM alert WHERE ${matching(filter)}
  `);
  return row?.total ?? 0;
}

function matching({ clusters, severities, states, metrics }: AlertFilter) {
  const isAny = (values: readonly string[] | null | undefined, column: ReturnType<typeof sql>) =>
    sql`(${values ?? null}::text[] IS NULL OR ${column} = ANY(${values ?? null}::text[]))`;
  return sql`${isAny(clusters, sql`cluster`)} AND ${isAny(severities, sql`severity`)}
    AND ${isAny(states satisfies readonly AlertState[] | null | undefined, sql`state`)}
    AND ${isAny(metrics, sql`metric`)}`;
}

/** Alerts that were resolved before `before` are forgotten; at most `limit` at once. Gives how many. */
export async function removeResolved(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.rows(sql`/* alerts.removeResolved */
    DELETE FROM alert
    WHERE id IN (SELECT id FROM alert WHERE resolved_at < ${before} ORDER BY resolved_at LIMIT ${limit})
    RETURNING id
  `);
  return rows.length;
}

interface PendingRow extends Omit<Pending, 'samples'> {
  readonly samples: readonly SampleRow[];
}

export async function listPending(db: Queryable, cluster: string): Promise<readonly Pending[]> {
  const rows = await db.rows<PendingRow>(sql`/* alerts.listPending */
    SELECT fingerprint, cluster, since, clear_since AS "clearSince", seen_at AS "seenAt", samples
    FROM alert_pending
    WHERE cluster = ${cluster}
  `);
  return rows.map((row) => ({
    ...row,
    samples: row.samples.map((one) => ({ ...one, at: new Date(one.at) })),
  }));
}

export async function putPending(tx: Transaction, pending: readonly Pending[]): Promise<void> {
  if (pending.length === 0) return;
  await tx.rows(sql`/* alerts.putPending */
    INSERT INTO alert_pending (fingerprint, cluster, since, clear_since, seen_at, samples)
    SELECT "fingerprint", "cluster", "since", "clearSince", "seenAt", "samples"
    FROM jsonb_to_recordset(${JSON.stringify(pending)}::jsonb) AS new ("fingerprint" text, "cluster" text
      , "since" timestamptz, "clearSince" timestamptz, "seenAt" timestamptz, "samples" jsonb)
    ON CONFLICT (fingerprint) DO UPDATE
    SET clear_since = EXCLUDED.clear_since, seen_at = EXCLUDED.seen_at, samples = EXCLUDED.samples
  `);
}

export async function removePending(tx: Transaction, fingerprints: readonly string[]): Promise<void> {
  if (fingerprints.length === 0) return;
  await tx.rows(sql`/* alerts.removePending */
    DELETE FROM alert_pending WHERE fingerprint = ANY(${fingerprints}::text[])
  `);
}

/** What nobody has measured since `before` is pending no more: its metric, its rule or its server is gone. */
export async function removeStalePending(db: Queryable, before: Date): Promise<void> {
  await db.rows(sql`/* alerts.removeStalePending */ DELETE FROM alert_pending WHERE seen_at < ${before}`);
}

/** Those of `clusters` that this worker is to look at now: nobody has looked at `source` of them for `everyMs`. */
export async function claimRounds(
  db: Queryable,
  round: {
    readonly clusters: readonly string[];
    readonly source: string;
    readonly worker: string;
    readonly everyMs: number;
  },
): Promise<readonly string[]> {
  const rows = await db.rows<{ cluster: string }>(sql`/* alerts.claimRounds */
    INSERT INTO alert_round (cluster, source, claimed_by, claimed_at)
    SELECT DISTINCT cluster, ${round.source}, ${round.worker}, clock_timestamp()
    FROM unnest(${round.clusters}::text[]) AS cluster
    ORDER BY cluster -- two workers lock in the same order
    ON CONFLICT (cluster, source) DO UPDATE SET claimed_by = EXCLUDED.claimed_by, claimed_at = EXCLUDED.claimed_at
    WHERE alert_round.claimed_at <= clock_timestamp() - ${round.everyMs} * interval '1 millisecond'
    RETURNING cluster
  `);
  return rows.map(({ cluster }) => cluster);
}
