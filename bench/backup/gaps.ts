import { setTimeout as sleep } from 'node:timers/promises';
import { RecoveryWindowsDocument } from '../../src/cli/generated/graphql.ts';
import { backUpThroughApi } from './full.ts';
import { compare, type Finding, type Ground, pgbackrest } from './ground.ts';

const TARGET = 0.05;
const KEPT_MS = 1_100; // an answer is kept for a second

/** Every gap of the archive through the API, against reading every file of the repository, which finds none. */
export async function measureGaps(ground: Ground): Promise<Finding> {
  const { cluster, signal } = ground;
  await backUpThroughApi(cluster);
  const comparison = await compare(ground, {
    target: TARGET,
    ours: {
      title: 'recoveryWindows: every gap, window and timeline, through the API',
      prepare: () => sleep(KEPT_MS),
      async run() {
        const { cluster: found } = await cluster.client.request(RecoveryWindowsDocument, { cluster: 'main' });
        if (found?.recoveryWindow?.gaps.length !== 0) throw new Error('there should be no gap');
      },
    },
    theirs: {
      title: 'pgbackrest verify, which does not see a missing segment',
      run: async () => void (await pgbackrest(cluster.stanza, 'verify', ['--output=text'], signal)),
    },
  });
  return { title: 'gaps of the archive', comparisons: [comparison] };
}
