import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { backUp, compare, type Finding, type Ground, newestLabel, NO_ARCHIVE, pgbackrest } from './ground.ts';
import { change } from './main-cluster.ts';

const TARGET = 0.35;

/** Files into an empty directory against files into one that has most of them: bare pgBackRest. */
export async function measureRestore(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  await backUp(shipped, NO_ARCHIVE, signal);
  const before = await newestLabel(shipped, signal);
  await change(cluster, 'NEWEST');
  await backUp(shipped, ['--type=incr', ...NO_ARCHIVE], signal);
  const after = await newestLabel(shipped, signal);
  const [empty, used] = ['restored', 'restored-delta'].map((name) => join(cluster.root, name));
  if (empty === undefined || used === undefined) throw new Error('there are no directories');
  const restore = async (directory: string, flags: readonly string[]) => {
    const place = [`--pg1-path=${directory}`, '--type=immediate', '--archive-mode=off'];
    await pgbackrest(shipped, 'restore', [...place, ...flags], signal);
  };
  const comparison = await compare(ground, {
    target: TARGET,
    ours: {
      title: 'restore --delta, 1,000 rows of one partition are others',
      prepare: () => restore(used, ['--delta', `--set=${before}`]),
      run: () => restore(used, ['--delta', `--set=${after}`]),
    },
    theirs: {
      title: 'restore into an empty directory',
      prepare: () => Promise.resolve(rmSync(empty, { recursive: true, force: true })),
      run: () => restore(empty, [`--set=${after}`]),
    },
  });
  for (const directory of [empty, used]) rmSync(directory, { recursive: true, force: true });
  return {
    title: 'delta restore',
    comparisons: [comparison],
    notes: [
      'This is bare pgBackRest. The product does not restore with --delta: see docs/decisions/restore-in-place-without-delta.md.',
    ],
  };
}
