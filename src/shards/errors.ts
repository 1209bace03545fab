import { SundayError } from '../errors.ts';

/** The directory knows no such organization. */
export class OrganizationUnknownError extends SundayError {
  readonly code = 'ORGANIZATION_NOT_FOUND';
  override readonly hint =
    'List the organizations to see their ids; a new one gets its shard from placeOrganization.';
  override readonly argument: readonly string[];
  constructor(id: string, argument: readonly string[] = ['id']) {
    super(`there is no organization ${id}`);
    this.argument = argument;
  }
}

/** No shard has that name. */
export class ShardUnknownError extends SundayError {
  readonly code = 'SHARD_NOT_FOUND';
  override readonly hint: string;
  override readonly argument: readonly string[];
  constructor(name: string, known: readonly string[], argument: readonly string[] = ['input', 'shard']) {
    super(`there is no shard ${name}`);
    this.hint = known.length === 0 ? 'There is none: add one.' : `Known shards: ${known.join(', ')}.`;
    this.argument = argument;
  }
}

/** The name or the cluster is taken. */
export class ShardExistsError extends SundayError {
  readonly code = 'SHARD_EXISTS';
  override readonly hint = 'A cluster is one shard: `sunday shards list` shows it.';
  override readonly argument = ['input', 'cluster'];
  constructor(name: string, cluster: string) {
    super(`a shard ${name} or one on cluster ${cluster} is there already`);
  }
}

/** Nobody takes the organization. */
export class NoShardTakesError extends SundayError {
  readonly code = 'SHARDS_FULL';
  override readonly hint = 'Add a shard, or make one ACTIVE again.';
  constructor(why: string) {
    super(`no shard takes the organization: ${why}`);
  }
}

/** Without it nobody would take new organizations, and those on it could go nowhere. */
export class LastShardError extends SundayError {
  readonly code = 'LAST_SHARD';
  override readonly hint = 'Add a shard first, or let another one take organizations again.';
  override readonly argument = ['input', 'shard'];
  constructor(name: string) {
    super(`${name} is the last shard that takes organizations`);
  }
}

/** Somebody else was quicker: it is not where the caller thought. */
export class PlacementChangedError extends SundayError {
  readonly code = 'PLACEMENT_CHANGED';
  override readonly hint = 'Ask the directory again.';
  constructor(organization: string, expected: string, actual: string) {
    super(`organization ${organization} is ${actual}, not ${expected}`);
  }
}

/** Rows that all shards share contradict each other, and people have to say which is right. */
export class SharedTablesConflictError extends SundayError {
  readonly code = 'SHARED_TABLES_CONFLICT';
  override readonly hint =
    'Two rows have the same unique value under different ids. Give one of them another value, then try again.';
  constructor(shard: string, table: string, ids: readonly string[]) {
    super(`${table} of ${shard} has rows that the home cannot take: ${ids.join(', ')}`);
  }
}

/** A plan is kept for a week, and begun once. */
export class RebalancePlanNotFoundError extends SundayError {
  readonly code = 'REBALANCE_PLAN_NOT_FOUND';
  override readonly hint = 'Make a new plan: what was measured then may be wrong by now.';
  override readonly argument = ['input', 'plan'];
  constructor(id: string, why: string) {
    super(`rebalance plan ${id} ${why}`);
  }
}

/** There is nothing to pause or to let go on. */
export class RebalanceNotRunningError extends SundayError {
  readonly code = 'REBALANCE_NOT_RUNNING';
  override readonly hint = '`sunday operations list` shows the operations that are under way.';
  override readonly argument = ['input', 'operation'];
  constructor(operationId: string, why: string) {
    super(`operation ${operationId} ${why}`);
  }
}

/** Something said that no more should be moved now. */
export class RebalanceStoppedError extends SundayError {
  readonly code = 'REBALANCE_STOPPED';
  override readonly hint = 'Look at what is said, then retry the operation: it goes on with what is left.';
  constructor(why: string) {
    super(why);
  }
}
