import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { analyzeScript } from '../src/migrations/analysis/analyze.ts';
import { parseSql } from '../src/postgres/parse.ts';
import { ProcessFailedError, run } from '../src/process.ts';
import { HELD_OUT } from './linters/held-out.ts';
import { readManifest } from './migrations/contenders.ts';
import type { CorpusCase } from './linters/corpus-case.ts';
import { CORPUS } from './linters/corpus.ts';

/** What a linter made of one corpus. */
export interface Verdicts {
  readonly corpus: string;
  readonly linter: string;
  readonly unsafe: number;
  /** Unsafe ones with a finding. */
  readonly found: number;
  /** Unsafe ones whose finding is the rule that the corpus names; null for a corpus that names none. */
  readonly foundByRule: number | null;
  readonly safe: number;
  /** Safe ones with a finding. */
  readonly falseAlarms: number;
  /** Names of the cases, so that everybody can judge the judges. */
  readonly missed: readonly string[];
  readonly alarmed: readonly string[];
}

export interface LinterFindings {
  readonly verdicts: readonly Verdicts[];
  /** Rules of the corpus that squawk has none for, and how many cases want them. */
  readonly missingInSquawk: Readonly<Record<string, number>>;
}

/** Names of the rules that were broken, for each case in their order; none: it passes. */
type Lint = (cases: readonly CorpusCase[]) => Promise<readonly (readonly string[])[]>;

const CORPORA = { 'the corpus': CORPUS, 'held out': HELD_OUT } as const;
const SQUAWK_TIMEOUT_MS = 60_000;
/** The major version that this project runs on; without it squawk assumes older ones. */
const PG_VERSION = '15.0';
/** A runner that sets both timeouts and wraps or resumes what it runs makes these three needless. */
const LEFT_TO_RUNNER = ['require-lock-timeout', 'require-statement-timeout', 'prefer-robust-stmts'];

/** Our analysis without a database beside squawk, which never has one. `root` is a directory for its files. */
export async function compareLinters(root: string, signal: AbortSignal): Promise<LinterFindings> {
  const binary = new URL(
    `node_modules/@squawk-cli/${process.platform}-${process.arch}/bin/squawk`,
    import.meta.url,
  ).pathname;
  if (!existsSync(binary)) throw new Error(`${binary} is missing: npm ci --prefix bench`);
  const squawk = { binary, root, signal };
  const { version } = readManifest('squawk-cli');
  const linters: Readonly<Record<string, Lint>> = {
    Sunday: lintOurs,
    [`squawk ${version}, its defaults`]: (cases) => lintSquawk(squawk, cases, []),
    [`squawk ${version}, without what the runner does`]: (cases) => lintSquawk(squawk, cases, LEFT_TO_RUNNER),
  };
  const verdicts: Verdicts[] = [];
  for (const [corpus, cases] of Object.entries(CORPORA))
    for (const [linter, lint] of Object.entries(linters))
      verdicts.push({ corpus, linter, ...judge(cases, await lint(cases)) });
  return { verdicts, missingInSquawk: await findMissingRules(squawk) };
}

function judge(
  cases: readonly CorpusCase[],
  broken: readonly (readonly string[])[],
): Omit<Verdicts, 'corpus' | 'linter'> {
  const all = cases.map((one, index) => ({ ...one, broken: broken[index] ?? [] }));
  const unsafe = all.filter((one) => !one.isSafe);
  const safe = all.filter((one) => one.isSafe);
  const missed = unsafe.filter((one) => one.broken.length === 0).map((one) => one.name);
  const alarmed = safe.filter((one) => one.broken.length > 0).map((one) => one.name);
  const named = unsafe.filter((one) => one.rule !== null);
  return {
    unsafe: unsafe.length,
    found: unsafe.length - missed.length,
    foundByRule:
      named.length === 0 ? null : named.filter((one) => one.broken.some((rule) => rule === one.rule)).length,
    safe: safe.length,
    falseAlarms: alarmed.length,
    missed,
    alarmed,
  };
}

/** Hints do not count: they leave the verdict SAFE. The lock timeout is the one that our runner sets. */
const lintOurs: Lint = async (cases) => {
  const broken: (readonly string[])[] = [];
  for (const { sql, transaction } of cases) {
    const script = {
      statements: await parseSql(sql),
      transaction: transaction ?? ('ONE' as const),
      lockTimeoutMs: 500,
    };
    const { findings } = await analyzeScript(null, script);
    broken.push(findings.filter((one) => one.severity !== 'INFO').map((one) => one.rule));
  }
  return broken;
};

interface Squawk {
  readonly binary: string;
  readonly root: string;
  readonly signal: AbortSignal;
}

/** Each case in a file of its own; those that run in a transaction are announced as such. */
async function lintSquawk(
  squawk: Squawk,
  cases: readonly CorpusCase[],
  excluded: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const directory = join(squawk.root, 'squawk');
  mkdirSync(directory, { recursive: true });
  const broken = cases.map((): string[] => []);
  for (const transaction of ['ONE', 'NONE']) {
    const files = cases.flatMap((one, index) => {
      if ((one.transaction ?? 'ONE') !== transaction) return [];
      const file = join(directory, `${index}.sql`);
      writeFileSync(file, `${one.sql}\n`);
      return [file];
    });
    const mode = transaction === 'ONE' ? ['--assume-in-transaction'] : ['--no-assume-in-transaction'];
    const rules = excluded.length > 0 ? [`--exclude=${excluded.join(',')}`] : [];
    for (const { file, rule_name } of await runSquawk(squawk, [...mode, ...rules, ...files]))
      broken[Number(basename(file, '.sql'))]?.push(rule_name);
  }
  return broken;
}

interface SquawkFinding {
  readonly file: string;
  readonly rule_name: string;
}

async function runSquawk(
  { binary, signal }: Squawk,
  args: readonly string[],
): Promise<readonly SquawkFinding[]> {
  const flags = ['--reporter=json', `--pg-version=${PG_VERSION}`];
  try {
    const { stdout } = await run(binary, [...flags, ...args], { signal, timeoutMs: SQUAWK_TIMEOUT_MS });
    return JSON.parse(stdout) as readonly SquawkFinding[];
  } catch (error) {
    // 1: it has found something.
    if (!(error instanceof ProcessFailedError) || error.exitCode !== 1) throw error;
    return JSON.parse(error.stdout) as readonly SquawkFinding[];
  }
}

/** It knows its rules by name: asked to leave out one that it does not have, it refuses. */
async function findMissingRules(squawk: Squawk): Promise<Readonly<Record<string, number>>> {
  const file = join(squawk.root, 'squawk', 'nothing.sql');
  writeFileSync(file, 'SELECT 1;\n');
  const wanted = new Map<string, number>();
  for (const { rule } of CORPUS) if (rule !== null) wanted.set(rule, (wanted.get(rule) ?? 0) + 1);
  const missing: Record<string, number> = {};
  for (const [rule, count] of wanted) {
    const known = await run(squawk.binary, [`--exclude=${rule}`, file], { signal: squawk.signal }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ProcessFailedError && error.stderr.includes('invalid rule name')) return false;
        throw error;
      },
    );
    if (!known) missing[rule] = count;
  }
  return missing;
}
