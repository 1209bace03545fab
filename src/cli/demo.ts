import type { Command } from 'commander';
import {
  runs,
  startFields,
  wholeNumber,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from './command.ts';
import { LoadDemoDataDocument } from './generated/graphql.ts';
import { resolveCluster, unwrap } from './session.ts';
import { waitForOperation } from './terminal/watch.ts';

const INT_MAX = 2 ** 31 - 1;

interface LoadOptions extends StartOptions {
  readonly cluster?: string;
  readonly organizations: number;
  readonly items: number;
  readonly seed: number;
}

export function addDemo(program: Command, context: CommandContext): void {
  const demo = program.command('demo').description('data to try things with');
  const load = withStartOptions(
    withCluster(
      demo
        .command('load')
        .description('fills the database with realistic data; the same seed gives the same rows'),
    )
      .addOption(wholeNumber('--organizations <number>', 'how many organizations', [1, INT_MAX]).default(4))
      .addOption(
        wholeNumber('--items <number>', 'how many items, over all organizations', [1, INT_MAX]).default(
          200_000,
        ),
      )
      .addOption(wholeNumber('--seed <number>', 'start of the random numbers', [0, INT_MAX]).default(1)),
  );
  withExamples(demo, 'sunday demo load --organizations 4 --items 200000');
  withExamples(load, 'sunday demo load --cluster main --organizations 4 --items 200000');
  runs<LoadOptions>(load, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { organizations, items, seed } = options;
    const input = { cluster, organizations, items, seed, ...startFields(options) };
    const answer = await session.client.start(LoadDemoDataDocument, input);
    return waitForOperation(session, unwrap(answer.loadDemoData).operation, { wait: options.wait });
  });
}
