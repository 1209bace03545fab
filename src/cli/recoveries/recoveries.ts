import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import {
  OrganizationRecoveryDocument,
  type RecoverOrganizationInput,
  RecoverOrganizationDocument,
  type RecoveryMode,
} from '../generated/graphql.ts';
import { InvalidInputError, RecordedError } from '../../errors.ts';
import { agreeTo } from './agreement.ts';
import { formatRecoveryPlan, formatReport, type RecoveryPlan } from './text.ts';
import { type TargetOptions, toTarget } from '../backups/restore-target.ts';
import { resolveCluster, type Session, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

interface WhatOptions extends Omit<TargetOptions, 'time'> {
  readonly cluster?: string;
  readonly organization: string;
  readonly at?: string;
  readonly set?: string;
  readonly tables?: readonly string[];
  readonly overwriteChanged?: boolean;
  readonly workDirectory?: string;
}

interface ModeOptions {
  readonly merge?: boolean;
  readonly export?: string;
  readonly sideSchema?: boolean;
}

export function addRecoveries(program: Command, context: CommandContext): void {
  const recoveries = program
    .command('recoveries')
    .description('one organization as it was, beside all others that go on');
  withExamples(
    recoveries,
    "sunday recoveries plan --organization Acme --at '2026-11-22T11:58:00Z'",
    "sunday recoveries start --organization Acme --at '2026-11-22T11:58:00Z' --merge --yes",
  );
  addPlan(recoveries, context);
  addStart(recoveries, context);
  addShow(recoveries, context);
}

function addPlan(recoveries: Command, context: CommandContext): void {
  const plan = withMode(
    withWhat(recoveries.command('plan').description('what it would take; nothing is restored or started')),
  );
  withExamples(
    plan,
    "sunday recoveries plan --cluster main --organization Acme --at '2026-11-22T11:58:00Z' --merge",
  );
  runs<WhatOptions & ModeOptions>(plan, context, async (session, options) => {
    const found = await fetchPlan(session, await toInput(session, options));
    session.show({ plan: found }, () => formatRecoveryPlan(found));
  });
}

function addStart(recoveries: Command, context: CommandContext): void {
  const start = withStartOptions(
    withMode(
      withWhat(
        recoveries.command('start').description('compares it with now; exports, copies or puts rows back'),
      ),
    )
      .option('--dry-run', 'only the plan, as `recoveries plan` shows it')
      .option('--plan <id>', 'for --merge: the id of a plan, or of a comparison, that you looked at')
      .option('-y, --yes', 'for --merge: agree to the plan as it is now'),
  );
  withExamples(
    start,
    "sunday recoveries start --organization Acme --at '2026-11-22T11:58:00Z'",
    "sunday recoveries start --cluster main --organization Acme --at '2026-11-22T11:58:00Z' --merge --yes",
    "sunday recoveries start --organization acme --at '2026-11-22 12:58' --timezone Europe/Berlin --merge --tables items item_values",
    'sunday recoveries start --organization Acme --name before-the-release --export /srv/acme',
  );
  type Options = WhatOptions &
    ModeOptions &
    StartOptions & { dryRun?: boolean; plan?: string; yes?: boolean };
  runs<Options>(start, context, async (session, options) => {
    const input = { ...(await toInput(session, options)), ...startFields(options) };
    if (options.dryRun === true) {
      const plan = await fetchPlan(session, input);
      session.show({ plan }, () => formatRecoveryPlan(plan));
      return 0;
    }
    const planId =
      input.mode === 'MERGE' ? await agreeTo(session, options, () => fetchPlan(session, input)) : null;
    const wanted = planId === null ? input : { ...input, planId };
    const answer = await session.client.start(RecoverOrganizationDocument, wanted);
    const { operation } = unwrap(answer.recoverOrganization);
    if (operation === null) throw new Error('what is started for real has an operation');
    return waitForOperation(session, operation, {
      wait: options.wait,
      details: async ({ id }) => {
        const report = await fetchReport(session, id);
        return report === null ? null : { text: formatReport(report), document: { report } };
      },
    });
  });
}

function addShow(recoveries: Command, context: CommandContext): void {
  const show = recoveries
    .command('show')
    .description('what a recovery found and did, table by table')
    .argument('<operation>', 'id of its operation');
  withExamples(show, 'sunday recoveries show 6f1c2a52-…');
  runs(show, context, async (session, _options, [id = '']) => {
    const { organizationRecovery } = await session.client.request(OrganizationRecoveryDocument, {
      operationId: id,
    });
    if (organizationRecovery === null)
      throw new RecordedError({
        code: 'OPERATION_NOT_FOUND',
        message: `${id} is no recovery of an organization`,
        hint: '`sunday operations list` shows what there is.',
        retryable: false,
      });
    const { operation, report } = organizationRecovery;
    session.show(organizationRecovery, () =>
      report === null
        ? `${operation.target} is ${operation.state}: ${operation.message ?? ''}`
        : formatReport(report),
    );
  });
}

function withWhat(command: Command): Command {
  return withCluster(command)
    .requiredOption('-o, --organization <name>', 'name, slug or id; one that is gone as a whole: its id')
    .option('--at <time>', 'as it was at this moment, e.g. 2026-11-22T11:58:00Z')
    .option('--timezone <name>', 'for an --at without an offset, e.g. Europe/Berlin')
    .option('--latest', 'as it is at the end of the archive')
    .option('--lsn <lsn>', 'as it was before this place in the log, e.g. 1/74000028')
    .option('--name <name>', 'as it was at a restore point')
    .option('--set <label>', 'as it is in a backup')
    .option('--timeline <number>', 'the timeline to recover along', toTimeline)
    .option('--tables <names...>', 'only these tables; left out: all with rows of organizations')
    .option('--overwrite-changed', 'rows that have other values now get those of then')
    .option('--work-directory <directory>', 'where the clone lies for a while, with room for the cluster');
}

function withMode(command: Command): Command {
  return command
    .option('--merge', 'put the rows back that are missing')
    .option('--export <directory>', 'write all rows of then into files')
    .option('--side-schema', 'copy all rows of then into a schema beside the live tables');
}

function toTimeline(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.');
  return Number(text);
}

async function toInput(
  session: Session,
  options: WhatOptions & ModeOptions,
): Promise<RecoverOrganizationInput> {
  const cluster = await resolveCluster(session, options.cluster);
  const { at, set, timezone, latest, lsn, name } = options;
  const target = {
    ...(at === undefined ? {} : { time: at }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(latest === undefined ? {} : { latest }),
    ...(lsn === undefined ? {} : { lsn }),
    ...(name === undefined ? {} : { name }),
  };
  return {
    cluster,
    organization: options.organization,
    at: await toTarget(session, cluster, { label: set, options: target }),
    mode: toMode(options),
    ...(options.export === undefined ? {} : { destination: resolve(options.export) }),
    ...(options.timeline === undefined ? {} : { timeline: options.timeline }),
    ...(options.tables === undefined ? {} : { tables: [...options.tables] }),
    ...(options.overwriteChanged === undefined ? {} : { overwriteChanged: options.overwriteChanged }),
    ...(options.workDirectory === undefined ? {} : { workDirectory: resolve(options.workDirectory) }),
  };
}

function toMode({ merge, export: directory, sideSchema }: ModeOptions): RecoveryMode {
  const given = [merge, directory, sideSchema].filter((one) => one !== undefined);
  if (given.length > 1)
    throw new InvalidInputError(
      ['--merge'],
      'give one of --merge, --export and --side-schema, or none to compare',
    );
  if (merge === true) return 'MERGE';
  if (directory !== undefined) return 'EXPORT';
  return sideSchema === true ? 'SIDE_SCHEMA' : 'COMPARE';
}

async function fetchPlan({ client }: Session, input: RecoverOrganizationInput): Promise<RecoveryPlan> {
  const answer = await client.request(RecoverOrganizationDocument, { input: { ...input, dryRun: true } });
  const { plan } = unwrap(answer.recoverOrganization);
  if (plan === null) throw new Error('a dry run has a plan');
  return plan;
}

async function fetchReport({ client }: Session, operationId: string) {
  const { organizationRecovery } = await client.request(OrganizationRecoveryDocument, { operationId });
  return organizationRecovery?.report ?? null;
}
