import type { Command } from 'commander';
import { RecordedError } from '../../errors.ts';
import { type CommandContext, runs, wholeNumber, withExamples } from '../command.ts';
import { formatBytes, formatTime, NOTHING } from '../terminal/format.ts';
import {
  OrganizationDocument,
  OrganizationsDocument,
  type OrganizationsQuery,
  RouteOrganizationsDocument,
  SearchOrganizationsDocument,
} from '../generated/graphql.ts';
import { formatPairs, formatTable, right } from '../terminal/terminal.ts';

type Line = OrganizationsQuery['organizations']['edges'][number]['node'];

/** `list`, `where` and `show`; gives the command, so that moves can hang theirs beside. */
export function addOrganizations(program: Command, context: CommandContext): Command {
  const organizations = program.command('organizations').description('organizations and where they live');
  withExamples(
    organizations,
    'sunday organizations list --shard shard-1',
    'sunday organizations list --search acme',
  );
  addList(organizations, context);
  addWhere(organizations, context);
  addShow(organizations, context);
  return organizations;
}

function addList(organizations: Command, context: CommandContext): void {
  const list = organizations
    .command('list')
    .description('organizations of one shard or all, or those whose name holds a text')
    .option('--shard <name>', 'only those on this shard')
    .option('--search <text>', 'look for a name on all shards')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(50));
  withExamples(list, 'sunday organizations list', 'sunday organizations list --search acme --json');
  type Options = { shard?: string; search?: string; limit: number };
  runs<Options>(list, context, async ({ client, show }, { shard, search, limit }) => {
    if (search !== undefined) {
      const answer = await client.request(SearchOrganizationsDocument, { text: search, first: limit });
      const { found, missing } = answer.searchOrganizations;
      return show({ ...answer.searchOrganizations }, () =>
        [
          formatTable(
            ['organization', 'name', 'shard'],
            found.map((one) => [one.organizationId, one.name, one.shard]),
          ),
          ...missing.map((one) => `${one.shard} is missing: ${one.reason}`),
        ].join('\n'),
      );
    }
    const { organizations: page } = await client.request(OrganizationsDocument, {
      ...{ first: limit, after: null },
      shard: shard ?? null,
    });
    const nodes = page.edges.map(({ node }) => node);
    show({ organizations: nodes, hasMore: page.pageInfo.hasNextPage }, () =>
      [formatLines(nodes), ...(page.pageInfo.hasNextPage ? ['and more: give --limit or --shard'] : [])].join(
        '\n',
      ),
    );
  });
}

function formatLines(nodes: readonly Line[]): string {
  return formatTable(
    ['organization', 'name', 'shard', right('epoch'), right('size'), right('rows'), ''],
    nodes.map((one) => [
      ...[one.organizationId, one.name ?? NOTHING, one.placement.shardName, String(one.placement.epoch)],
      ...[one.bytes === null ? NOTHING : formatBytes(one.bytes), String(one.rows ?? NOTHING)],
      one.placement.isPinned ? 'pinned' : '',
    ]),
  );
}

function addWhere(organizations: Command, context: CommandContext): void {
  const where = organizations
    .command('where')
    .description(
      'on which shards organizations live, and whether on the same; exit code 3 when one is unknown',
    )
    .argument('<uuid...>', 'ids of organizations');
  withExamples(where, 'sunday organizations where 7d0c4c1e-55c6-4b0e-8f0a-111111111111');
  runs(where, context, async ({ client, show }, _options, [given]) => {
    // Commander hands a list over as one argument.
    const ids = [given].flat().filter((one) => one !== undefined);
    const { routeOrganizations: found, validateCrossShardOperation: verdict } = await client.request(
      RouteOrganizationsDocument,
      { ids },
    );
    show({ placements: found, verdict }, () =>
      [
        formatTable(
          ['organization', 'shard', right('epoch')],
          found.map((one) => [one.organizationId, one.shardName, String(one.epoch)]),
        ),
        ...verdict.unknown.map((id) => `${id} is unknown`),
        ...(found.length === 0 ? [] : [toWhere(verdict.parts.length)]),
      ].join('\n'),
    );
    return verdict.unknown.length === 0 ? 0 : 3;
  });
}

const toWhere = (shards: number) => (shards === 1 ? 'all on one shard' : `on ${shards} shards`);

function addShow(organizations: Command, context: CommandContext): void {
  const show = organizations
    .command('show')
    .description('one organization: where it lives and how large it is')
    .argument('<uuid>', 'id of the organization');
  withExamples(show, 'sunday organizations show 7d0c4c1e-55c6-4b0e-8f0a-111111111111');
  runs(show, context, async (session, _options, [id = '']) => {
    const { organization } = await session.client.request(OrganizationDocument, { id });
    if (organization === null) {
      throw new RecordedError({
        code: 'ORGANIZATION_NOT_FOUND',
        message: `there is no organization ${id}`,
        hint: 'List the organizations to see their ids.',
        retryable: false,
      });
    }
    const { placement, load } = organization;
    session.show({ organization }, () =>
      formatPairs([
        ['organization', organization.organizationId],
        ['name', organization.name ?? `unknown: ${organization.reason ?? ''}`],
        ['shard', `${placement.shardName}, epoch ${placement.epoch}${placement.isPinned ? ', pinned' : ''}`],
        ['region', placement.region ?? 'any'],
        ['there since', formatTime(placement.updatedAt)],
        [
          'size',
          load === null ? 'unknown' : `${formatBytes(load.bytes)}, ${load.rows} ± ${load.rowsMargin} rows`,
        ],
      ]),
    );
  });
}
