import type { Command } from 'commander';
import { RecordedError } from '../../errors.ts';
import { LABEL_HELP } from '../backups/labels.ts';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { formatDrill, formatDrills } from './text.ts';
import {
  RecoveryDrillDocument,
  RecoveryDrillsDocument,
  StartRecoveryDrillDocument,
} from '../generated/graphql.ts';
import { type TargetOptions, toTarget, withTarget } from '../backups/restore-target.ts';
import { resolveCluster, type Session, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

interface ClusterOption {
  readonly cluster?: string;
}

/** `sunday backups drill` */
export function addDrill(backups: Command, context: CommandContext): void {
  const drill = withStartOptions(
    withTarget(
      withCluster(
        backups
          .command('drill')
          .description('restores a state into a fenced clone, checks it, removes it and keeps the evidence'),
      ).argument('[label]', `${LABEL_HELP}; without any target: a random moment that can be recovered`),
    ).option('--dry-run', 'only say what would be done'),
  );
  withExamples(
    drill,
    'sunday backups drill --cluster main',
    'sunday backups drill latest',
    'sunday backups drill --time 2026-11-22T11:58:00Z --reason "quarterly audit"',
  );
  type Options = ClusterOption & StartOptions & TargetOptions & { dryRun?: boolean };
  runs<Options>(drill, context, async (session, options, [label]) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { latest, time, lsn, name, timezone, timeline } = options;
    const isRandom = [label, latest, time, lsn, name, timezone].every((one) => one === undefined);
    const answer = await session.client.start(StartRecoveryDrillDocument, {
      ...{ cluster, dryRun: options.dryRun ?? false, ...startFields(options) },
      ...(isRandom ? {} : { target: await toTarget(session, cluster, { label, options }) }),
      ...(timeline === undefined ? {} : { timeline }),
    });
    const { operation, plan } = unwrap(answer.startRecoveryDrill);
    if (operation !== null)
      return waitForOperation(session, operation, {
        wait: options.wait,
        details: async ({ id }) => showEvidence(session, id),
      });
    const steps = plan.steps.map((step, index) => `  ${index + 1}. ${step}`);
    session.show({ cluster, plan }, () => [plan.summary, ...steps, ...plan.warnings].join('\n'));
    return 0;
  });
}

/** `sunday drills`: the evidence. */
export function addDrills(program: Command, context: CommandContext): void {
  const drills = program.command('drills').description('evidence that recoveries were tried out');
  withExamples(drills, 'sunday drills list', 'sunday backups drill --cluster main');
  const list = withCluster(drills.command('list').description('drills, newest first'));
  withExamples(list, 'sunday drills list --cluster main', "sunday drills list --json | jq '.drills[0].rto'");
  runs<ClusterOption>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { recoveryDrills: found } = await session.client.request(RecoveryDrillsDocument, { cluster });
    session.show({ cluster, drills: found }, () =>
      found.length === 0
        ? `${cluster} has no drill yet: sunday backups drill --cluster ${cluster}`
        : formatDrills(found, session.terminal),
    );
  });
  const show = drills
    .command('show')
    .description('all that one drill has found')
    .argument('<id>', 'id of the drill, or of its operation');
  withExamples(show, 'sunday drills show 0199a1b2-c3d4-7000-8000-000000000000');
  runs<object>(show, context, async (session, _options, [id = '']) => {
    const { recoveryDrill: drill } = await session.client.request(RecoveryDrillDocument, { id });
    if (drill === null)
      throw new RecordedError({
        code: 'NODE_NOT_FOUND',
        message: `no drill with the id ${id} has come to an end`,
        hint: 'See all of them: sunday drills list',
        retryable: false,
      });
    session.show({ drill }, () => formatDrill(drill, session.terminal));
  });
}

async function showEvidence(session: Session, id: string) {
  const { recoveryDrill: drill } = await session.client.request(RecoveryDrillDocument, { id });
  return drill === null ? null : { text: formatDrill(drill, session.terminal), document: { drill } };
}
