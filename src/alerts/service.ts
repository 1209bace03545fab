import type { Access } from '../access/access.ts';
import type { Requester } from '../access/principals.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Page } from '../page.ts';
import type { AlertDelivery, AlertFilter, AlertSample } from './alerts.ts';
import { audit } from './audit.ts';
import { AlertNotFoundError, AlertResolvedError } from './errors.ts';
import { evaluate, type EvaluationDependencies, publish } from './evaluate.ts';
import { followAlerts } from './events.ts';
import { gatherEvidence, wantsEvidence } from './evidence.ts';
import type { AlertRule, KnownMetric, RuleInForce } from './rules.ts';
import { createRules } from './rules-service.ts';
import type { NewWindow } from './silence-store.ts';
import type { AlertSilence, AlertWindow, SilenceMatch } from './silences.ts';
import { createSilencing } from './silencing.ts';
import * as store from './store.ts';
import type { ListedAlert } from './store.ts';
import { stateOf } from './timers.ts';
import type { Witnesses } from './witnesses.ts';

export interface AlertsOptions extends EvaluationDependencies {
  readonly fleet: Fleet;
  readonly metrics: readonly KnownMetric[];
  /** Who is asked when something has fired. Left out: only the servers themselves. */
  readonly witnesses?: Witnesses;
  readonly recordAudit: Access['record'];
  readonly onError: (error: unknown) => void;
}

export interface NewSilence extends SilenceMatch {
  readonly minutes: number;
}

/** Everything the API does with alerts. */
export interface AlertService {
  /** Judges samples; whoever measures calls it. What it needs to know of other metrics it has kept. */
  evaluate(cluster: string, samples: readonly AlertSample[]): Promise<void>;
  /** Newest first. */
  list(filter: AlertFilter, page: Page<bigint>): Promise<readonly ListedAlert[]>;
  count(filter: AlertFilter): Promise<number>;
  /** In the order of `ids`; null where there is none. */
  findMany(ids: readonly string[]): Promise<readonly (ListedAlert | null)[]>;
  childrenOf(ids: readonly string[]): Promise<readonly (readonly ListedAlert[])[]>;
  /** Twice is the same as once. @throws {AlertNotFoundError} @throws {AlertResolvedError} */
  acknowledge(id: string, requester: Requester): Promise<ListedAlert>;
  /** Gives the silence and the alerts that are silent now. @throws {AlertLimitError} */
  silence(
    wanted: NewSilence,
    requester: Requester,
  ): Promise<{ readonly silence: AlertSilence; readonly alerts: readonly ListedAlert[] }>;
  /** @throws {AlertSilenceNotFoundError} */
  endSilence(id: string, requester: Requester): Promise<AlertSilence>;
  /** Those that have not ended, newest first. */
  listSilences(): Promise<readonly AlertSilence[]>;
  /** In force for a cluster, or for all that have none of their own. By name. */
  listRules(cluster: string | null): Promise<readonly RuleInForce[]>;
  /** Those that people made for single clusters, too. */
  listOverrides(): Promise<readonly RuleInForce[]>;
  /** @throws {AlertRuleInvalidError} @throws {ClusterNotFoundError} @throws {AlertLimitError} */
  upsertRule(rule: AlertRule, requester: Requester): Promise<RuleInForce>;
  /** That of the product is in force again. @throws {AlertRuleNotFoundError} */
  removeRule(name: string, cluster: string | null, requester: Requester): Promise<RuleInForce | null>;
  listWindows(): Promise<readonly AlertWindow[]>;
  /** @throws {CronInvalidError} @throws {TimezoneInvalidError} @throws {AlertLimitError} */
  upsertWindow(window: NewWindow, requester: Requester): Promise<AlertWindow>;
  /** @throws {AlertWindowNotFoundError} */
  removeWindow(name: string, requester: Requester): Promise<void>;
  /** After `after` (null: from now on), then live, until `signal` aborts. */
  follow(filter: AlertFilter, after: bigint | null, signal: AbortSignal): AsyncIterable<AlertDelivery>;
  /** Ends when what was begun beside an evaluation has ended. */
  settle(): Promise<void>;
}

export function createAlerts(options: AlertsOptions): AlertService {
  const { db, events } = options;
  const looks = createLooks(options);
  const judge = async (cluster: string, samples: readonly AlertSample[]) => {
    looks.call(await evaluate(options, cluster, samples));
  };
  return {
    evaluate: judge,
    settle: looks.settle,
    list: (filter, page) => store.list(db, filter, page),
    count: (filter) => store.count(db, filter),
    findMany: (ids) => store.findMany(db, ids),
    childrenOf: (ids) => store.listChildren(db, ids),
    acknowledge: (id, requester) => acknowledge(options, id, requester),
    follow: (filter, after, signal) => followAlerts(events, filter, after, signal),
    ...createSilencing(options, judge),
    ...createRules(options),
  };
}

/** Who looks at servers after something has fired there, one look for each alert at a time. */
function createLooks({ db, fleet, onError, witnesses = {} }: AlertsOptions) {
  const looking = new Map<string, Promise<void>>();
  return {
    call(open: Awaited<ReturnType<typeof evaluate>>) {
      for (const alert of open)
        // Of what stands beside the clusters there are no sessions to look at.
        if (fleet.find(alert.cluster) && !looking.has(alert.id) && wantsEvidence(alert, new Date())) {
          const look = gatherEvidence({ db, fleet, witnesses }, alert)
            .catch(onError)
            .finally(() => looking.delete(alert.id));
          looking.set(alert.id, look);
        }
    },
    settle: async () => void (await Promise.all(looking.values())),
  };
}

async function acknowledge(options: AlertsOptions, id: string, requester: Requester): Promise<ListedAlert> {
  const { db, events, readClock = store.readClock } = options;
  const [found] = await store.findMany(db, [id]);
  if (!found) throw new AlertNotFoundError(id);
  const { principal, onBehalfOf, reason } = requester;
  const alert = await db.transaction(async (tx) => {
    await store.lockCluster(tx, found.cluster);
    const [before] = await store.findMany(tx, [id]);
    if (!before) throw new AlertNotFoundError(id);
    if (before.resolvedAt !== null) throw new AlertResolvedError(id, before.resolvedAt);
    await audit(options, tx, requester, { target: id, input: { id } });
    if (before.acknowledgedAt !== null) return before;
    const by = onBehalfOf ?? principal.name;
    const taken = {
      ...before,
      ...{ acknowledgedAt: await readClock(tx), acknowledgedBy: by, acknowledgedBecause: reason },
    };
    const after = { ...taken, state: stateOf(taken) };
    await store.put(tx, [after]);
    await publish(options, tx, [{ alert: after, change: 'ACKNOWLEDGED', by }]);
    return after;
  });
  events.ring();
  return alert;
}
