import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LABEL_HELP, resolveLabel } from './backup-labels.ts';
import {
  runs,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from './command.ts';
import { StartRestoreDocument, type StartRestoreMutation } from './generated/graphql.ts';
import { resolveCluster, unwrap } from './session.ts';
import { waitForOperation } from './watch.ts';

type Plan = Extract<StartRestoreMutation['startRestore'], { __typename: 'StartRestoreSuccess' }>['plan'];

interface ClusterOption {
  readonly cluster?: string;
}

export function addRestore(backups: Command, context: CommandContext): void {
  const restore = withStartOptions(
    withCluster(
      backups
        .command('restore')
        .description('restores a backup into a new directory and proves that its rows are there'),
    )
      .argument('<label>', LABEL_HELP)
      .requiredOption('--destination <directory>', 'a new or empty directory on the host of the repository')
      .option('--dry-run', 'only say what would be done'),
  );
  withExamples(
    restore,
    'sunday backups restore latest --destination /srv/restored',
    'sunday backups restore 20261122-064811F --destination /srv/restored --dry-run',
  );
  type Options = ClusterOption & StartOptions & { destination: string; dryRun?: boolean };
  runs<Options>(restore, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const label = await resolveLabel(session, cluster, named);
    const { dryRun = false } = options;
    const input = {
      cluster,
      label,
      destination: resolve(options.destination),
      dryRun,
      ...startFields(options),
    };
    const answer = await session.client.start(StartRestoreDocument, input);
    const { operation, plan } = unwrap(answer.startRestore);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ cluster, plan }, () => formatPlan(plan));
    return 0;
  });
}

function formatPlan({ summary, steps, warnings }: Plan): string {
  const numbered = steps.map((one, index) => `  ${index + 1}. ${one}`);
  return [summary, ...numbered, ...warnings.map((one) => `warning: ${one}`)].join('\n');
}
