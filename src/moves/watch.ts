import { ENDED_STATES, OPERATION_STATES, type OperationRequest } from '../operations/operations.ts';
import type { Operations } from '../operations/service.ts';
import { isUnavailable } from '../postgres/errors.ts';
import { MoveStreamError, MoveWalLimitError } from './errors.ts';
import { laterInput } from './inputs.ts';
import { isInWindow, type OrganizationMove } from './moves.ts';
import type { MoveDefinitions } from './operations.ts';
import { listIdentityProblems } from './preflight/tables-probe.ts';
import type { MoveDependencies } from './run/parts.ts';
import { removeStream } from './run/remove.ts';
import { directed, type Sides } from './sides.ts';
import * as store from './store.ts';
import { checkStream } from './stream/copy.ts';

export interface MoveWatchOptions extends MoveDependencies {
  readonly operations: Operations;
  readonly definitions: MoveDefinitions;
  readonly onError: (error: unknown, move: OrganizationMove) => void;
}

const EVERY_MS = 10_000;
const STOP_MS = 30_000;

/**
 * Looks after moves that wait for people: no operation runs then, but a stream does, and the server that sends keeps
 * log for it. One that endangers that server is ended before it does. Also begins a cutover when its window opens, and
 * goes on with what an operation had to leave behind.
 * Two workers that do the same thing at once do it once.
 */
export function createMoveWatch(options: MoveWatchOptions): {
  look(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
} {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();
  const look = async () => {
    for (const move of await store.listUnfinished(options.db)) {
      await lookAt(options, move).catch((error: unknown) => {
        if (!isUnavailable(error)) options.onError(error, move);
      });
    }
  };
  return {
    look,
    start() {
      timer = setInterval(() => {
        underWay = underWay.then(look).catch(() => {}); // the control database is away: the next look is soon
      }, EVERY_MS);
      return Promise.resolve();
    },
    async stop() {
      clearInterval(timer);
      const patience = AbortSignal.timeout(STOP_MS);
      const isTired = new Promise<void>((resolve) =>
        patience.addEventListener('abort', () => resolve(), { once: true }),
      );
      await Promise.race([underWay, isTired]);
    },
  };
}

async function lookAt(options: MoveWatchOptions, move: OrganizationMove): Promise<void> {
  const { settings } = move;
  if (move.state === 'READY' && settings.cutover === 'AUTOMATIC' && settings.window !== null) {
    if (isInWindow(settings.window, new Date())) return begin(options, 'cutover', move, hour());
  }
  if (move.state !== 'READY' && move.state !== 'REVERSIBLE') return goOn(options, move);
  const problem = await options.openSides(move, (sides) => findDanger(sides, move));
  if (problem === null) return;
  await store.update(options.db, move.id, { problem });
  if (move.state === 'READY') return begin(options, 'abort', move, 'danger');
  // The organization stays where it is; only the way back is given up, by `completeOrganizationMove` for good.
  await options.openSides(move, (sides) =>
    removeStream({ sides, move }, 'REVERSE', AbortSignal.timeout(STOP_MS)),
  );
}

const UNDER_WAY = OPERATION_STATES.filter((state) => !ENDED_STATES.includes(state));
const ANY_PAGE = { after: null, before: null, fromEnd: false, limit: 100 };

/**
 * A shard was away for longer than an operation waits, so it failed and could not take back what it had made. Tried
 * again each hour: what is left costs the others, and people have long gone on to something else.
 */
async function goOn(options: MoveWatchOptions, move: OrganizationMove): Promise<void> {
  const { operations } = options;
  const [beginning] = await operations.findMany([move.id]);
  if (!beginning || !ENDED_STATES.includes(beginning.state)) return;
  const underWay = await operations.list({ cluster: move.fromCluster, states: UNDER_WAY }, ANY_PAGE);
  const isUnderWay = underWay.some(({ input }) => laterInput.safeParse(input).data?.moveId === move.id);
  if (!isUnderWay) await begin(options, move.state === 'CUTOVER' ? 'cutover' : 'abort', move, hour());
}

/** Null when the server that sends is safe. A stream that stands still is not: its log grows. */
async function findDanger(sides: Sides, move: OrganizationMove): Promise<string | null> {
  const direction = move.state === 'READY' ? 'FORWARD' : 'REVERSE';
  const to = directed(sides, direction);
  try {
    await checkStream({ sides: to, move, direction });
    return null;
  } catch (error) {
    if (error instanceof MoveWalLimitError) return error.message;
    const [identity] = await listIdentityProblems(to.from.db);
    // Nobody can update rows of that table, of any organization, while the publication is there.
    if (error instanceof MoveStreamError && identity !== undefined) return error.message;
    if (error instanceof MoveStreamError) return null; // bounded by the limit of log; people see it in the move
    throw error;
  }
}

/** A window is tried once in an hour; what gave up is not tried again and again. */
function hour(): string {
  return new Date().toISOString().slice(0, 13);
}

async function begin(
  { operations, definitions }: MoveWatchOptions,
  what: 'cutover' | 'abort',
  { id, organization, fromCluster, toCluster }: OrganizationMove,
  occasion: string,
): Promise<void> {
  const request: OperationRequest = {
    principal: { id: 'sunday', name: 'sunday', role: 'OPERATOR', scopes: ['shard:write'] },
    action: what === 'cutover' ? 'cutoverOrganizationMove' : 'abortOrganizationMove',
    ...{ onBehalfOf: null, reason: null, requestId: 'moves', idempotencyKey: `${id}:${what}:${occasion}` },
  };
  const input = { moveId: id, organization, fromCluster, toCluster, acceptDifferences: false };
  await operations.start(definitions[what], input, request);
}
