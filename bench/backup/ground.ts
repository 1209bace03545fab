import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StanzaConfig } from '../../src/config.ts';
import { run } from '../../src/process.ts';
import { tell } from '../report.ts';
import { type MainCluster, settle } from './main-cluster.ts';

/** What all parts of the benchmark stand on. */
export interface Ground {
  readonly cluster: MainCluster;
  readonly rounds: number;
  readonly sizeMb: number;
  readonly signal: AbortSignal;
  /** An empty repository as we ship it, without an archive. */
  readonly shipped: StanzaConfig;
  /** The same as pgBackRest has it by default. */
  readonly stock: StanzaConfig;
}

/** One way to do something. `run` gives its seconds, when they are not those of the clock around it. */
export interface Way {
  readonly title: string;
  /** Not part of what is measured. */
  prepare?(): Promise<void>;
  run(): Promise<number | void>;
}

/** Seconds of each round: of the clock, and of the processors of all that take part. */
export interface Timed {
  readonly title: string;
  readonly seconds: number[];
  readonly cpuSeconds: number[];
}

/** The ratio of one to the other in the same round. */
export interface Comparison {
  readonly ours: Timed;
  readonly theirs: Timed;
  readonly target: number;
}

/** A target that is no ratio of two ways. */
export interface Verdict {
  readonly what: string;
  /** For people, with its unit. */
  readonly found: string;
  readonly target: string;
  readonly isMet: boolean;
}

/** What a part found out. */
export interface Finding {
  readonly title: string;
  readonly comparisons: readonly Comparison[];
  readonly verdicts?: readonly Verdict[];
  /** What to know about the figures, one paragraph each. */
  readonly notes?: readonly string[];
  /** Further figures, for programs. */
  readonly json?: object;
}

/** In turns, first this way round and then the other; what comes first in the warm-up counts for nothing. */
export async function takeTurns(ground: Ground, ways: readonly Way[]): Promise<readonly Timed[]> {
  const { cluster, rounds, signal } = ground;
  const timed = ways.map(({ title }): Timed => ({ title, seconds: [], cpuSeconds: [] }));
  for (let round = 0; round <= rounds; round++) {
    const order = ways.map((way, index) => ({ way, of: timed[index] }));
    for (const { way, of } of round % 2 === 0 ? order : order.toReversed()) {
      await way.prepare?.();
      await settle(cluster, signal);
      await run('sync', [], { signal }); // what was written or deleted before is not this way's to wait for
      await untilPartOfSecond(round / rounds);
      const cpuBefore = cluster.cpuSeconds();
      const startedAt = performance.now();
      const seconds = (await way.run()) ?? (performance.now() - startedAt) / 1_000;
      tell(`${round === 0 ? 'warm-up' : `round ${round}`}  ${seconds.toFixed(2)} s  ${way.title}`);
      if (round === 0) continue;
      of?.seconds.push(seconds);
      of?.cpuSeconds.push(cluster.cpuSeconds() - cpuBefore);
    }
  }
  return timed;
}

/** `ours` against `theirs`, in turns. */
export async function compare(
  ground: Ground,
  { ours, theirs, target }: { readonly ours: Way; readonly theirs: Way; readonly target: number },
): Promise<Comparison> {
  const [first, second] = await takeTurns(ground, [ours, theirs]);
  if (first === undefined || second === undefined) throw new Error('nothing was measured');
  return { ours: first, theirs: second, target };
}

/**
 * pgBackRest waits for the end of a second before it copies, so a start at another part of the second is up to a second
 * faster or slower. Both ways of a pair start at the same part, and the rounds are spread over it evenly.
 */
async function untilPartOfSecond(part: number): Promise<void> {
  await sleep((Math.round(part * 1_000) + 1_000 - (Date.now() % 1_000)) % 1_000);
}

/** For repositories besides the first: the archive belongs to that one, so none is looked for in them. */
export const NO_ARCHIVE: readonly string[] = ['--no-archive-check'];

/** One repository as we ship it and one as pgBackRest has it by default, both empty. */
export async function makeRepositories({ root, stanza }: MainCluster, signal: AbortSignal) {
  const text = readFileSync(stanza.configFile, 'utf8');
  // A checkpoint at once, as with us: by default the server would spread it over minutes.
  const kept = /^(\[.*\]|repo1-path=.*|pg1-.*|(lock|log|spool)-path=.*|start-fast=.*)$/;
  const minimal = text.split('\n').filter((line) => kept.test(line));
  const at = (config: string, name: string) =>
    config.replace(/^repo1-path=.*$/m, `repo1-path=${join(root, name)}`);
  return {
    shipped: await makeRepository({ root, stanza }, { name: 'shipped', config: at(text, 'shipped') }, signal),
    stock: await makeRepository(
      { root, stanza },
      { name: 'stock', config: at(`${minimal.join('\n')}\n`, 'stock') },
      signal,
    ),
  };
}

/** A stanza with a configuration of its own, made in its repository. */
export async function makeRepository(
  { root, stanza }: Pick<MainCluster, 'root' | 'stanza'>,
  { name, config }: { readonly name: string; readonly config: string },
  signal: AbortSignal,
): Promise<StanzaConfig> {
  const configFile = join(root, `${name}.conf`);
  writeFileSync(configFile, config, { mode: 0o600 });
  const made = { ...stanza, configFile };
  await pgbackrest(made, 'stanza-create', ['--no-online'], signal);
  return made;
}

/** Takes a backup with the flags that the API uses, too. */
export async function backUp(
  stanza: StanzaConfig,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const type = flags.some((one) => one.startsWith('--type=')) ? [] : ['--type=full'];
  await pgbackrest(stanza, 'backup', [...type, '--log-level-console=info', ...flags], signal);
}

/** All sets but the newest full one with its own, and the log before it. */
export async function expire(stanza: StanzaConfig, signal: AbortSignal): Promise<void> {
  await pgbackrest(stanza, 'expire', ['--repo1-retention-full=1'], signal);
}

/** Of the newest set. */
export async function newestLabel(stanza: StanzaConfig, signal: AbortSignal): Promise<string> {
  const text = await pgbackrest(stanza, 'info', ['--output=json'], signal);
  const [found] = JSON.parse(text) as readonly { readonly backup: readonly { readonly label: string }[] }[];
  const label = found?.backup.at(-1)?.label;
  if (label === undefined) throw new Error('there is no set');
  return label;
}

/** What it prints. */
export async function pgbackrest(
  { binary, configFile, name }: StanzaConfig,
  command: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const base = [`--config=${configFile}`, `--stanza=${name}`, '--no-log-timestamp'];
  return (await run(binary, [...base, ...flags, command], { signal })).stdout;
}
