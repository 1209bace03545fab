import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withExamples } from '../command.ts';
import { formatBytes, NOTHING } from '../terminal/format.ts';
import {
  AddShardDocument,
  ShardLoadDocument,
  type ShardLoadQuery,
  ShardsDocument,
  type ShardsQuery,
  SyncSharedTablesDocument,
  UpdateShardDocument,
} from '../generated/graphql.ts';
import { addRebalances } from './rebalance.ts';
import { unwrap } from '../session.ts';
import { formatPairs, formatTable, right } from '../terminal/terminal.ts';

export function addShards(program: Command, context: CommandContext): void {
  const shards = program.command('shards').description('clusters that hold organizations');
  withExamples(shards, 'sunday shards list', 'sunday shards plan --goal bytes');
  addList(shards, context);
  addLoad(shards, context);
  addRebalances(shards, context);
  addAdd(shards, context);
  addUpdate(shards, context);
  addSync(shards, context);
}

function addList(shards: Command, context: CommandContext): void {
  const list = shards.command('list').description('all shards: what they have, and what they should have');
  withExamples(list, 'sunday shards list', 'sunday shards list --json');
  runs(list, context, async ({ client, show }) => {
    const { shardLoadDistribution: found } = await client.request(ShardsDocument, {});
    show({ shards: found }, () => formatShards(found));
  });
}

function formatShards(found: ShardsQuery['shardLoadDistribution']): string {
  const table = formatTable(
    [
      'shard',
      'state',
      right('weight'),
      'region',
      right('organizations'),
      right('size'),
      right('share'),
      right('should be'),
      'shared tables',
    ],
    found.map(({ shard, bytes, share, fairShare }) => [
      ...[shard.name, shard.state, String(shard.weight), shard.region ?? NOTHING],
      ...[String(shard.organizationCount), bytes === null ? 'unknown' : formatBytes(bytes)],
      ...[
        toPercent(share),
        toPercent(fairShare),
        shard.sharedTables.state.toLowerCase().replaceAll('_', ' '),
      ],
    ]),
  );
  const reasons = found.flatMap(({ shard, reason }) =>
    [reason, shard.sharedTables.reason].filter((one) => one !== null).map((one) => `${shard.name}: ${one}`),
  );
  return [table, ...reasons].join('\n');
}

const toPercent = (share: number | null) => (share === null ? NOTHING : `${(share * 100).toFixed(1)} %`);
const toRate = (rate: number | null) => (rate === null ? NOTHING : rate.toFixed(1));

function addLoad(shards: Command, context: CommandContext): void {
  const load = shards
    .command('load')
    .description('what one shard has to do, by organization')
    .argument('<shard>', 'name of the shard')
    .addOption(wholeNumber('--limit <number>', 'at most so many organizations', [1, 1_000]).default(20));
  withExamples(load, 'sunday shards load shard-1', 'sunday shards load shard-1 --limit 5 --json');
  runs<{ limit: number }>(load, context, async ({ client, show }, { limit }, [shard = '']) => {
    const { shardLoad } = await client.request(ShardLoadDocument, { shard, first: limit });
    show({ shard, load: shardLoad }, () => formatLoad(shardLoad));
  });
}

function formatLoad(load: ShardLoadQuery['shardLoad']): string {
  const pairs = formatPairs([
    [
      'size',
      `${formatBytes(load.bytes)}, of which nobody knows whose: ${formatBytes(load.unattributedBytes)}`,
    ],
    ['sessions', String(load.connections)],
    ['transactions', `${toRate(load.transactionsPerSecond)} per second`],
    ['statements', `${toRate(load.queriesPerSecond)} per second`],
  ]);
  const table = formatTable(
    ['organization', 'name', right('size'), right('rows'), right('a minute'), ''],
    load.organizations.map((one) => [
      ...[one.organization?.organizationId ?? NOTHING, one.organization?.name ?? NOTHING],
      ...[formatBytes(one.bytes), `${one.rows} ± ${one.rowsMargin}`],
      ...[toRate(one.activityPerMinute), one.isHot ? 'hot' : ''],
    ]),
  );
  return [pairs, '', table, '', load.method].join('\n');
}

function addAdd(shards: Command, context: CommandContext): void {
  const add = shards
    .command('add')
    .description('lets a cluster of the configuration hold organizations')
    .argument('<cluster>', 'name of the cluster')
    .addOption(
      wholeNumber('--weight <number>', 'what it should hold in proportion', [1, 10_000]).default(100),
    )
    .option('--region <name>', 'where it stands')
    .option('--reason <text>', 'why, for the audit log');
  withExamples(add, 'sunday shards add shard-3 --weight 200');
  type Options = { weight: number; region?: string; reason?: string };
  runs<Options>(add, context, async ({ client, show }, { weight, region, reason }, [cluster = '']) => {
    const input = { cluster, weight, ...(region && { region }), ...(reason && { reason }) };
    const { shard } = unwrap((await client.request(AddShardDocument, { input })).addShard);
    show({ shard }, () => `${shard.name} is a shard, with weight ${shard.weight}`);
  });
}

interface UpdateOptions {
  readonly weight?: number;
  readonly capacityBytes?: number | false;
  readonly region?: string | false;
  readonly readOnly?: boolean;
  readonly reason?: string;
}

function addUpdate(shards: Command, context: CommandContext): void {
  const update = shards
    .command('update')
    .description('gives a shard another weight, capacity or region, or lets it be read-only')
    .argument('<shard>', 'name of the shard')
    .addOption(wholeNumber('--weight <number>', 'what it should hold in proportion', [1, 10_000]))
    .addOption(
      wholeNumber('--capacity-bytes <number>', 'above it the shard is full', [1, Number.MAX_SAFE_INTEGER]),
    )
    .option('--no-capacity-bytes', 'it has no limit')
    .option('--region <name>', 'where it stands')
    .option('--no-region', 'nobody says where it stands')
    .option('--read-only', 'it takes no organizations and gives none away')
    .option('--no-read-only', 'it takes organizations again')
    .option('--reason <text>', 'why, for the audit log');
  withExamples(
    update,
    'sunday shards update shard-1 --weight 200',
    'sunday shards update shard-1 --read-only',
  );
  runs<UpdateOptions>(update, context, async ({ client, show }, options, [shard = '']) => {
    const { weight, capacityBytes, region, readOnly, reason } = options;
    const input = {
      shard,
      ...(weight !== undefined && { weight }),
      ...(capacityBytes !== undefined && {
        capacityBytes: capacityBytes === false ? null : String(capacityBytes),
      }),
      ...(region !== undefined && { region: region === false ? null : region }),
      ...(readOnly !== undefined && { readOnly }),
      ...(reason && { reason }),
    };
    const { shard: now } = unwrap((await client.request(UpdateShardDocument, { input })).updateShard);
    show({ shard: now }, () => `✓ ${now.name}: ${describeShard(now)}`);
  });
}

function describeShard(shard: {
  readonly state: string;
  readonly weight: number;
  readonly capacityBytes: string | null;
  readonly region: string | null;
}): string {
  const { state, weight, capacityBytes, region } = shard;
  const capacity = capacityBytes === null ? 'no limit' : formatBytes(capacityBytes);
  return `${state}, weight ${weight}, capacity ${capacity}, region ${region ?? NOTHING}`;
}

function addSync(shards: Command, context: CommandContext): void {
  const sync = shards
    .command('sync')
    .description('lets a shard follow the home of the shared tables anew')
    .argument('<shard>', 'name of the shard')
    .option('--reason <text>', 'why, for the audit log');
  withExamples(sync, 'sunday shards sync shard-1');
  runs<{ reason?: string }>(sync, context, async ({ client, show }, { reason }, [shard = '']) => {
    const input = { shard, ...(reason && { reason }) };
    const { tables } = unwrap((await client.request(SyncSharedTablesDocument, { input })).syncSharedTables);
    show(
      { shard, tables },
      () =>
        `the shared tables of ${shard} are ${tables.state}${tables.reason === null ? '' : `: ${tables.reason}`}`,
    );
  });
}
