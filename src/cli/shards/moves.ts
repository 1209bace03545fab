import { type Command, InvalidArgumentError, Option } from 'commander';
import { RecordedError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  wholeNumber,
  withExamples,
  withStartOptions,
} from '../command.ts';
import {
  AbortOrganizationMoveDocument,
  CompleteOrganizationMoveDocument,
  CutoverOrganizationMoveDocument,
  MoveLeftoversDocument,
  MoveOrganizationDocument,
  OrganizationMoveDocument,
  OrganizationMovesDocument,
  ReverseOrganizationMoveDocument,
} from '../generated/graphql.ts';
import { describeMove, describePlan, formatLeftovers, formatMoves } from './move-text.ts';
import { type Session, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

interface MoveOptions extends StartOptions {
  readonly to: string;
  readonly manual?: boolean;
  readonly pauseBudget?: number;
  readonly window?: { readonly from: string; readonly to: string };
  readonly dryRun?: boolean;
}

/** Adds what moves organizations to `organizations`, which it makes when nobody has. */
export function addMoves(program: Command, context: CommandContext): void {
  const organizations =
    program.commands.find((one) => one.name() === 'organizations') ??
    program.command('organizations').description('which organization lives on which shard');
  addMove(organizations, context);
  addMovesList(organizations, context);
  addLater(organizations, context);
  addReverse(organizations, context);
  addComplete(organizations, context);
  addLeftovers(organizations, context);
}

function addMove(organizations: Command, context: CommandContext): void {
  const move = withStartOptions(
    organizations
      .command('move')
      .description('brings an organization to another shard while it is used; it can be reversed')
      .argument('<organization>', 'id of the organization')
      .requiredOption('--to <shard>', 'shard it goes to')
      .option('--manual', 'wait for `cutover` once both sides are equal')
      .addOption(
        wholeNumber('--pause-budget <ms>', 'longest pause of its writers, in milliseconds', [10, 60_000]),
      )
      .addOption(
        new Option('--window <from-to>', 'cut over only then, every day, in UTC, e.g. 02:00-04:00').argParser(
          parseWindow,
        ),
      )
      .option('--dry-run', 'only say what the move would meet'),
  );
  withExamples(
    move,
    'sunday organizations move 7d0c2b6e-… --to shard-2 --dry-run',
    'sunday organizations move 7d0c2b6e-… --to shard-2 --manual',
  );
  runs<MoveOptions>(move, context, async (session, options, [organization = '']) => {
    const { to: toShard, manual, pauseBudget, window, dryRun = false } = options;
    const input = {
      ...{ organization, toShard, dryRun, ...startFields(options) },
      cutover: manual === true ? ('MANUAL' as const) : ('AUTOMATIC' as const),
      ...(pauseBudget === undefined ? {} : { pauseBudgetMs: pauseBudget }),
      ...(window === undefined ? {} : { window }),
    };
    const answer = await session.client.start(MoveOrganizationDocument, input);
    const { operation, plan } = unwrap(answer.moveOrganization);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ plan }, () => (plan === null ? '' : describePlan(plan, session.terminal)));
    return plan?.isPossible === false ? 5 : 0;
  });
}

function parseWindow(text: string): { readonly from: string; readonly to: string } {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new InvalidArgumentError('It is like 02:00-04:00.');
  return { from, to };
}

function addMovesList(organizations: Command, context: CommandContext): void {
  const moves = organizations
    .command('moves')
    .description('moves, newest first, or everything about one')
    .argument('[move]', 'id of a move')
    .option('--organization <id>', 'only those of this organization')
    .option('--shard <name>', 'only those from or to this shard')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(25));
  withExamples(moves, 'sunday organizations moves', 'sunday organizations moves 0b6ff7e2-…');
  type Options = { organization?: string; shard?: string; limit: number };
  runs<Options>(moves, context, async (session, { organization, shard, limit }, [id]) => {
    if (id !== undefined) return showMove(session, id);
    const answer = await session.client.request(OrganizationMovesDocument, {
      first: limit,
      ...(organization === undefined ? {} : { organization }),
      ...(shard === undefined ? {} : { shard }),
    });
    const found = answer.organizationMoves.edges.map(({ node }) => node);
    session.show({ moves: found }, () => formatMoves(found, session.terminal));
    return 0;
  });
}

async function showMove(session: Session, id: string): Promise<number> {
  const { organizationMove: move } = await session.client.request(OrganizationMoveDocument, { id });
  if (move === null || move === undefined)
    throw new RecordedError({
      ...{ code: 'MOVE_NOT_FOUND', message: `there is no move ${id}`, retryable: false },
      hint: 'List the moves to see their ids.',
    });
  session.show({ move }, () => describeMove(move, session.terminal));
  return 0;
}

function addLater(organizations: Command, context: CommandContext): void {
  const add = (name: string, description: string) => {
    const command = withStartOptions(
      organizations.command(name).description(description).argument('<move>', 'id of the move'),
    );
    withExamples(command, `sunday organizations ${name} 0b6ff7e2-…`);
    return command;
  };
  runs<StartOptions>(
    add('cutover', 'changes the home of a move that is READY'),
    context,
    async (session, options, [id = '']) => {
      const answer = await session.client.start(CutoverOrganizationMoveDocument, {
        id,
        ...startFields(options),
      });
      const { operation } = unwrap(answer.cutoverOrganizationMove);
      return waitForOperation(session, operation, { wait: options.wait });
    },
  );
  runs<StartOptions>(
    add('abort', 'ends a move before its cutover and takes away all it has made'),
    context,
    async (session, options, [id = '']) => {
      const answer = await session.client.start(AbortOrganizationMoveDocument, {
        id,
        ...startFields(options),
      });
      const { operation } = unwrap(answer.abortOrganizationMove);
      return waitForOperation(session, operation, { wait: options.wait });
    },
  );
}

type AcceptingOptions = StartOptions & { readonly acceptDifferences?: boolean };

function addReverse(organizations: Command, context: CommandContext): void {
  const reverse = withStartOptions(
    organizations
      .command('reverse')
      .description('brings an organization back to where it came from, with all that was written since')
      .argument('<move>', 'id of the move')
      .option('--accept-differences', 'go back although both sides are not the same'),
  );
  withExamples(reverse, 'sunday organizations reverse 0b6ff7e2-…');
  runs<AcceptingOptions>(reverse, context, async (session, options, [id = '']) => {
    const { acceptDifferences = false } = options;
    const input = { id, acceptDifferences, ...startFields(options) };
    const answer = await session.client.start(ReverseOrganizationMoveDocument, input);
    const { operation } = unwrap(answer.reverseOrganizationMove);
    return waitForOperation(session, operation, { wait: options.wait });
  });
}

function addComplete(organizations: Command, context: CommandContext): void {
  const complete = withStartOptions(
    organizations
      .command('complete')
      .description('gives up the way back: deletes the rows on the old shard')
      .argument('<move>', 'id of the move')
      .option('--accept-differences', 'delete them although nobody has proven that both sides are the same'),
  );
  withExamples(complete, 'sunday organizations complete 0b6ff7e2-…');
  runs<AcceptingOptions>(complete, context, async (session, options, [id = '']) => {
    const { acceptDifferences = false } = options;
    const input = { id, acceptDifferences, ...startFields(options) };
    const answer = await session.client.start(CompleteOrganizationMoveDocument, input);
    const { operation } = unwrap(answer.completeOrganizationMove);
    return waitForOperation(session, operation, { wait: options.wait });
  });
}

function addLeftovers(organizations: Command, context: CommandContext): void {
  const leftovers = organizations
    .command('leftovers')
    .description('what moves that have ended left behind on any shard');
  withExamples(leftovers, 'sunday organizations leftovers');
  runs(leftovers, context, async (session) => {
    const { findMoveLeftovers: found } = await session.client.request(MoveLeftoversDocument, {});
    session.show(found, () => formatLeftovers(found));
    return 0;
  });
}
