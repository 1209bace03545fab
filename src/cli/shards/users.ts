import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withExamples } from '../command.ts';
import { NOTHING } from '../terminal/format.ts';
import { SearchUsersDocument, type SearchUsersQuery } from '../generated/graphql.ts';
import { formatTable } from '../terminal/terminal.ts';

type Found = SearchUsersQuery['searchUsers']['found'][number];

/** `search`. */
export function addUsers(program: Command, context: CommandContext): void {
  const users = program.command('users').description('users of the product, on all shards');
  const search = users
    .command('search')
    .description('users by the beginning of an address or a name, or by id, with their organizations')
    .argument('<text>', 'what the address or a word of the name begins with, or the uuid')
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(25))
    .addOption(
      wholeNumber('--timeout-ms <number>', 'how long each shard has to answer', [100, 10_000]).default(5_000),
    );
  withExamples(users, 'sunday users search ann@');
  withExamples(search, 'sunday users search ann@example.com', 'sunday users search ann --json');
  type Options = { limit: number; timeoutMs: number };
  runs<Options>(search, context, async ({ client, show }, { limit, timeoutMs }, [text = '']) => {
    const { searchUsers } = await client.request(SearchUsersDocument, { text, first: limit, timeoutMs });
    const { found, missing } = searchUsers;
    show({ ...searchUsers }, () =>
      [
        formatTable(
          [...['user', 'address', 'name'], 'organization', 'shard', 'role'],
          found.flatMap(toLines),
        ),
        ...missing.map((one) => `${one.shard} is missing: ${one.reason}`),
      ].join('\n'),
    );
  });
}

/** A line for each organization; the user stands in the first alone. */
function toLines({ userId, email, name, deletedAt, memberships }: Found): readonly string[][] {
  const who = [userId, email, deletedAt === null ? name : `${name} (deleted)`];
  if (memberships.length === 0) return [[...who, NOTHING, NOTHING, NOTHING]];
  return memberships.map((one, index) => [
    ...(index === 0 ? who : ['', '', '']),
    ...[one.name, one.shard, one.status === 'active' ? one.role : `${one.role}, ${one.status}`],
  ]);
}
