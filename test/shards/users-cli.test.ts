import { expect, test } from 'vitest';
import { startFakeApi } from '../cli/fake-api.ts';
import { runCli } from '../cli/run-cli.ts';

const membership = (name: string, shard: string, status = 'active') => ({
  __typename: 'FoundMembership',
  ...{ organizationId: `id of ${name}`, name, shard, role: 'member', status },
});

test('shows a person with a line for each organization, and names the shards that did not answer', async () => {
  await using api = await startFakeApi({
    fields: {
      searchUsers: {
        __typename: 'UserSearch',
        isPartial: true,
        missing: [{ __typename: 'MissingShard', shard: 'shard-3', reason: 'no answer within 1 s' }],
        found: [
          {
            __typename: 'FoundUser',
            ...{ userId: 'u1', email: 'ann@example.com', name: 'Ann', deletedAt: null },
            ...{ shards: ['shard-1', 'shard-2'], membershipCount: 2 },
            memberships: [membership('Acme', 'shard-1'), membership('Beta', 'shard-2', 'invited')],
          },
        ],
      },
    },
  });
  const environment = { SUNDAY_URL: api.url, SUNDAY_TOKEN: 'sun_test' };
  const { exitCode, stdout } = await runCli(['users', 'search', 'ann', '--timeout-ms', '1000'], environment);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | ').trim())).toEqual([
    'USER | ADDRESS | NAME | ORGANIZATION | SHARD | ROLE',
    'u1 | ann@example.com | Ann | Acme | shard-1 | member',
    '| Beta | shard-2 | member, invited',
    'shard-3 is missing: no answer within 1 s',
    '',
  ]);
});
