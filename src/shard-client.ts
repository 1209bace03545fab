// For applications: which shard an organization lives on, from a cache that mends itself. Needs nothing of the server.

/** Where an organization lives, as `routeOrganizations` says it. */
export interface Route {
  readonly organizationId: string;
  readonly shardName: string;
  readonly cluster: string;
  /** To enter with: `SELECT ops.enter_tenant(organization, epoch)` as the first statement of each transaction. */
  readonly epoch: bigint;
}

/** Asks the directory: `request(document, variables)` posts to the API and gives `data`. */
export type Request = (
  document: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

export interface ShardClient {
  /** From the cache, or asked. Null: the directory does not know it. */
  find(organization: string): Promise<Route | null>;
  /**
   * Does `work` on the shard of the organization. When that answers SD001 (it has moved, or is just moving) or 40001,
   * the directory is asked again and `work` is tried again, after a short wait, until `deadlineMs` has passed.
   * So `work` must be one transaction that begins with enter_tenant.
   *
   * @throws {UnknownOrganizationError} and what `work` throws.
   */
  run<T>(organization: string, work: (route: Route) => Promise<T>): Promise<T>;
  /** What a subscription to `placementChanges` says: the cache learns it before anybody is refused. */
  learn(change: { readonly organizationId: string; readonly epoch: bigint }): void;
}

/** The directory does not know the organization. */
export class UnknownOrganizationError extends Error {
  override readonly name = 'UnknownOrganizationError';
  constructor(organization: string) {
    super(`there is no organization ${organization}`);
  }
}

const DOCUMENT = `query Route($ids: [String!]!) {
  routeOrganizations(ids: $ids) { organizationId shardName cluster epoch }
}`;
const MOST_CACHED = 10_000;
const DEADLINE_MS = 5_000; // a cutover takes a tenth of a second; one that gives up, the budget of its pause
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 200;

/** A router with a cache of its own; at most `mostCached` organizations, the oldest goes first. */
export function createShardClient({
  request,
  deadlineMs = DEADLINE_MS,
  mostCached = MOST_CACHED,
}: {
  readonly request: Request;
  readonly deadlineMs?: number;
  readonly mostCached?: number;
}): ShardClient {
  const cache = new Map<string, Route>();
  const ask = async (organization: string): Promise<Route | null> => {
    const { routeOrganizations } = await request(DOCUMENT, { ids: [organization] });
    const [found] = routeOrganizations as readonly (Omit<Route, 'epoch'> & { readonly epoch: string })[];
    cache.delete(organization);
    if (found === undefined) return null;
    const route = { ...found, epoch: BigInt(found.epoch) };
    const [oldest] = cache.keys();
    if (cache.size >= mostCached && oldest !== undefined) cache.delete(oldest);
    cache.set(organization, route);
    return route;
  };
  const find = async (organization: string) => cache.get(organization) ?? (await ask(organization));
  return {
    find,
    learn({ organizationId, epoch }) {
      if ((cache.get(organizationId)?.epoch ?? epoch) < epoch) cache.delete(organizationId);
    },
    async run(organization, work) {
      const until = performance.now() + deadlineMs;
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
        const route = await find(organization);
        if (route === null) throw new UnknownOrganizationError(organization);
        try {
          return await work(route);
        } catch (error) {
          if (!hasMoved(error) || performance.now() + waitMs > until) throw error;
          cache.delete(organization);
          await new Promise((resolve) => setTimeout(resolve, waitMs));
        }
      }
    },
  };
}

/** SD001: not here, or not with this epoch. 40001: the row was fenced after our snapshot. */
function hasMoved(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'SD001' || error.code === '40001');
}
