import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { LABEL_HELP } from './labels.ts';
import {
  runs,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from '../command.ts';
import { formatBytes, formatDuration, formatTime, NOTHING } from '../terminal/format.ts';
import {
  CreateRestorePointDocument,
  RestorePlanDocument,
  StartRestoreDocument,
  type RestorePlanQuery,
  type StartRestoreMutation,
} from '../generated/graphql.ts';
import { toTarget, withTarget, type TargetOptions } from './restore-target.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatPairs, formatTable } from '../terminal/terminal.ts';
import { waitForOperation } from '../terminal/watch.ts';

type Steps = Extract<StartRestoreMutation['startRestore'], { __typename: 'StartRestoreSuccess' }>['plan'];

interface ClusterOption {
  readonly cluster?: string;
}

export function addRestore(backups: Command, context: CommandContext): void {
  addStart(backups, context);
  addPlan(backups, context);
  addPoint(backups, context);
}

interface PlaceOptions {
  readonly destination?: string;
  readonly database?: readonly string[];
  readonly inPlace?: boolean;
  readonly confirm?: string;
  readonly discardOld?: boolean;
}

function placeFields({ destination, database, inPlace, confirm, discardOld }: PlaceOptions) {
  return {
    ...(destination === undefined ? {} : { destination: resolve(destination) }),
    ...(database === undefined ? {} : { databases: [...database] }),
    ...(confirm === undefined ? {} : { confirm }),
    inPlace: inPlace ?? false,
    keepOld: !(discardOld ?? false),
  };
}

function addStart(backups: Command, context: CommandContext): void {
  const restore = withStartOptions(
    withTarget(
      withCluster(
        backups
          .command('restore')
          .description('restores into a new directory, and sees that it is what was asked for'),
      )
        .argument('[label]', LABEL_HELP)
        .option('--destination <directory>', 'a new or empty directory on the host of the repository'),
    )
      .option('--repository <name>', 'only look at the backups in this repository')
      .option('--database <names...>', 'only these databases; the others become files of zeros')
      .option('--in-place', 'take the live cluster itself back; needs --confirm')
      .option('--confirm <cluster>', 'the name of the cluster, typed back')
      .option('--discard-old', 'in place: delete the data directory from before when all is well')
      .option('--dry-run', 'only say what would be done'),
  );
  withExamples(
    restore,
    'sunday backups restore latest --destination /srv/restored',
    'sunday backups restore --time 2026-11-22T11:58:00Z --destination /srv/restored',
    'sunday backups restore --time 2026-11-22T11:58:00Z --in-place --confirm main',
    'sunday backups restore --time "2026-11-22 12:58" --timezone Europe/Berlin --destination /srv/restored --dry-run',
  );
  type Options = ClusterOption &
    StartOptions &
    TargetOptions &
    PlaceOptions & { repository?: string; dryRun?: boolean };
  runs<Options>(restore, context, async (session, options, [label]) => {
    requirePlace(options);
    const cluster = await resolveCluster(session, options.cluster);
    const input = {
      cluster,
      target: await toTarget(session, cluster, { label, options }),
      ...(options.timeline === undefined ? {} : { timeline: options.timeline }),
      ...(options.repository === undefined ? {} : { repository: options.repository }),
      ...placeFields(options),
      dryRun: options.dryRun ?? false,
      ...startFields(options),
    };
    const answer = await session.client.start(StartRestoreDocument, input);
    const { operation, plan } = unwrap(answer.startRestore);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ cluster, plan }, () => formatSteps(plan));
    return 0;
  });
}

/** @throws {InvalidInputError} when it is not said where to, or said twice. */
function requirePlace({ destination, inPlace }: PlaceOptions): void {
  if (destination === '')
    throw new InvalidInputError(['--destination'], 'this must not be empty', 'Name a directory.');
  if ((destination === undefined) !== (inPlace === true))
    throw new InvalidInputError(
      ['--destination'],
      destination === undefined ? 'say where to' : 'a restore in place has no other directory',
      'Give --destination <directory>, or --in-place for the live cluster itself.',
    );
}

function formatSteps({ summary, steps, warnings }: Steps): string {
  const numbered = steps.map((one, index) => `  ${index + 1}. ${one}`);
  return [summary, ...numbered, ...warnings.map((one) => `warning: ${one}`)].join('\n');
}

function addPlan(backups: Command, context: CommandContext): void {
  const plan = withTarget(
    withCluster(
      backups.command('plan').description('how a state could be had again, and what that would take'),
    )
      .argument('[label]', LABEL_HELP)
      .option('--in-place', 'for the live cluster itself: what would stop')
      .option('--repository <name>', 'only look at the backups in this repository'),
  );
  withExamples(plan, 'sunday backups plan --latest', 'sunday backups plan --name before-the-release');
  runs<ClusterOption & TargetOptions & { inPlace?: boolean; repository?: string }>(
    plan,
    context,
    async (session, options, [label]) => {
      const cluster = await resolveCluster(session, options.cluster);
      const target = await toTarget(session, cluster, { label, options });
      const answer = await session.client.request(RestorePlanDocument, {
        cluster,
        target,
        timeline: options.timeline ?? null,
        inPlace: options.inPlace ?? false,
        repository: options.repository ?? null,
      });
      session.show({ cluster, plan: answer.restorePlan }, () => formatPlan(answer.restorePlan));
    },
  );
}

function formatPlan(plan: RestorePlanQuery['restorePlan']): string {
  const { segments, firstSegment, lastSegment } = plan;
  const range = segments === 0 ? 'none' : `${segments} segments, ${formatBytes(plan.walBytes)}`;
  const pairs = formatPairs([
    ['target', plan.target],
    ['backup', `${plan.label} in ${plan.repository}: ${plan.reason}`],
    ['timeline', String(plan.timeline)],
    ['stops at', plan.lsn === null ? NOTHING : `LSN ${plan.lsn}`],
    ['state of', formatTime(plan.at)],
    ['files', formatBytes(plan.databaseBytes)],
    ['log', `${range}, all archived`],
    ['', firstSegment === null ? NOTHING : `${firstSegment} to ${lastSegment ?? ''}`],
    ['takes', `${formatDuration(plan.estimatedSeconds)} (${plan.estimateBasis})`],
    ['not in it', formatLoss(plan.lossWindowSeconds)],
    ['stops', plan.stops.join(', ') || 'nothing'],
  ]);
  return [pairs, ...plan.warnings.map((one) => `warning: ${one}`)].join('\n');
}

function formatLoss(seconds: number | null): string {
  return seconds === null
    ? 'what was committed since, for how long is not known'
    : `what was committed in the last ${formatDuration(seconds)}`;
}

type PointOptions = Pick<StartOptions, 'reason' | 'onBehalfOf'> & { readonly cluster?: readonly string[] };

function addPoint(backups: Command, context: CommandContext): void {
  const point = backups
    .command('point')
    .description('names this moment in the log of every cluster, to go back to')
    .argument('<name>', '1 to 63 letters, digits and _.:-, never used before')
    .option('-c, --cluster <names...>', 'only these clusters')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    point,
    'sunday backups point before-the-release',
    'sunday backups point v42 --cluster main eu',
  );
  runs<PointOptions>(point, context, async (session, options, [name = '']) => {
    const input = {
      name,
      ...(options.cluster === undefined ? {} : { clusters: [...options.cluster] }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...(options.onBehalfOf === undefined ? {} : { onBehalfOf: options.onBehalfOf }),
    };
    const answer = await session.client.request(CreateRestorePointDocument, { input });
    const { points, spreadMs } = unwrap(answer.createRestorePoint);
    session.show({ points, spreadMs }, () => {
      const rows = points.map((one) => [one.cluster, one.lsn ?? NOTHING, formatTime(one.at)]);
      const table = formatTable(['cluster', 'lsn', 'at'], rows);
      return `${table}\n${name} is there, within ${Math.round(spreadMs)} ms`;
    });
  });
}
