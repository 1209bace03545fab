import { StartBackupDocument } from '../../src/cli/generated/graphql.ts';
import { backUp, compare, expire, type Finding, type Ground, NO_ARCHIVE } from './ground.ts';
import type { MainCluster } from './main-cluster.ts';
import { formatPhases, readPhases, type Phases, samplesOf } from './phases.ts';

const TARGET_API = 1.05;
const TARGET_DEFAULTS = 0.25;

/** A full backup through the API against the command with the same options, and our defaults against its own. */
export async function measureFull(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped, stock } = ground;
  const phases: Phases[] = [];
  const clean = () => expire(cluster.stanza, signal);
  const api = await compare(ground, {
    target: TARGET_API,
    ours: {
      title: 'through the API',
      prepare: clean,
      async run() {
        const { seconds, id, span } = await backUpThroughApi(cluster);
        phases.push(await readPhases(cluster.client, id, span));
        return seconds;
      },
    },
    theirs: {
      title: 'pgbackrest, same options',
      prepare: clean,
      run: () => backUp(cluster.stanza, ['--annotation=opId=bench'], signal),
    },
  });
  const defaults = await compare(ground, {
    target: TARGET_DEFAULTS,
    ours: {
      title: 'our defaults (zst 1, all cores, bundles, AES-256)',
      prepare: () => expire(shipped, signal),
      run: () => backUp(shipped, NO_ARCHIVE, signal),
    },
    theirs: {
      title: "pgBackRest's own (gz 6, one process)",
      prepare: () => expire(stock, signal),
      run: () => backUp(stock, NO_ARCHIVE, signal),
    },
  });
  const samples = samplesOf(phases.slice(1));
  const table = formatPhases('a backup through the API', samples);
  return { title: 'full backup', comparisons: [api, defaults], notes: [table], json: { phasesMs: samples } };
}

/** From the call until the event that says it has succeeded. */
export async function backUpThroughApi({ client }: MainCluster) {
  const startedAt = performance.now();
  const calledAtMs = Date.now();
  // From where the bare command takes it: of its own, ours would choose the standby.
  const input = { cluster: 'main', type: 'FULL', from: 'PRIMARY' } as const;
  const { startBackup } = await client.request(StartBackupDocument, { input });
  if (startBackup.__typename !== 'StartBackupSuccess') throw new Error(JSON.stringify(startBackup));
  const { id } = startBackup.operation;
  await awaitSuccess({ client }, id);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, id, span: { calledAtMs, heardAtMs: Date.now() } };
}

/** Returns with the event of the end. @throws when it is not a success. */
export async function awaitSuccess({ client }: Pick<MainCluster, 'client'>, id: string): Promise<void> {
  for await (const { operation, message } of client.follow(id)) {
    if (operation?.state === 'FAILED') throw new Error(`operation ${id} failed: ${message ?? ''}`);
    if (operation?.state === 'SUCCEEDED') return;
  }
  throw new Error(`operation ${id} has no end`);
}
