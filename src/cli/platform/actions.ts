import { Argument, type Command } from 'commander';
import { runs, withExamples, type CommandContext } from '../command.ts';
import { RunServiceActionDocument, type ServiceAction } from '../generated/graphql.ts';
import { unwrap } from '../session.ts';

const ACTIONS = ['save-snapshot', 'purge-memory', 'retry-shards'] as const;

interface ActionOptions {
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly onBehalfOf?: string;
}

export function addPlatformActions(platform: Command, context: CommandContext): void {
  const act = platform
    .command('run')
    .description('does to a service what an alert of it suggests')
    .argument('<name>', 'name of the service')
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .option('--dry-run', 'only say what would be done')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    act,
    'sunday platform run redis purge-memory',
    'sunday platform run search retry-shards --dry-run',
  );
  runs<ActionOptions>(act, context, async (session, options, [service = '', action = '']) => {
    const { dryRun = false, reason, onBehalfOf } = options;
    const answer = await session.client.request(RunServiceActionDocument, {
      input: {
        ...{ service, dryRun, action: action.toUpperCase().replaceAll('-', '_') as ServiceAction },
        ...(reason === undefined ? {} : { reason }),
        ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      },
    });
    const outcome = unwrap(answer.runServiceAction);
    session.show(outcome, () => {
      const said = outcome.isDone
        ? `✓ ${service} was told ${outcome.command}`
        : `would tell ${service} ${outcome.command}`;
      return `${said}\n${outcome.effect}`;
    });
  });
}
