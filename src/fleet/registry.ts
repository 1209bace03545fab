import { readPassword, type ClusterConfig, type Credentials, type FleetConfig } from '../config.ts';
import { SundayError } from '../errors.ts';
import { DatabaseUnavailableError, isServerError, isUnavailable } from '../postgres/errors.ts';
import { openDatabase, type Database } from '../postgres/pool.ts';
import { ClusterNotFoundError, MoverMissingError, type Cluster, type Fleet, type Instance } from './fleet.ts';
import { isPrimary } from './probe.ts';

/** Two instances take writes: which of them is right is for people to say. */
export class SplitBrainError extends SundayError {
  readonly code = 'SPLIT_BRAIN';
  override readonly hint =
    'Stop the one that is wrong before anything else is written, then rebuild it from the other.';
  readonly instances: readonly string[];
  constructor(cluster: string, instances: readonly string[]) {
    super(`${instances.join(' and ')} of ${cluster} both say that they are the primary`);
    this.instances = instances;
  }
}

const APPLICATION_NAME = 'sunday';
const MONITOR_CONNECTIONS = 2; // a scrape and a request; monitoring must never be what fills a server
const OPERATOR_CONNECTIONS = 4;
const COLLECTOR_APPLICATION_NAME = 'sunday-collector';
const CONNECT_TIMEOUT_MS = 2_000;
const MONITOR_STATEMENT_TIMEOUT_MS = 5_000;
const MONITOR_LOCK_TIMEOUT_MS = 200; // the size of a relation waits behind ACCESS EXCLUSIVE: don't join that queue
const OPERATOR_STATEMENT_TIMEOUT_MS = 15_000; // longer work sets its own with SET LOCAL
const OPERATOR_LOCK_TIMEOUT_MS = 3_000;
/** An instance that accepts a connection and says nothing holds the search up for so long, and no longer. */
/** Long enough to spare a burst of requests the question, short enough for a failover to be seen soon. */
const PRIMARY_KEPT_MS = 3_000;

/** The fleet that `config` names. Nothing is connected to before it is asked for. */
export function createFleet(config: FleetConfig): Fleet {
  const clusters = new Map(
    config.clusters.map((one) => [one.name, { config: one, cluster: toCluster(one) }]),
  );
  const pools = createPools();
  const primaries = new Map<string, { readonly found: Promise<Instance>; readonly untilMs: number }>();

  const entry = (name: string) => {
    const found = clusters.get(name);
    if (found === undefined) throw new ClusterNotFoundError(name, [...clusters.keys()]);
    return found;
  };
  const monitor = (instance: Instance) =>
    pools.get(`monitor/${instance.cluster}/${instance.name}`, () =>
      openMonitor(entry(instance.cluster).config, instance),
    );
  const operator = (instance: Instance) =>
    pools.get(`operator/${instance.cluster}/${instance.name}`, () =>
      openOperator(entry(instance.cluster).config, instance),
    );
  const findPrimary = (cluster: Cluster): Promise<Instance> => {
    const known = primaries.get(cluster.name);
    if (known !== undefined && known.untilMs > performance.now()) return known.found;
    const found = searchPrimary(cluster, monitor);
    primaries.set(cluster.name, { found, untilMs: performance.now() + PRIMARY_KEPT_MS });
    found.catch(() => primaries.delete(cluster.name));
    return found;
  };

  return {
    list: () => [...clusters.values()].map((one) => one.cluster),
    find: (name) => clusters.get(name)?.cluster ?? null,
    get: (name) => entry(name).cluster,
    monitor,
    collector: (instance) =>
      pools.get(`collector/${instance.cluster}/${instance.name}`, () =>
        openCollector(entry(instance.cluster).config, instance),
      ),
    operator,
    async primary(name) {
      const database = operator(await findPrimary(entry(name).cluster));
      return forgettingOnFailure(database, () => primaries.delete(name));
    },
    async primaryLogin(name) {
      const { config: settings, cluster } = entry(name);
      return connection(settings, await findPrimary(cluster), settings.operator);
    },
    async moverLogin(name) {
      const { config: settings, cluster } = entry(name);
      if (settings.mover === undefined) throw new MoverMissingError(name);
      return connection(settings, await findPrimary(cluster), settings.mover);
    },
    close: () => pools.close(),
  };
}

/** Every instance is asked, even after one has said yes: a second yes must not go unseen. */
async function searchPrimary(cluster: Cluster, monitor: Fleet['monitor']): Promise<Instance> {
  const answers = await Promise.allSettled(cluster.instances.map(async (one) => isPrimary(monitor(one))));
  const found = cluster.instances.filter((_, index) => {
    const answer = answers[index];
    return answer?.status === 'fulfilled' && answer.value;
  });
  const [primary] = found;
  if (found.length > 1) {
    throw new SplitBrainError(
      cluster.name,
      found.map((one) => one.name),
    );
  }
  if (primary === undefined) throw noPrimary(cluster, answers);
  return primary;
}

function noPrimary(cluster: Cluster, answers: readonly PromiseSettledResult<boolean>[]): Error {
  const reasons = cluster.instances.map((one, index) => {
    const answer = answers[index];
    return answer?.status === 'rejected'
      ? `${one.name}: ${answer.reason instanceof Error ? answer.reason.message : String(answer.reason)}`
      : `${one.name} is a standby`;
  });
  return new DatabaseUnavailableError(`the primary of ${cluster.name}`, new Error(reasons.join('; ')));
}

/** `25006`: what was the primary has become read-only, so it is one no longer. */
function forgettingOnFailure(database: Database, forget: () => void): Database {
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (isUnavailable(error) || isServerError(error, '25006')) forget();
      throw error;
    }
  };
  return {
    name: database.name,
    rows: (statement) => watch(database.rows(statement)),
    transaction: (work) => watch(database.transaction(work)),
    session: (work) => watch(database.session(work)),
    // The pool is the fleet's: a caller that is done with it must not end it for others.
    close: () => Promise.resolve(),
  };
}

interface Pools {
  get(key: string, open: () => Database): Database;
  close(): Promise<void>;
}

function createPools(): Pools {
  const pools = new Map<string, Database>();
  let isClosed = false;
  return {
    get(key, open) {
      if (isClosed) throw new DatabaseUnavailableError(key, new Error('the fleet is closed'));
      const pool = pools.get(key) ?? open();
      pools.set(key, pool);
      return pool;
    },
    async close() {
      isClosed = true;
      const open = [...pools.values()];
      pools.clear();
      await Promise.all(open.map((one) => one.close()));
    },
  };
}

function openMonitor(cluster: ClusterConfig, instance: Instance): Database {
  return openDatabase({
    ...connection(cluster, instance, cluster.monitor),
    maxConnections: MONITOR_CONNECTIONS,
    statementTimeoutMs: MONITOR_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: MONITOR_LOCK_TIMEOUT_MS,
  });
}

function openCollector(cluster: ClusterConfig, instance: Instance): Database {
  return openDatabase({
    ...connection(cluster, instance, cluster.monitor),
    applicationName: COLLECTOR_APPLICATION_NAME,
    keepsPlans: true, // half of what a look costs the server is planning
    maxConnections: 1,
    statementTimeoutMs: MONITOR_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: MONITOR_LOCK_TIMEOUT_MS,
  });
}

function openOperator(cluster: ClusterConfig, instance: Instance): Database {
  return openDatabase({
    ...connection(cluster, instance, cluster.operator),
    maxConnections: OPERATOR_CONNECTIONS,
    statementTimeoutMs: OPERATOR_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: OPERATOR_LOCK_TIMEOUT_MS,
  });
}

function connection(cluster: ClusterConfig, instance: Instance, credentials: Credentials) {
  const password = readPassword(credentials);
  return {
    host: instance.host,
    port: instance.port,
    database: cluster.database,
    user: credentials.user,
    applicationName: APPLICATION_NAME,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    ...(password === undefined ? {} : { password }),
  };
}

function toCluster(config: ClusterConfig): Cluster {
  const { name, database, instances, stanza } = config;
  return {
    name,
    database,
    instances: instances.map((one) => ({ cluster: name, name: one.name, host: one.host, port: one.port })),
    stanza: stanza ?? null,
    isShard: config.shard !== undefined && config.shard !== false,
  };
}
