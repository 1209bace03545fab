import { InvalidInputError } from '../errors.ts';
import { worstOf, type Unit } from '../limits.ts';
import type { Database } from '../postgres/pool.ts';
import { isPlatformMetricName, PLATFORM_THRESHOLDS } from './catalogue.ts';
import { unknown, type PlatformFigure } from './figures.ts';
import type { PlatformKind, PlatformService, PlatformTarget } from './platform.ts';
import { listNewest, type NewestLook } from './store.ts';

export interface PlatformHistoryRequest {
  readonly service: string;
  readonly metric: string;
  readonly from: Date;
  readonly to: Date;
  /** Null: about 200 buckets. */
  readonly stepSeconds: number | null;
}

/** A metric within each step, oldest first; a step without samples is left out. */
export interface PlatformHistory {
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
  readonly buckets: readonly {
    readonly at: Date;
    readonly lowest: number;
    readonly mean: number;
    readonly highest: number;
    readonly newest: number;
    readonly samples: number;
  }[];
}

/** What everybody may ask about the services beside the clusters. */
export interface PlatformServices {
  /** As they were seen last, in the order of the configuration. Null: of all kinds. */
  list(kind: PlatformKind | null): Promise<readonly PlatformService[]>;
  /** Null: none of this name is configured. */
  find(name: string): Promise<PlatformService | null>;
  /** @throws {InvalidInputError} for a metric that there is not, and a range that is none. */
  history(request: PlatformHistoryRequest): Promise<PlatformHistory & { readonly unit: Unit }>;
}

export interface PlatformDependencies {
  readonly targets: readonly PlatformTarget[];
  readonly db: Database;
  readonly readHistory: (request: PlatformHistoryRequest) => Promise<PlatformHistory>;
}

/** Reads what the collector has seen: no request waits for a service. */
export function createPlatform({ targets, db, readHistory }: PlatformDependencies): PlatformServices {
  const list = async (wanted: readonly PlatformTarget[]) => {
    if (wanted.length === 0) return [];
    const looks = new Map((await listNewest(db)).map((one) => [one.name, one]));
    return wanted.map((one) => toService(one, looks.get(one.name)));
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
  };
}

/** So many intervals may pass before what was seen is no news any more. */
const FRESH_INTERVALS = 3;

/** Pure. A name that another kind had before has not been looked at yet. */
export function toService(target: PlatformTarget, look: NewestLook | undefined): PlatformService {
  const { name, kind, address, everyMs } = target;
  if (look === undefined || look.kind !== kind)
    return { ...toReport([NOT_YET]), ...{ name, kind, address, checkedAt: null, facts: null } };
  const isFresh = look.ageSeconds * 1_000 <= FRESH_INTERVALS * everyMs;
  const figures = isFresh ? look.figures : look.figures.map(outdate);
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
