import { type Command, InvalidArgumentError, Option } from 'commander';
import { RecordedError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  wholeNumber,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { formatDuration, NOTHING, secondsBetween } from '../terminal/format.ts';
import {
  type MigrationPlanHeadFragment,
  RolloutEndDocument,
  RolloutMigrationsDocument,
} from '../generated/graphql.ts';
import { checkPlanId } from './agreement.ts';
import { TARGET_HELP } from './plan.ts';
import { describeEstimate, VERDICT_COLOURS } from './style.ts';
import { type Session, unwrap } from '../session.ts';
import { formatTable, type Terminal } from '../terminal/terminal.ts';
import { type EndDetails, waitForOperation } from '../terminal/watch.ts';

interface RolloutOptions extends StartOptions {
  readonly clusters?: readonly string[];
  readonly concurrency: number;
  readonly observe: number;
  readonly target?: string;
  readonly plan?: readonly string[];
  readonly dryRun?: boolean;
}

const SHORT_PLAN_ID = 12;
const FULL_PLAN_ID = 64;

/** `migrations rollout`. */
export function addRollout(migrations: Command, context: CommandContext): void {
  const rollout = withStartOptions(
    migrations
      .command('rollout')
      .description('applies what is pending to many clusters: one of them first and watched, then the others')
      .addOption(
        new Option('--clusters <names>', 'with commas, the first goes first; left out: all').argParser(
          toNames,
        ),
      )
      .addOption(
        wholeNumber('--concurrency <number>', 'clusters at a time behind the first', [1, 16]).default(2),
      )
      .addOption(
        wholeNumber(
          '--observe <seconds>',
          'how long the first is watched before and after',
          [0, 3_600],
        ).default(30),
      )
      .option('--target <version>', TARGET_HELP)
      .addOption(new Option('--plan <ids...>', 'plans that you looked at, as --dry-run shows them'))
      .option('--dry-run', 'only show what would be done, a line for each cluster'),
  );
  withExamples(
    rollout,
    'sunday migrations rollout --dry-run',
    'sunday migrations rollout --clusters shard-3,shard-1,shard-2 --observe 120',
  );
  runs<RolloutOptions>(rollout, context, async (session, options) => {
    if (options.dryRun === true) {
      const plans = await fetchPlans(session, options);
      return session.show({ plans }, () => formatPlans(plans, session.terminal));
    }
    const input = { ...toInput(options), ...startFields(options), ...(await resolvePlans(session, options)) };
    const answer = await session.client.start(RolloutMigrationsDocument, input);
    const { operation } = unwrapStart(answer.rolloutMigrations, options);
    if (operation === null) return 0;
    return waitForOperation(session, operation, {
      wait: options.wait,
      details: ({ id }) => fetchEnds(session, id),
    });
  });
}

function toNames(text: string): readonly string[] {
  const names = text.split(',').map((one) => one.trim());
  if (names.some((one) => one === ''))
    throw new InvalidArgumentError('It takes names with commas: main,shard-1.');
  return names;
}

function toInput({ clusters, concurrency, observe, target }: RolloutOptions) {
  return {
    concurrency,
    observeSeconds: observe,
    ...(clusters === undefined ? {} : { clusters: [...clusters] }),
    ...(target === undefined ? {} : { target }),
  };
}

async function fetchPlans(
  { client }: Session,
  options: RolloutOptions,
): Promise<readonly MigrationPlanHeadFragment[]> {
  const input = { ...toInput(options), dryRun: true };
  return unwrap((await client.request(RolloutMigrationsDocument, { input })).rolloutMigrations).plans ?? [];
}

/** Short ids become those of the plans as they are now; one that fits none agrees to nothing. */
async function resolvePlans(session: Session, options: RolloutOptions): Promise<{ planIds?: string[] }> {
  const { plan: named = [] } = options;
  if (named.length === 0) return {};
  named.forEach(checkPlanId);
  if (named.every(({ length }) => length === FULL_PLAN_ID)) return { planIds: [...named] };
  const plans = await fetchPlans(session, options);
  return { planIds: named.map((one) => plans.find(({ id }) => id.startsWith(one))?.id ?? one) };
}

/** @throws {RecordedError} where an id is needed with the way to see it: there may be one for each cluster. */
function unwrapStart<Answer extends object>(answer: Answer, { clusters, target }: RolloutOptions) {
  try {
    return unwrap(answer);
  } catch (error) {
    if (!(error instanceof RecordedError) || error.code !== 'MIGRATION_PLAN_REQUIRED') throw error;
    const which = clusters === undefined ? '' : ` --clusters ${clusters.join(',')}`;
    const how = `sunday migrations rollout${which}${target === undefined ? '' : ` --target ${target}`}`;
    const hint = `Look at it: ${how} --dry-run\n       Then: ${how} --plan <the ids that it shows>`;
    throw new RecordedError({ code: error.code, message: error.message, hint, retryable: false });
  }
}

function formatPlans(plans: readonly MigrationPlanHeadFragment[], { paint }: Terminal): string {
  const table = formatTable(
    ['cluster', 'migrations', 'verdict', 'time', 'plan'],
    plans.map(({ cluster, migrations, verdict, estimatedMs, id }) => [
      cluster.name,
      migrations.map(({ version }) => version).join(' ') || 'none',
      paint(VERDICT_COLOURS[verdict], verdict),
      migrations.length === 0 ? NOTHING : describeEstimate(estimatedMs),
      migrations.length === 0 ? NOTHING : id.slice(0, SHORT_PLAN_ID),
    ]),
  );
  const losses = plans.flatMap(({ cluster, dataLoss }) =>
    dataLoss.map((one) => `${paint('red', '✗')} ${cluster.name}: would destroy ${one}`),
  );
  const detail = 'Statement by statement: sunday migrations plan --cluster <name>';
  return [table, ...(losses.length === 0 ? [] : ['', ...losses]), '', detail].join('\n');
}

/** One line for each cluster that was begun. */
async function fetchEnds({ client, terminal }: Session, id: string): Promise<EndDetails | null> {
  const { operation } = await client.request(RolloutEndDocument, { id });
  if (operation === null) return null;
  const lines = operation.children.map(({ target, state, startedAt, finishedAt, error }) => [
    target,
    terminal.paint(state === 'SUCCEEDED' ? 'green' : 'red', state),
    formatDuration(secondsBetween(startedAt, finishedAt)),
    error === null ? '' : `${error.message} (${error.code})`,
  ]);
  const text = formatTable(['cluster', 'state', 'took', 'why'], lines);
  return { text, document: { clusters: operation.children } };
}
