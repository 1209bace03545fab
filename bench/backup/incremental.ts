import { formatSample, ratiosOf, toSample } from '../report.ts';
import { backUp, expire, type Finding, type Ground, NO_ARCHIVE, takeTurns } from './ground.ts';
import { change } from './main-cluster.ts';

const TARGET = 0.5;

/** A set of what 1,000 changed rows of one partition touch against a full one; those of all partitions beside it, without a target. */
export async function measureIncremental(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  const incremental = () => backUp(shipped, ['--type=incr', ...NO_ARCHIVE], signal);
  await backUp(shipped, NO_ARCHIVE, signal); // of the rounds that begin with the others
  const [full, newest, anywhere] = await takeTurns(ground, [
    {
      title: 'full',
      prepare: () => expire(shipped, signal),
      run: () => backUp(shipped, NO_ARCHIVE, signal),
    },
    {
      title: 'incremental, 1,000 rows of the newest partition changed',
      prepare: () => change(cluster, 'NEWEST'),
      run: incremental,
    },
    {
      title: 'incremental, 1,000 rows of all partitions changed',
      prepare: () => change(cluster, 'ANYWHERE'),
      run: incremental,
    },
  ]);
  if (full === undefined || newest === undefined || anywhere === undefined)
    throw new Error('nothing was measured');
  const { median, lowest, highest } = ratiosOf(anywhere.seconds, full.seconds);
  return {
    title: 'incremental backup',
    comparisons: [{ ours: newest, theirs: full, target: TARGET }],
    notes: [
      `${anywhere.title}: ${formatSample(toSample(anywhere.seconds), 2)} s, ${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)}) of a full one. A file that one row has changed in is copied whole, so that is no small change: it is a set of all files. Block incremental, which copies parts of files, is a beta in pgBackRest 2.45.`,
    ],
    json: { anywhere: { ...anywhere, ratio: median } },
  };
}
