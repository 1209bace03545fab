import { type Command, Option } from 'commander';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  whyFields,
  type WhyOptions,
  wholeNumber,
  withExamples,
  withStartOptions,
  withWhy,
} from '../command.ts';
import { formatBytes, formatDuration } from '../terminal/format.ts';
import {
  DrainShardDocument,
  PauseRebalanceDocument,
  type PauseRebalanceInput,
  PlanRebalanceDocument,
  type RebalanceGoal,
  type RebalancePlanLinesFragment,
  ResumeRebalanceDocument,
  StartRebalanceDocument,
} from '../generated/graphql.ts';
import { type Session, unwrap } from '../session.ts';
import { formatTable, right } from '../terminal/terminal.ts';
import { waitForOperation } from '../terminal/watch.ts';

const GOALS: Readonly<Record<string, RebalanceGoal>> = {
  bytes: 'BALANCE_BYTES',
  activity: 'BALANCE_ACTIVITY',
  drain: 'DRAIN',
  isolate: 'ISOLATE_HOT',
};

/** `plan`, `rebalance`, `pause`, `resume` and `drain`. */
export function addRebalances(shards: Command, context: CommandContext): void {
  addPlan(shards, context);
  addRebalance(shards, context);
  for (const turn of TURNS) addTurn(shards, context, turn);
  addDrain(shards, context);
}

function addPlan(shards: Command, context: CommandContext): void {
  const plan = shards
    .command('plan')
    .description('moves that would make the shards even; nothing moves')
    .addOption(new Option('--goal <goal>', 'what for').choices(Object.keys(GOALS)).default('bytes'))
    .addOption(wholeNumber('--max-moves <number>', 'at most so many moves', [1, 1_000]).default(20))
    .option('--keep <uuid...>', 'organizations that stay where they are')
    .option('--drain <shard...>', 'shards to plan for as if they were drained');
  withExamples(
    plan,
    'sunday shards plan --goal bytes',
    'sunday shards plan --goal isolate',
    'sunday shards plan --goal drain --drain shard-2 --json',
  );
  type Options = { goal: string; maxMoves: number; keep?: string[]; drain?: string[] };
  runs<Options>(plan, context, async ({ client, show }, { goal, maxMoves, keep, drain }) => {
    const input = {
      goal: GOALS[goal] ?? 'BALANCE_BYTES',
      maxMoves,
      ...(keep && { keep }),
      ...(drain && { drain }),
    };
    const made = unwrap((await client.request(PlanRebalanceDocument, { input })).planRebalance).plan;
    show({ plan: made }, () => formatPlan(made));
  });
}

function formatPlan(plan: RebalancePlanLinesFragment): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const table = formatTable(
    ['organization', 'from', 'to', right('size'), right('takes'), right('pause'), 'why'],
    plan.moves.map((one) => [
      ...[one.organizationId, one.from, one.to, formatBytes(one.bytes), formatDuration(one.estimatedSeconds)],
      ...[`${Math.round(one.estimatedPauseMs)} ms`, one.reason],
    ]),
  );
  return [
    ...(plan.moves.length === 0 ? ['nothing to move'] : [table]),
    `in the wrong place: ${percent(plan.imbalanceBefore)} now, ${percent(plan.imbalanceAfter)} afterwards`,
    ...plan.stays.map((one) => `${one.organizationId} stays on ${one.shard}: ${one.reason.toLowerCase()}`),
    ...plan.warnings.map((one) => `would stop it: ${one}`),
    ...(plan.moves.length === 0 ? [] : [`carry it out: sunday shards rebalance ${plan.id}`]),
  ].join('\n');
}

function addRebalance(shards: Command, context: CommandContext): void {
  const rebalance = withStartOptions(
    shards
      .command('rebalance')
      .description('makes the moves of a plan')
      .argument('<plan>', 'id that `sunday shards plan` has printed')
      .addOption(wholeNumber('--concurrency <number>', 'moves at the same time', [1, 8]).default(1))
      .option('--in-quiet-hours', 'only while the measured load is low')
      .addOption(
        wholeNumber('--pause-budget <ms>', 'longest pause of their writers, in milliseconds', [1, 60_000]),
      ),
  );
  withExamples(
    rebalance,
    'sunday shards rebalance 6f1f0b0e-0b1c-4c3e-9f55-0e8d9d3c1b2a --reason "shard-1 is hot"',
  );
  type Options = StartOptions & { concurrency: number; inQuietHours?: boolean; pauseBudget?: number };
  runs<Options>(rebalance, context, async (session, options, [plan = '']) => {
    const { concurrency, inQuietHours = false, pauseBudget } = options;
    const input = {
      ...{ plan, concurrency, inQuietHours, ...startFields(options) },
      ...(pauseBudget === undefined ? {} : { pauseBudgetMs: pauseBudget }),
    };
    const { operation } = unwrap((await session.client.start(StartRebalanceDocument, input)).startRebalance);
    return waitForOperation(session, operation, { wait: options.wait });
  });
}

interface Turn {
  readonly name: 'pause' | 'resume';
  readonly description: string;
  readonly turn: (
    client: Session['client'],
    input: PauseRebalanceInput,
  ) => Promise<RebalancePlanLinesFragment>;
  readonly done: (operation: string) => string;
}

const TURNS: readonly Turn[] = [
  {
    name: 'pause',
    description: 'lets a rebalance begin no further move; those under way go on to their end',
    turn: async (client, input) =>
      unwrap((await client.request(PauseRebalanceDocument, { input })).pauseRebalance).plan,
    done: (operation) => `no further move begins; go on: sunday shards resume ${operation}`,
  },
  {
    name: 'resume',
    description: 'lets a paused rebalance go on',
    turn: async (client, input) =>
      unwrap((await client.request(ResumeRebalanceDocument, { input })).resumeRebalance).plan,
    done: (operation) => `it goes on; watch it: sunday operations watch ${operation}`,
  },
];

function addTurn(shards: Command, context: CommandContext, { name, description, turn, done }: Turn): void {
  const command = shards
    .command(name)
    .description(description)
    .argument('<operation>', 'id of the operation that `sunday shards rebalance` has started');
  withExamples(withWhy(command), `sunday shards ${name} 7c9e6679-7425-40de-944b-e07fc1f90ae7`);
  runs<WhyOptions>(command, context, async ({ client, show }, options, [operation = '']) => {
    const plan = await turn(client, { operation, ...whyFields(options) });
    show({ plan }, () => `✓ ${done(operation)}`);
  });
}

function addDrain(shards: Command, context: CommandContext): void {
  const drain = shards
    .command('drain')
    .description('lets a shard take no more organizations, and plans what leaves it')
    .argument('<shard>', 'name of the shard')
    .option('--undo', 'it takes organizations again')
    .option('--dry-run', 'only say what would leave it')
    .option('--reason <text>', 'why, for the audit log');
  withExamples(drain, 'sunday shards drain shard-2 --dry-run', 'sunday shards drain shard-2 --undo');
  type Options = { undo?: boolean; dryRun?: boolean; reason?: string };
  runs<Options>(
    drain,
    context,
    async ({ client, show }, { undo = false, dryRun = false, reason }, [shard = '']) => {
      const input = { shard, undo, dryRun, ...(reason && { reason }) };
      const { plan } = unwrap((await client.request(DrainShardDocument, { input })).drainShard);
      const now = undo ? 'takes organizations again' : 'takes no more organizations';
      const state = dryRun ? [] : [`✓ ${shard} ${now}`];
      show({ plan }, () => [...state, ...(undo ? [] : [formatPlan(plan)])].join('\n'));
    },
  );
}
