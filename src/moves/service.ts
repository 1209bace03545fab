import { z } from 'zod';
import { findKeyUse } from '../operations/idempotency-store.ts';
import { ENDED_STATES, type Operation, type OperationRequest } from '../operations/operations.ts';
import type { Operations } from '../operations/service.ts';
import type { Page } from '../page.ts';
import { MoveNotFoundError, MoveRefusedError, MoveStateError } from './errors.ts';
import { findLeftoversOn, type MoveLeftover } from './leftovers/leftovers.ts';
import { BEFORE_CUTOVER, ENDED_MOVES, type MoveCheck, type OrganizationMove } from './moves.ts';
import type { MoveInput } from './inputs.ts';
import type { LaterDefinition, MoveDefinitions } from './operations.ts';
import { checkMove } from './preflight/checks.ts';
import { countRows, listTenantTables } from './preflight/tables-probe.ts';
import type { MoveDependencies } from './run/parts.ts';
import type { Side } from './sides.ts';
import * as store from './store.ts';
import type { MoveFilter, MoveKey } from './store.ts';
import { type StartMove, toInput, toSameInput } from './wanted.ts';

/** What a move would meet, with nothing made. */
export interface MovePlan {
  readonly organization: string;
  readonly fromShard: string;
  readonly toShard: string;
  readonly checks: readonly MoveCheck[];
  /** Rows on the source, over all tables. */
  readonly rows: number;
  readonly isPossible: boolean;
}

export interface MoveServiceOptions extends MoveDependencies {
  readonly operations: Operations;
  readonly definitions: MoveDefinitions;
  /** Does `work` with each shard in turn; one that does not answer is left out by whoever gives this, with its reason. */
  readonly eachShard: <T>(work: (side: Side) => Promise<T>) => Promise<readonly ShardAnswer<T>[]>;
}

/** What one shard answered, or why it did not. */
export interface ShardAnswer<T> {
  readonly shard: string;
  readonly value: T | null;
  readonly reason: string | null;
}

export interface Leftovers {
  readonly found: readonly MoveLeftover[];
  /** Shards that did not answer: what they hold is unknown. */
  readonly unknown: readonly { readonly shard: string; readonly reason: string }[];
}

/** May be told to go on although both sides are not the same, or can't be proven to be. */
export type AcceptingRequest = OperationRequest & { readonly acceptDifferences: boolean };

/** Everything the API does with moves. */
export interface MoveService {
  findMany(ids: readonly string[]): Promise<readonly (OrganizationMove | null)[]>;
  list(filter: MoveFilter, page: Page<MoveKey>): Promise<readonly OrganizationMove[]>;
  count(filter: MoveFilter): Promise<number>;
  /** @throws {OrganizationNotFoundError} @throws {ShardNotFoundError} @throws {OrganizationMovingError} */
  plan(wanted: StartMove): Promise<MovePlan>;
  /** @throws what `plan` does, and what starting an operation does. */
  move(wanted: StartMove, request: OperationRequest): Promise<Operation>;
  /** @throws {MoveNotFoundError} @throws {MoveStateError} */
  cutover(id: string, request: OperationRequest): Promise<Operation>;
  reverse(id: string, request: AcceptingRequest): Promise<Operation>;
  complete(id: string, request: AcceptingRequest): Promise<Operation>;
  /** One that copies is cancelled, and its operation takes everything back; else an operation of its own does. */
  abort(id: string, request: OperationRequest): Promise<Operation>;
  /** What moves that have ended left behind on any shard. */
  findLeftovers(): Promise<Leftovers>;
}

export function createMoves(options: MoveServiceOptions): MoveService {
  const { db, operations, definitions } = options;
  const later = async (
    [kind, id]: readonly ['cutover' | 'reverse' | 'complete', string],
    allowed: (move: OrganizationMove) => MoveStateError | null,
    request: OperationRequest,
    acceptDifferences = false,
  ) => {
    const move = await get(options, id);
    const refusal = allowed(move);
    if (refusal !== null && !(await findRepeated(options, request))) throw refusal;
    return startLater(operations, definitions[kind], { move, acceptDifferences }, request);
  };
  return {
    findMany: (ids) => store.findMany(db, ids.map(toKnownId)),
    list: (filter, page) => store.list(db, filter, page),
    count: (filter) => store.count(db, filter),
    plan: (wanted) => plan(options, wanted),
    move: async (wanted, request) => {
      const earlier = await findRepeated(options, request);
      const input = (earlier && toSameInput(earlier, wanted)) ?? (await toInput(options, wanted));
      return operations.start(definitions.move, input, request);
    },
    cutover: (id, request) => later(['cutover', id], mayCutOver, request),
    reverse: (id, { acceptDifferences, ...request }) =>
      later(['reverse', id], mayReverse, request, acceptDifferences),
    complete: (id, { acceptDifferences, ...request }) =>
      later(['complete', id], mayComplete, request, acceptDifferences),
    abort: (id, request) => abort(options, id, request),
    findLeftovers: () => findLeftovers(options),
  };
}

const mayCutOver = (move: OrganizationMove) =>
  move.state === 'READY' || move.state === 'CUTOVER'
    ? null
    : new MoveStateError(move, 'cut over', 'Only a move that is READY can be.');
const ABORT_BEFORE = 'Only a move that is REVERSIBLE can be; abort it before its cutover.';
const mayReverse = (move: OrganizationMove) =>
  move.state === 'REVERSIBLE' ? null : new MoveStateError(move, 'reversed', ABORT_BEFORE);
const mayComplete = (move: OrganizationMove) =>
  move.state === 'REVERSIBLE'
    ? null
    : new MoveStateError(move, 'completed', 'Only a move that is REVERSIBLE can be.');

function startLater(
  operations: Operations,
  definition: LaterDefinition,
  { move, acceptDifferences }: { readonly move: OrganizationMove; readonly acceptDifferences: boolean },
  request: OperationRequest,
): Promise<Operation> {
  const { id: moveId, organization, fromCluster, toCluster } = move;
  return operations.start(
    definition,
    { moveId, organization, fromCluster, toCluster, acceptDifferences },
    request,
  );
}

/** What the request's key stands for already: a repeated call finds its operation, though it would be refused by now. */
async function findRepeated(
  { db, operations }: MoveServiceOptions,
  { principal, idempotencyKey }: OperationRequest,
): Promise<Operation | null> {
  const use = idempotencyKey === null ? null : await findKeyUse(db, principal.id, idempotencyKey);
  return use && ((await operations.findMany([use.operationId]))[0] ?? null);
}

async function abort(options: MoveServiceOptions, id: string, request: OperationRequest): Promise<Operation> {
  const { operations, definitions } = options;
  const move = await get(options, id);
  if (ENDED_MOVES.includes(move.state) || (!BEFORE_CUTOVER.includes(move.state) && move.state !== 'CUTOVER'))
    throw new MoveStateError(
      move,
      'aborted',
      move.state === 'REVERSIBLE' ? 'Reverse it instead.' : 'There is nothing left to abort.',
    );
  const [beginning] = await operations.findMany([id]);
  if (beginning && !ENDED_STATES.includes(beginning.state)) return operations.cancel(id, request);
  return startLater(operations, definitions.abort, { move, acceptDifferences: false }, request);
}

async function plan(options: MoveServiceOptions, wanted: StartMove): Promise<MovePlan> {
  const input = await toInput(options, wanted);
  const { organization, fromShard, toShard } = input;
  const { checks, rows } = await options.openSides(toSketch(input), async (sides) => {
    const found = await checkMove(sides, organization);
    const role = found.filter(({ name, state }) => name === 'ROLE' && state === 'FAILED');
    if (role.length > 0) throw new MoveRefusedError(role); // we may not count either
    const tables = await listTenantTables(sides.from.db);
    return { checks: found, rows: sum(await countRows(sides.from.db, tables, organization)) };
  });
  const isPossible = checks.every(({ state }) => state !== 'FAILED');
  return { organization, fromShard, toShard, checks, rows, isPossible };
}

/** A move that is not written down, to look at both of its shards. */
function toSketch(input: MoveInput): OrganizationMove {
  return {
    ...input,
    id: NO_ID,
    state: 'PREFLIGHT',
    epoch: BigInt(input.epoch),
    ...{ checks: [], tables: [], verifications: [], pauses: [], subscriptions: [] },
    ...{ problem: null, startedAt: new Date(), cutOverAt: null, finishedAt: null },
  };
}

async function findLeftovers(options: MoveServiceOptions): Promise<Leftovers> {
  const unfinished = await store.listUnfinished(options.db);
  const answers = await options.eachShard((side) => findLeftoversOn(side, unfinished));
  return {
    found: answers.flatMap(({ value }) => value ?? []),
    unknown: answers.flatMap(({ shard, reason }) => (reason === null ? [] : [{ shard, reason }])),
  };
}

async function get({ db }: Pick<MoveServiceOptions, 'db'>, id: string): Promise<OrganizationMove> {
  const [move] = await store.findMany(db, [toKnownId(id)]);
  if (!move) throw new MoveNotFoundError(id);
  return move;
}

const uuid = z.uuid();
/** No move has it. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

function toKnownId(id: string): string {
  return uuid.safeParse(id).success ? id : NO_ID;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
