import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartBackupDocument } from '../src/cli/generated/graphql.ts';
import type { StanzaConfig } from '../src/config.ts';
import { run } from '../src/process.ts';
import { readPhases, type Phases } from './backup-phases.ts';
import { fill, type MainCluster, settle, sizeOf, startMainCluster } from './main-cluster.ts';
import {
  describeMachine,
  formatSample,
  formatTable,
  ratiosOf,
  type Report,
  tell,
  toSample,
} from './report.ts';

export interface BackupOptions {
  readonly rounds: number;
  readonly sizeMb: number;
  readonly signal: AbortSignal;
}

const TARGET_API = 1.05;
const TARGET_DEFAULTS = 0.35;

/** Seconds of each round, one list for each way; of the clock, or of the processors of all that take part. */
type Times = Record<'api' | 'command' | 'shipped' | 'stock', number[]>;
const noTimes = (): Times => ({ api: [], command: [], shipped: [], stock: [] });

/**
 * A full backup through the API against the command with the same options, and our defaults against pgBackRest's
 * own, taking turns on one cluster.
 */
export async function benchBackup({ rounds, sizeMb, signal }: BackupOptions): Promise<Report> {
  tell('booting the embedded fleet');
  await using cluster = await startMainCluster();
  tell(`filling the database with ${sizeMb} MB`);
  await fill(cluster, sizeMb, signal);
  const databaseMb = await sizeOf(cluster.db);
  const { shipped, stock } = await makeSecondRepositories(cluster, signal);
  const ways: Record<keyof Times, () => Promise<number>> = {
    api: async () => {
      const { seconds, id, span } = await backUpThroughApi(cluster);
      phases.push(await readPhases(cluster.client, id, span));
      return seconds;
    },
    command: () => backUp(cluster.stanza, ['--annotation=opId=bench'], signal),
    shipped: () => backUp(shipped, NO_ARCHIVE, signal),
    stock: () => backUp(stock, NO_ARCHIVE, signal),
  };
  const times = noTimes();
  const cpuTimes = noTimes();
  const phases: Phases[] = [];
  const pairs = [
    ['api', 'command'],
    ['shipped', 'stock'],
  ] as const;
  for (let round = 0; round <= rounds; round++) {
    for (const pair of pairs) {
      for (const way of round % 2 === 0 ? pair : pair.toReversed()) {
        await settle(cluster, signal);
        await untilPartOfSecond(round / rounds);
        const cpuBefore = cluster.cpuSeconds();
        const seconds = await ways[way]();
        tell(`${round === 0 ? 'warm-up' : `round ${round}`}  ${way.padEnd(8)} ${seconds.toFixed(2)} s`);
        if (round === 0) continue;
        times[way].push(seconds);
        cpuTimes[way].push(cluster.cpuSeconds() - cpuBefore);
      }
    }
    for (const stanza of [cluster.stanza, shipped, stock]) await expire(stanza, signal);
  }
  cluster.warnings().forEach((line) => tell(`the program's log: ${line}`));
  const versions = {
    pgbackrest: (await run(cluster.stanza.binary, ['version'])).stdout.trim().split(' ').at(-1) ?? '',
    postgres: cluster.postgresVersion,
    node: process.versions.node,
  };
  return report({
    times,
    cpuTimes,
    phases: phases.slice(1),
    databaseMb,
    rounds,
    versions,
  });
}

/**
 * pgBackRest waits for the end of a second before it copies, so a start at another part of the second is up to a second
 * faster or slower. Both ways of a pair start at the same part, and the rounds are spread over it evenly.
 */
async function untilPartOfSecond(part: number): Promise<void> {
  await sleep((Math.round(part * 1_000) + 1_000 - (Date.now() % 1_000)) % 1_000);
}

/** The two of the second comparison: the archive belongs to the first repository, so none is looked for in theirs. */
const NO_ARCHIVE = ['--no-archive-check'];

/** One repository as we ship it and one as pgBackRest has it by default, both empty. */
async function makeSecondRepositories({ root, stanza }: MainCluster, signal: AbortSignal) {
  const text = readFileSync(stanza.configFile, 'utf8');
  const own = (name: string, config: string): StanzaConfig => {
    const configFile = join(root, `${name}.conf`);
    const repository = `repo1-path=${join(root, name)}`;
    writeFileSync(configFile, config.replace(/^repo1-path=.*$/m, repository), { mode: 0o600 });
    return { ...stanza, configFile };
  };
  // A checkpoint at once, as with us: by default the server would spread it over minutes.
  const kept = /^(\[.*\]|repo1-path=.*|pg1-.*|(lock|log|spool)-path=.*|start-fast=.*)$/;
  const minimal = text.split('\n').filter((line) => kept.test(line));
  const repositories = { shipped: own('shipped', text), stock: own('stock', `${minimal.join('\n')}\n`) };
  for (const one of Object.values(repositories))
    await pgbackrest(one, 'stanza-create', ['--no-online'], signal);
  return repositories;
}

/** From the call until the event that says it has succeeded. */
async function backUpThroughApi({ client }: MainCluster) {
  const startedAt = performance.now();
  const calledAtMs = Date.now();
  const input = { cluster: 'main', type: 'FULL' } as const;
  const { startBackup } = await client.request(StartBackupDocument, { input });
  if (startBackup.__typename !== 'StartBackupSuccess') throw new Error(JSON.stringify(startBackup));
  const { id } = startBackup.operation;
  for await (const { operation, message } of client.follow(id)) {
    if (operation?.state === 'FAILED') throw new Error(`backup ${id} failed: ${message ?? ''}`);
    if (operation?.state !== 'SUCCEEDED') continue;
    const seconds = (performance.now() - startedAt) / 1_000;
    return { seconds, id, span: { calledAtMs, heardAtMs: Date.now() } };
  }
  throw new Error(`backup ${id} has no end`);
}

/** The flags that the API uses, too. */
async function backUp(stanza: StanzaConfig, flags: readonly string[], signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  await pgbackrest(stanza, 'backup', ['--type=full', '--log-level-console=info', ...flags], signal);
  return (performance.now() - startedAt) / 1_000;
}

/** All sets but the newest, and the log before it; not part of what is measured. */
async function expire(stanza: StanzaConfig, signal: AbortSignal): Promise<void> {
  await pgbackrest(stanza, 'expire', ['--repo1-retention-full=1'], signal);
}

async function pgbackrest(
  { binary, configFile, name }: StanzaConfig,
  command: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const base = [`--config=${configFile}`, `--stanza=${name}`, '--no-log-timestamp'];
  await run(binary, [...base, ...flags, command], { signal });
}

interface Findings {
  readonly times: Times;
  readonly cpuTimes: Times;
  readonly phases: readonly Phases[];
  readonly databaseMb: number;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
}

function report({ times, cpuTimes, phases, databaseMb, rounds, versions }: Findings): Report {
  const machine = describeMachine();
  const api = ratiosOf(times.api, times.command);
  const defaults = ratiosOf(times.shipped, times.stock);
  const seconds = (way: keyof Times) => `${formatSample(toSample(times[way]), 2)} s`;
  const cpu = (way: keyof Times) => `${formatSample(toSample(cpuTimes[way]), 2)} s`;
  // Of the sums: a wait for the next second comes whole or not at all, so the median hides or doubles it.
  const sums = {
    apiToCommand: sumOf(times.api) / sumOf(times.command),
    shippedToStock: sumOf(times.shipped) / sumOf(times.stock),
  };
  const table = formatTable([
    ['full backup', 'time', 'ratio', 'of the sums', 'target', 'processors'],
    [
      'through the API',
      seconds('api'),
      formatSample(api, 3),
      sums.apiToCommand.toFixed(3),
      `≤ ${TARGET_API}`,
      cpu('api'),
    ],
    ['pgbackrest, same options', seconds('command'), '', '', '', cpu('command')],
    [
      'our defaults (zst 1, all cores, bundles, AES-256)',
      seconds('shipped'),
      formatSample(defaults, 3),
      sums.shippedToStock.toFixed(3),
      `≤ ${TARGET_DEFAULTS}`,
      cpu('shipped'),
    ],
    ["pgBackRest's own (gz 6, one process)", seconds('stock'), '', '', '', cpu('stock')],
  ]);
  const names = [...new Set(phases.flatMap((one) => Object.keys(one)))];
  const phaseSamples = Object.fromEntries(
    names.map((name) => [name, toSample(phases.map((one) => one[name] ?? 0))]),
  );
  const phaseTable = formatTable([
    ['a backup through the API', 'ms'],
    ...Object.entries(phaseSamples).map(([name, sample]) => [name, formatSample(sample, 0)]),
  ]);
  const facts = `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB; ${Object.entries(versions).flat().join(' ')}`;
  const how = `median (lowest–highest) of ${rounds} rounds that take turns, on a database of ${databaseMb} MB`;
  return {
    text: [facts, how, table, phaseTable].join('\n\n'),
    json: {
      machine,
      versions,
      rounds,
      databaseMb,
      seconds: times,
      cpuSeconds: cpuTimes,
      ratios: { apiToCommand: api, shippedToStock: defaults },
      ratiosOfSums: sums,
      targets: { apiToCommand: TARGET_API, shippedToStock: TARGET_DEFAULTS },
      phasesMs: phaseSamples,
    },
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
