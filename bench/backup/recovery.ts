import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationDocument, StartRestoreDocument } from '../../src/cli/generated/graphql.ts';
import { readRestoreProcesses } from '../../src/backups/pgbackrest/repository.ts';
import { startServer, stopServer } from '../../src/postgres/server.ts';
import { sql } from '../../src/postgres/sql.ts';
import { freePort } from '../../test/support/ports.ts';
import { awaitSuccess, backUpThroughApi } from './full.ts';
import { type Finding, type Ground, newestLabel, pgbackrest, takeTurns, type Way } from './ground.ts';
import { change, type MainCluster, settle } from './main-cluster.ts';
import { formatPhases, type Phases, readPhases, samplesOf } from './phases.ts';

const TARGET = 1.15;

/** Back at a moment through the API, against files and a start by hand with no more log than the set itself needs. */
export async function measureRecovery(ground: Ground): Promise<Finding> {
  const { cluster, signal } = ground;
  await backUpThroughApi(cluster);
  const label = await newestLabel(cluster.stanza, signal);
  const at = await makeMoment(ground);
  const [ours, theirs] = ['recovered', 'started'].map((name) => join(cluster.root, name));
  if (ours === undefined || theirs === undefined) throw new Error('there are no directories');
  const clean = (directory: string) => () =>
    Promise.resolve(rmSync(directory, { recursive: true, force: true }));
  const phases: Phases[] = [];
  const processes = readRestoreProcesses(cluster.stanza) ?? 1;
  const bare = (title: string, flags: readonly string[]): Way => ({
    title,
    prepare: clean(theirs),
    run: () => restoreAndStart(ground, { label, directory: theirs, flags }),
  });
  const [api, plain, alike] = await takeTurns(ground, [
    {
      title: 'startRestore to a moment, from the call until it is ready there',
      prepare: clean(ours),
      async run() {
        const restored = await restoreThroughApi(cluster, { target: { time: { at } }, destination: ours });
        phases.push(restored.phases);
        return restored.ready;
      },
    },
    bare('pgbackrest restore and pg_ctl start', []),
    bare(`the same, with ${processes} processes as startRestore has`, [`--process-max=${processes}`]),
  ]);
  if (api === undefined || plain === undefined || alike === undefined)
    throw new Error('nothing was measured');
  for (const directory of [ours, theirs]) rmSync(directory, { recursive: true, force: true });
  const samples = samplesOf(phases.slice(1));
  return {
    title: 'recovery to a moment',
    comparisons: [plain, alike].map((peer) => ({ ours: api, theirs: peer, target: TARGET })),
    notes: [formatPhases('startRestore to a moment', samples)],
    json: { phasesMs: samples },
  };
}

/** A moment behind the newest set, with changes before and after it, all of it in the archive. */
async function makeMoment({ cluster, signal }: Ground): Promise<string> {
  await sleep(1_500); // a set says to the second when it ended
  await change(cluster, 'NEWEST');
  const [row] = await cluster.db.rows<{ at: Date }>(sql`/* bench.now */ SELECT clock_timestamp() AS at`);
  if (row === undefined) throw new Error('there is no time');
  await sleep(500);
  await change(cluster, 'NEWEST');
  await settle(cluster, signal);
  return row.at.toISOString();
}

interface Wanted {
  readonly target: { readonly time: { readonly at: string } } | { readonly set: string };
  readonly destination: string;
}

/** Seconds from the call until the database could be opened, and those of the files and the recovery alone. */
export async function restoreThroughApi({ client }: MainCluster, { target, destination }: Wanted) {
  const calledAtMs = Date.now();
  const input = { cluster: 'main', target, destination };
  const { startRestore } = await client.start(StartRestoreDocument, input);
  if (startRestore.__typename !== 'StartRestoreSuccess' || startRestore.operation === null)
    throw new Error(JSON.stringify(startRestore));
  const { id } = startRestore.operation;
  await awaitSuccess({ client }, id);
  const phases = await readPhases(client, id, { calledAtMs, heardAtMs: Date.now() });
  const { operation } = await client.request(OperationDocument, { id });
  const at = (time: unknown) => new Date(time as string).getTime();
  const step = (name: string) => {
    const found = operation?.steps.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no step ${name}`);
    return { startedAt: at(found.startedAt), finishedAt: at(found.finishedAt) };
  };
  const [files, recovery] = [step('restore files'), step('recover')];
  const spent = files.finishedAt - files.startedAt + recovery.finishedAt - recovery.startedAt;
  return { ready: (recovery.finishedAt - calledAtMs) / 1_000, work: spent / 1_000, phases };
}

interface BareRestore {
  readonly label: string;
  readonly directory: string;
  readonly flags: readonly string[];
}

async function restoreAndStart({ cluster, signal }: Ground, { label, directory, flags }: BareRestore) {
  const options = {
    binaries: cluster.binaries,
    dataDirectory: directory,
    port: await freePort(),
    socketDirectory: cluster.root,
    logFile: join(cluster.root, 'started.log'),
  };
  const startedAt = performance.now();
  const how = [`--pg1-path=${directory}`, `--set=${label}`, '--type=immediate', '--archive-mode=off'];
  await pgbackrest(cluster.stanza, 'restore', [...how, ...flags, '--target-action=pause'], signal);
  await startServer(options, { listen_addresses: '', hot_standby: 'on' });
  const seconds = (performance.now() - startedAt) / 1_000;
  await stopServer(options, 'immediate');
  return seconds;
}
