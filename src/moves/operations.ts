import { defineOperation, type OperationDefinition } from '../operations/define.ts';
import { laterInput, type LaterInput, moveInput, type MoveInput, type MoveResult } from './inputs.ts';
import { isInWindow } from './moves.ts';
import { begin, copy, preflight } from './run/begin.ts';
import { finishCutover, runCutover } from './run/cutover.ts';
import { runComplete, runReverse } from './run/end.ts';
import { compare, type MoveDependencies, note, noteSubscriptions, onMove, type Part } from './run/parts.ts';
import { startStream } from './run/prepare.ts';
import { resultOf } from './run/result.ts';
import { undo } from './run/undo.ts';
import { listTenantTables } from './preflight/tables-probe.ts';
import { catchUp } from './stream/copy.ts';
import { analyze } from './stream/stream-store.ts';

/** Of one that follows a move. */
export type LaterDefinition = OperationDefinition<LaterInput, MoveResult>;

/** All kinds of operations on moves. */
export interface MoveDefinitions {
  readonly move: OperationDefinition<MoveInput, MoveResult>;
  readonly cutover: LaterDefinition;
  readonly reverse: LaterDefinition;
  readonly complete: LaterDefinition;
  readonly abort: LaterDefinition;
}

/** Rows come and go, and nobody may change a schema meanwhile. */
const LANES = ['data', 'schema'] as const;

/** The kinds, with what they work with. */
export function createMoveDefinitions(deps: MoveDependencies): MoveDefinitions {
  const later = (kind: string, run: LaterDefinition['run']): LaterDefinition =>
    defineOperation<LaterInput, MoveResult>({
      ...{ kind, lanes: LANES, whenBusy: 'QUEUE', input: laterInput, run },
      target: ({ organization, fromCluster, toCluster }) => ({
        ...{ cluster: fromCluster, name: organization, alsoOn: [toCluster] },
      }),
    });
  return {
    move: moveDefinition(deps),
    cutover: later('moves.cutover', (context, input) => runCutover(deps, context, input)),
    reverse: later('moves.reverse', (context, input) => runReverse(deps, context, input)),
    complete: later('moves.complete', (context, input) => runComplete(deps, context, input)),
    abort: later('moves.abort', async (context, { moveId }) => {
      await undo(deps, context, moveId, 'it was aborted');
      return resultOf(deps, context, moveId, null);
    }),
  };
}

function moveDefinition(deps: MoveDependencies): MoveDefinitions['move'] {
  return defineOperation<MoveInput, MoveResult>({
    ...{ kind: 'moves.move', lanes: LANES, whenBusy: 'QUEUE', input: moveInput },
    target: ({ organization, fromCluster, toCluster }) => ({
      ...{ cluster: fromCluster, name: organization, alsoOn: [toCluster] },
    }),
    async run(context, input) {
      const { step, operationId: id } = context;
      const on = <T>(name: string, work: (part: Part) => Promise<T>) =>
        step(name, (told) => onMove(deps, id, told, work));
      // Twice is safe: it only reads, and the move's row has the operation's id.
      await step('look ahead', async (told) => {
        await begin(deps, id, input);
        await onMove(deps, id, told, preflight);
      });
      // Twice is safe: each thing is made only when it is not there.
      await on('start the stream', async (part) => {
        await note(part, { state: 'COPYING' });
        await startStream({ ...part, directory: deps.passwordDirectory }, part.context);
        await noteSubscriptions(part);
      });
      // Twice is safe: these look, and the servers do the work.
      await on('copy', copy);
      await on('catch up', async (part) => {
        await note(part, { state: 'CATCHING_UP' });
        await analyze(part.sides.to.db, await listTenantTables(part.sides.to.db));
        await catchUp({ ...part, direction: 'FORWARD' }, part.context);
      });
      await on('compare', async (part) => {
        await note(part, { state: 'VERIFYING' });
        await compare(part, 'FORWARD');
        await note(part, { state: 'READY' });
      });
      const { cutover, window: opens } = input.settings;
      const isDue = await step('see whether it is time', () =>
        Promise.resolve(cutover === 'AUTOMATIC' && isInWindow(opens, new Date())),
      );
      return isDue ? finishCutover(deps, context, id) : resultOf(deps, context, id, null);
    },
    compensate: (context) => undo(deps, context, context.operationId, null),
  });
}
