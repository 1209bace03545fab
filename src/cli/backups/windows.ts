import type { Command } from 'commander';
import { runs, withCluster, withExamples, type CommandContext } from '../command.ts';
import { RecoveryWindowsDocument, type RecoveryWindowsQuery } from '../generated/graphql.ts';
import { requireCluster, resolveCluster } from '../session.ts';
import { describeWindows } from './window-text.ts';

type Found = NonNullable<RecoveryWindowsQuery['cluster']>;

/** What a cluster's windows look like once they are there. */
export type ShownWindows = NonNullable<Found['recoveryWindow']> & {
  readonly windows: NonNullable<Found['recoveryWindows']>;
};

/** `sunday backups windows`: exit code 7 while something is missing or the objective is broken, when asked to check. */
export function addWindows(backups: Command, context: CommandContext): void {
  const windows = withCluster(
    backups
      .command('windows')
      .description(
        'what can be recovered: backups, write-ahead log and gaps on a time line, and what would be lost now',
      )
      .option('--check', 'end with exit code 7 when there is a gap or the loss window is over 5 minutes'),
  );
  withExamples(
    windows,
    'sunday backups windows --cluster main',
    "sunday backups windows --json | jq '.recoveryWindow.loss.seconds'",
  );
  runs<{ cluster?: string; check?: boolean }>(windows, context, async (session, options) => {
    const name = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(RecoveryWindowsDocument, { cluster: name });
    const { recoveryWindow, recoveryWindows } = requireCluster(answer.cluster, name);
    session.show({ cluster: name, recoveryWindow, recoveryWindows }, () =>
      recoveryWindow === null
        ? `${name} has no backups: no pgBackRest stanza is configured for it`
        : describeWindows(name, { ...recoveryWindow, windows: recoveryWindows ?? [] }, session.terminal),
    );
    return options.check === true && isBroken(recoveryWindow) ? 7 : 0;
  });
}

const OBJECTIVE_SECONDS = 300;

function isBroken(window: Found['recoveryWindow']): boolean {
  return (
    window === null ||
    window.gaps.length > 0 ||
    window.loss.seconds === null ||
    window.loss.seconds > OBJECTIVE_SECONDS
  );
}
