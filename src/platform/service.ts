import { InvalidInputError } from '../errors.ts';
import { worstOf } from '../limits.ts';
import type { AlignedHistory, MetricHistory } from '../metric-history.ts';
import type { Requester } from '../access/principals.ts';
import { PLATFORM } from '../config/platform-settings.ts';
import type { Database, Queryable } from '../postgres/pool.ts';
import {
  type EffectiveThreshold,
  type Limits,
  type LimitsDependencies,
  listEffective,
  readLimits,
  type ThresholdRequest,
  upsertThreshold,
} from '../thresholds/limits.ts';
import { isPlatformMetricName, METRICS_OF, PLATFORM_THRESHOLDS } from './catalogue.ts';
import { judgeAnew, unknown, type PlatformFigure } from './figures.ts';
import type { PlatformKind, PlatformService, PlatformTarget } from './platform.ts';
import { KNOWN_ACTIONS, type ServiceActionOutcome, type ServiceActionRequest } from './actions.ts';
import { PlatformServiceNotFoundError, PlatformServiceUnavailableError } from './errors.ts';
import { listNewest, type NewestLook } from './store.ts';

export interface PlatformHistoryRequest {
  readonly service: string;
  readonly metric: string;
  readonly from: Date;
  readonly to: Date;
  /** Null: about 200 buckets. */
  readonly stepSeconds: number | null;
}

/** What everybody may ask about the services beside the clusters. */
export interface PlatformServices {
  /** As they were seen last, in the order of the configuration. Null: of all kinds. */
  list(kind: PlatformKind | null): Promise<readonly PlatformService[]>;
  /** Null: none of this name is configured. */
  find(name: string): Promise<PlatformService | null>;
  /** @throws {InvalidInputError} for a metric that there is not, and a range that is none. */
  history(request: PlatformHistoryRequest): Promise<MetricHistory>;
  /** What holds for a service, all metrics of its kind. @throws {PlatformServiceNotFoundError} */
  thresholds(name: string): Promise<readonly EffectiveThreshold[]>;
  /** @throws {PlatformServiceNotFoundError} @throws {InvalidInputError} */
  upsertThreshold(request: ServiceThresholdRequest, requester: Requester): Promise<EffectiveThreshold>;
  /** @throws {PlatformServiceNotFoundError} @throws {PlatformServiceUnavailableError} @throws {InvalidInputError} */
  act(request: ServiceActionRequest): Promise<ServiceActionOutcome>;
}

/** Its limit of time, within that of a request. */
const ACTION_MS = 10_000;

export interface ServiceThresholdRequest extends Omit<ThresholdRequest, 'cluster'> {
  /** Null: all that have none of their own. */
  readonly service: string | null;
}

export interface PlatformDependencies {
  readonly targets: readonly PlatformTarget[];
  readonly db: Database;
  readonly readHistory: (request: PlatformHistoryRequest) => Promise<AlignedHistory>;
  readonly recordAudit: LimitsDependencies['recordAudit'];
}

/** Reads what the collector has seen: no request waits for a service. */
export function createPlatform(deps: PlatformDependencies): PlatformServices {
  const { targets, db, readHistory } = deps;
  const list = async (wanted: readonly PlatformTarget[]) => {
    if (wanted.length === 0) return [];
    const looks = new Map((await listNewest(db)).map((one) => [one.name, one]));
    const limits = await readServiceLimits(
      db,
      wanted.map(({ name }) => name),
    );
    return wanted.map((one, index) => toService(one, looks.get(one.name), limits[index]));
  };
  const get = (name: string) => {
    const found = targets.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new PlatformServiceNotFoundError(
      name,
      targets.map((one) => one.name),
    );
  };
  return {
    list: (kind) => list(targets.filter((one) => kind === null || one.kind === kind)),
    find: async (name) => (await list(targets.filter((one) => one.name === name)))[0] ?? null,
    async history(request) {
      const { metric } = request;
      if (!isPlatformMetricName(metric))
        throw new InvalidInputError(
          ['metric'],
          `there is no metric ${metric} of a service`,
          'The figures of the service name them.',
        );
      return { ...(await readHistory(request)), unit: PLATFORM_THRESHOLDS[metric].unit };
    },
    async thresholds(name) {
      const { kind } = get(name);
      const [limits = NO_LIMITS] = await readServiceLimits(db, [name]);
      return listEffective(limits, METRICS_OF[kind]);
    },
    upsertThreshold: async ({ service, ...request }, requester) => {
      const catalogue = service === null ? PLATFORM_THRESHOLDS : METRICS_OF[get(service).kind];
      const cluster = service === null ? null : toSubject(service);
      return upsertThreshold({ ...deps, catalogue }, { ...request, cluster }, requester);
    },
    act: async (request) => act(get(request.service), request),
  };
}

async function act(
  target: PlatformTarget,
  { service, action, dryRun }: ServiceActionRequest,
): Promise<ServiceActionOutcome> {
  const { kind, command, effect, needs } = KNOWN_ACTIONS[action];
  if (target.kind !== kind || target.act === undefined)
    throw new InvalidInputError(
      ['input', 'action'],
      `${action} is nothing for a service of kind ${target.kind}`,
    );
  if (!dryRun)
    await target.act(action, AbortSignal.timeout(ACTION_MS)).catch((error: unknown) => {
      const trouble = target.explain(error);
      const hint = trouble.kind === 'REFUSED' ? needs : trouble.hint;
      throw new PlatformServiceUnavailableError(service, { ...trouble, hint }, error);
    });
  return { service, action, command, effect, isDone: !dryRun };
}

const NO_LIMITS: Limits = new Map();

/** Limits of services stand beside those of clusters; no cluster has a slash in its name. */
const toSubject = (service: string) => `${PLATFORM}/${service}`;

/** What was set for these services, in their order. */
export function readServiceLimits(db: Queryable, services: readonly string[]): Promise<readonly Limits[]> {
  return readLimits(db, services.map(toSubject));
}

/** So many intervals may pass before what was seen is no news any more. */
const FRESH_INTERVALS = 3;

/** Pure. A name that another kind had before has not been looked at yet. */
function toService(
  target: PlatformTarget,
  look: NewestLook | undefined,
  limits: Limits = NO_LIMITS,
): PlatformService {
  const { name, kind, address, everyMs } = target;
  if (look === undefined || look.kind !== kind)
    return { ...toReport([NOT_YET]), ...{ name, kind, address, checkedAt: null, facts: null } };
  const isFresh = look.ageSeconds * 1_000 <= FRESH_INTERVALS * everyMs;
  const judged = judgeAnew(look.figures, limits);
  const figures = isFresh ? judged : judged.map(outdate);
  return { ...toReport(figures), ...{ name, kind, address, checkedAt: look.sampledAt, facts: look.facts } };
}

function toReport(figures: readonly PlatformFigure[]) {
  return { figures, state: worstOf(figures.map(({ state }) => state)) };
}

const NOT_YET = unknown('service_up', {
  reason: 'nobody has looked at it yet',
  hint: 'See whether a worker runs.',
});

function outdate(figure: PlatformFigure): PlatformFigure {
  const reason = 'nobody has looked at this for a while; the value is that of the last look';
  return { ...figure, state: 'UNKNOWN', reason, hint: 'See whether a worker runs.' };
}
