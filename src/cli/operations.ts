import { Option, type Command } from 'commander';
import {
  runs,
  startFields,
  wholeNumber,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from './command.ts';
import {
  describeFields,
  formatAge,
  formatDuration,
  formatFraction,
  formatTime,
  NOTHING,
  secondsBetween,
  toShortId,
} from './terminal/format.ts';
import {
  CancelOperationDocument,
  OperationDocument,
  OperationsDocument,
  RetryOperationDocument,
  type OperationLineFragment,
  type OperationQuery,
  type OperationState,
} from './generated/graphql.ts';
import { unwrap } from './session.ts';
import { formatPairs, formatTable, type Colour, type Terminal, right } from './terminal/terminal.ts';
import { requireOperation, waitForOperation } from './terminal/watch.ts';

const STATES = ['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const;
const COLOURS: Record<OperationState, Colour> = {
  QUEUED: 'dim',
  RUNNING: 'cyan',
  CANCELLING: 'yellow',
  SUCCEEDED: 'green',
  FAILED: 'red',
  CANCELLED: 'yellow',
};

export function addOperations(program: Command, context: CommandContext): void {
  const operations = program.command('operations').description('the work that was started, by anyone');
  withExamples(operations, 'sunday operations list', 'sunday operations watch ID');
  addList(operations, context);
  addShow(operations, context);
  addWatch(operations, context);
  addCancel(operations, context);
  addRetry(operations, context);
}

function addList(operations: Command, context: CommandContext): void {
  const list = operations
    .command('list')
    .description('operations, newest first')
    .option('-c, --cluster <name>', 'only those of this cluster')
    .option('--kind <kind>', 'only those of this kind, e.g. backups.start')
    .addOption(new Option('--state <state...>', 'only those in one of these states').choices(STATES))
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(20));
  withExamples(list, 'sunday operations list', 'sunday operations list --state running queued --limit 5');
  interface Filter {
    readonly cluster?: string;
    readonly kind?: string;
    readonly state?: readonly string[];
    readonly limit: number;
  }
  runs<Filter>(list, context, async ({ client, show, terminal }, { cluster, kind, state, limit }) => {
    const filter = {
      ...(cluster === undefined ? {} : { cluster }),
      ...(kind === undefined ? {} : { kind }),
      ...(state === undefined ? {} : { states: state.map((one) => one.toUpperCase() as OperationState) }),
    };
    const answer = await client.request(OperationsDocument, { first: limit, filter });
    const found = answer.operations.edges.map(({ node }) => node);
    show({ operations: found }, () =>
      found.length === 0 ? 'There is no such operation.' : formatOperations(found, terminal),
    );
  });
}

/** Also for the overview of the fleet. */
export function formatOperations(operations: readonly OperationLineFragment[], terminal: Terminal): string {
  return formatTable(
    ['operation', 'kind', 'target', 'state', 'progress', 'asked for', right('took'), 'by'],
    operations.map((one) => [
      toShortId(one.id),
      one.kind,
      one.target,
      terminal.paint(COLOURS[one.state], one.state),
      formatProgress(one),
      formatAge(one.createdAt),
      formatDuration(secondsBetween(one.startedAt, one.finishedAt ?? new Date().toISOString())),
      one.requestedBy,
    ]),
  );
}

/** Short, because an id takes half of a narrow terminal; `watch` says it all. */
function formatProgress({ finishedAt, fractionDone, phase }: OperationLineFragment): string {
  if (finishedAt !== null) return '';
  return fractionDone === null ? (phase ?? NOTHING) : formatFraction(fractionDone);
}

function addShow(operations: Command, context: CommandContext): void {
  const show = operations
    .command('show')
    .description('one operation: arguments, steps, result or error')
    .argument('<id>', 'id of the operation');
  withExamples(show, 'sunday operations show 0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d');
  runs(show, context, async (session, _options, [id = '']) => {
    const answer = await session.client.request(OperationDocument, { id });
    const operation = requireOperation(answer.operation, id);
    session.show({ operation }, () => formatOperation(operation, session.terminal));
  });
}

function formatOperation(one: NonNullable<OperationQuery['operation']>, terminal: Terminal): string {
  const pairs = [
    ['operation', toShortId(one.id)],
    ['kind', one.kind],
    ['target', one.target],
    ['state', terminal.paint(COLOURS[one.state], one.state)],
    [
      'asked for',
      `${formatTime(one.createdAt)} by ${one.onBehalfOf === null ? one.requestedBy : `${one.onBehalfOf} through ${one.requestedBy}`}`,
    ],
    ...(one.reason === null ? [] : [['reason', one.reason] as const]),
    ['started', formatTime(one.startedAt)],
    ['finished', formatTime(one.finishedAt)],
    ['attempts', String(one.attempts)],
    ...describeFields(one.input, 'input ').filter(([, value]) => value !== NOTHING),
    ...describeFields(one.result),
    ...(one.error === null ? [] : [['error', `${one.error.message} (${one.error.code})`] as const]),
    ...(one.error?.hint ? [['hint', one.error.hint] as const] : []),
  ] as const;
  const steps = formatTable(
    ['step', right('attempt'), 'state', 'started', right('took')],
    one.steps.map((step) => [
      step.name,
      String(step.attempt),
      terminal.paint(COLOURS[step.state], step.state),
      formatTime(step.startedAt),
      formatDuration(secondsBetween(step.startedAt, step.finishedAt)),
    ]),
  );
  return one.steps.length === 0 ? formatPairs(pairs) : [formatPairs(pairs), '', steps].join('\n');
}

function addWatch(operations: Command, context: CommandContext): void {
  const watch = operations
    .command('watch')
    .description('shows the progress of an operation until it ends; the exit code is that of its end')
    .argument('<id>', 'id of the operation');
  withExamples(watch, 'sunday operations watch 0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d');
  runs(watch, context, async (session, _options, [id = '']) => {
    const { operation } = await session.client.request(OperationDocument, { id });
    return waitForOperation(session, requireOperation(operation, id), { wait: true });
  });
}

function addCancel(operations: Command, context: CommandContext): void {
  const cancel = operations
    .command('cancel')
    .description('tells an operation to stop, and waits until it has cleaned up')
    .argument('<id>', 'id of the operation')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log')
    .option('--no-wait', 'do not wait until it has stopped');
  withExamples(
    cancel,
    'sunday operations cancel 0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d --reason "wrong cluster"',
  );
  runs<StartOptions>(cancel, context, async (session, options, [id = '']) => {
    const answer = await session.client.request(CancelOperationDocument, {
      input: { id, ...startFields(options) },
    });
    const { operation } = unwrap(answer.cancelOperation);
    return waitForOperation(session, operation, { wait: options.wait, isCancel: true });
  });
}

function addRetry(operations: Command, context: CommandContext): void {
  const retry = withStartOptions(
    operations
      .command('retry')
      .description('starts another attempt of an operation that failed or was cancelled')
      .argument('<id>', 'id of the operation'),
  );
  withExamples(retry, 'sunday operations retry 0a7d1f9e-5a1c-4c55-9c0e-0d9f6c1b2a3d');
  runs<StartOptions>(retry, context, async (session, options, [id = '']) => {
    const answer = await session.client.start(RetryOperationDocument, { id, ...startFields(options) });
    return waitForOperation(session, unwrap(answer.retryOperation).operation, { wait: options.wait });
  });
}
