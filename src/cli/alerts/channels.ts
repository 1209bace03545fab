import { Argument, type Command, Option } from 'commander';
import {
  type CommandContext,
  runs,
  whyFields,
  type WhyOptions,
  wholeNumber,
  withExamples,
  withWhy,
} from '../command.ts';
import { formatAge, NOTHING } from '../terminal/format.ts';
import {
  type AlertChange,
  type AlertSeverity,
  type ChannelLineFragment,
  DeleteNotificationChannelDocument,
  type DeliveryLineFragment,
  NotificationChannelsDocument,
  type NotificationChannelKind,
  NotificationDeliveriesDocument,
  type NotificationDeliveryState,
  RetryDeliveryDocument,
  TestNotificationChannelDocument,
  UpsertNotificationChannelDocument,
} from '../generated/graphql.ts';
import { unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';
import { addRemoval } from './removal.ts';

const KINDS = ['webhook', 'slack', 'alertmanager'] as const;
const STATES = ['pending', 'delivered', 'dead'] as const;
const SEVERITIES = ['warning', 'critical'] as const;
const MOST_WAITING = 100_000;
/** Of a channel that did not take the test. */
const NOT_DELIVERED = 7;

interface AddOptions extends WhyOptions {
  readonly to?: string;
  readonly secretFile?: string;
  readonly cluster?: readonly string[];
  readonly severity?: readonly string[];
  readonly change?: readonly string[];
  readonly queueLimit?: number;
  readonly disable?: boolean;
}

/** `alerts channels`: where alerts are told, and what became of the messages. */
export function addChannels(alerts: Command, context: CommandContext): void {
  const channels = alerts
    .command('channels')
    .description('where alerts are told: webhooks, Slack, Alertmanager; and messages that nobody took');
  withExamples(
    channels,
    'sunday alerts channels add slack ops --secret-file /etc/sunday/slack --severity critical',
    'sunday alerts channels test ops',
  );
  addList(channels, context);
  addAdd(channels, context);
  addTest(channels, context);
  addDeliveries(channels, context);
  addRetry(channels, context);
  addRemove(channels, context);
}

function addList(channels: Command, context: CommandContext): void {
  const list = channels.command('list').description('all channels');
  withExamples(list, 'sunday alerts channels list');
  runs(list, context, async ({ client, show }) => {
    const { notificationChannels: found } = await client.request(NotificationChannelsDocument, {});
    show({ channels: found }, () =>
      found.length === 0 ? 'Alerts are told nowhere: `sunday alerts channels add`.' : formatChannels(found),
    );
  });
}

function addAdd(channels: Command, context: CommandContext): void {
  const add = channels
    .command('add')
    .description('makes a channel, or replaces all of the one of that name')
    .addArgument(new Argument('<kind>', 'which words it understands').choices(KINDS))
    .argument('<name>', 'its name')
    // Not --url: with that the control plane is named.
    .option('--to <url>', 'where to; left out, for slack only: the secret file holds it')
    .option(
      '--secret-file <path>',
      'absolute path, on the hosts that send, of the key that messages are signed with',
    )
    .option('-c, --cluster <name...>', 'only alerts of these clusters')
    .addOption(new Option('--severity <severity...>', 'only these severities').choices(SEVERITIES))
    .option('--change <change...>', 'only these changes, e.g. fired resolved escalated')
    .addOption(
      wholeNumber('--queue-limit <number>', 'when so many wait more are dead at once', [1, MOST_WAITING]),
    )
    .option('--disable', 'nothing is sent there for now');
  withExamples(
    withWhy(add),
    'sunday alerts channels add webhook pager --to https://pager.example.org/sunday --secret-file /etc/sunday/pager.key',
    'sunday alerts channels add alertmanager prometheus --to http://alertmanager:9093',
  );
  runs<AddOptions>(add, context, async ({ client, show }, options, [kind = '', name = '']) => {
    const input = { name, kind: kind.toUpperCase() as NotificationChannelKind, ...toChannel(options) };
    const answer = await client.request(UpsertNotificationChannelDocument, { input });
    const { channel } = unwrap(answer.upsertNotificationChannel);
    show({ channel }, () => `✓ the channel is made; try it with sunday alerts channels test ${name}`);
  });
}

function toChannel(options: AddOptions) {
  const { change, cluster, disable, queueLimit, secretFile, severity, to } = options;
  const upper = (words: readonly string[]) => words.map((word) => word.toUpperCase());
  return {
    ...(to === undefined ? {} : { url: to }),
    ...(secretFile === undefined ? {} : { secretFile }),
    ...(cluster === undefined ? {} : { clusters: [...cluster] }),
    ...(severity === undefined ? {} : { severities: upper(severity) as AlertSeverity[] }),
    ...(change === undefined ? {} : { changes: upper(change) as AlertChange[] }),
    ...(queueLimit === undefined ? {} : { queueLimit }),
    ...(disable === true ? { isEnabled: false } : {}),
    ...whyFields(options),
  };
}

function addTest(channels: Command, context: CommandContext): void {
  const test = channels
    .command('test')
    .description('sends one message and says what came of it; ends with exit code 7 when nobody took it')
    .argument('<name>', 'the channel');
  withExamples(withWhy(test), 'sunday alerts channels test ops');
  runs<WhyOptions>(test, context, async ({ client, show }, options, [name = '']) => {
    const input = { name, ...whyFields(options) };
    const answer = await client.request(TestNotificationChannelDocument, { input });
    const { delivery } = unwrap(answer.testNotificationChannel);
    const isTaken = delivery.state === 'DELIVERED';
    const took = delivery.durationMs === null ? '' : ` after ${Math.round(delivery.durationMs)} ms`;
    show({ delivery }, () =>
      isTaken ? `✓ ${name} took it${took}` : `✗ ${describeFailure(delivery)}${took}`,
    );
    return isTaken ? 0 : NOT_DELIVERED;
  });
}

function addDeliveries(channels: Command, context: CommandContext): void {
  const list = channels
    .command('deliveries')
    .description('messages, newest first; with --dead those that nobody took')
    .option('--channel <name>', 'only those to this channel')
    .addOption(new Option('--state <state...>', 'only those in these states').choices(STATES))
    .addOption(new Option('--dead', 'the dead-letter list').conflicts('state'))
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(50));
  withExamples(list, 'sunday alerts channels deliveries --dead', 'sunday alerts channels deliveries --json');
  type Options = { channel?: string; state?: readonly string[]; dead?: boolean; limit: number };
  runs<Options>(list, context, async ({ client, show }, options) => {
    const words = options.dead === true ? ['dead'] : options.state;
    const answer = await client.request(NotificationDeliveriesDocument, {
      first: options.limit,
      ...(options.channel === undefined ? {} : { channel: options.channel }),
      ...(words === undefined
        ? {}
        : { states: words.map((word) => word.toUpperCase() as NotificationDeliveryState) }),
    });
    const found = answer.notificationDeliveries.edges.map(({ node }) => node);
    show({ deliveries: found }, () => (found.length === 0 ? 'There is none.' : formatDeliveries(found)));
  });
}

function addRetry(channels: Command, context: CommandContext): void {
  const retry = channels
    .command('retry')
    .description('puts dead letters back into the queues of their channels')
    .argument('<id...>', 'ids of deliveries that are DEAD');
  withExamples(withWhy(retry), 'sunday alerts channels retry 7c9e6679-7425-40de-944b-e07fc1f90ae7');
  runs<WhyOptions>(retry, context, async ({ client, show }, options, [ids = []]) => {
    const deliveries: DeliveryLineFragment[] = [];
    for (const id of ids) {
      const answer = await client.request(RetryDeliveryDocument, { input: { id, ...whyFields(options) } });
      deliveries.push(unwrap(answer.retryDelivery).delivery);
    }
    show({ deliveries }, () =>
      deliveries.map(({ id, channel }) => `✓ ${id} waits for ${channel} again`).join('\n'),
    );
  });
}

function addRemove(channels: Command, context: CommandContext): void {
  addRemoval(channels, context, {
    noun: 'channel',
    description: 'deletes a channel, its queue and the history of its messages',
    example: 'sunday alerts channels remove ops --reason "moved to the pager"',
    async remove(client, input) {
      const answer = await client.request(DeleteNotificationChannelDocument, { input });
      return unwrap(answer.deleteNotificationChannel).name;
    },
  });
}

function formatChannels(found: readonly ChannelLineFragment[]): string {
  return formatTable(
    ['channel', 'kind', 'to', 'clusters', 'severities', 'changes', 'by'],
    found.map((one) => [
      one.isEnabled ? one.name : `${one.name} (disabled)`,
      one.kind,
      one.address ?? `in ${one.secretFile ?? NOTHING}`,
      ...[one.clusterNames, one.severities, one.changes].map((part) => part?.join(', ') ?? 'all'),
      one.updatedBy,
    ]),
  );
}

function formatDeliveries(found: readonly DeliveryLineFragment[]): string {
  return formatTable(
    ['delivery', 'channel', 'state', 'change', 'attempts', 'since', 'what'],
    found.map((one) => [
      ...[one.id, one.channel, one.state, one.change, String(one.attempts), formatAge(one.createdAt)],
      one.state === 'DELIVERED' ? (one.alert?.summary ?? NOTHING) : describeFailure(one),
    ]),
  );
}

function describeFailure({ lastError, lastStatus }: DeliveryLineFragment): string {
  return lastError ?? (lastStatus === null ? 'not tried yet' : `HTTP ${lastStatus}`);
}
