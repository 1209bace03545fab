import type { LinterFindings } from '../linters.ts';
import type { ContenderTimes, MigrationsOptions } from '../migrations.ts';
import {
  describeRun,
  formatSample,
  formatTable,
  ratiosOf,
  type Report,
  type Sample,
  toSample,
} from '../report.ts';

/** As the runner has it by default. */
const LOCK_TIMEOUT_MS = 500;
export const TARGETS = { up: 1, status: 1, stallToLockTimeout: 1.2 } as const;

export interface MigrationFindings {
  readonly options: MigrationsOptions;
  /** Ours first. */
  readonly times: readonly ContenderTimes[];
  readonly readerMs: number;
  readonly linters: LinterFindings;
  readonly postgresVersion: string;
}

/** The three comparisons as tables, each ratio against the fastest of the others in the same round. */
export function reportMigrations(findings: MigrationFindings): Report {
  const { options, readerMs, linters, postgresVersion } = findings;
  const { facts, machine, versions } = describeRun({ postgres: postgresVersion });
  const up = compare(findings.times, (one) => one.upMs);
  const status = compare(findings.times, (one) => one.statusMs);
  const stalls = findings.times.filter((one) => one.stalls.length > 0).map(toStallRow);
  const how = `median (lowest–highest) of ${options.rounds} rounds that take turns; ratios to the fastest of the others in the same round`;
  const timeTable = (title: string, rows: readonly Compared[], target: number) =>
    formatTable([
      [title, 'ms', 'ours ÷ fastest other', 'target'],
      ...rows.map((one) => [
        one.name,
        formatSample(one.ms, 0),
        one.ratio ? formatSample(one.ratio, 2) : '',
        one.ratio ? `≤ ${target}` : '',
      ]),
    ]);
  return {
    text: [
      facts,
      how,
      timeTable(`${options.files} migrations up`, up, TARGETS.up),
      timeTable(`status, ${options.files} applied`, status, TARGETS.status),
      stallTable(stalls, readerMs),
      linterTable(linters),
    ].join('\n\n'),
    json: {
      machine,
      versions,
      rounds: options.rounds,
      files: options.files,
      up,
      status,
      stall: { readerMs, lockTimeoutMs: LOCK_TIMEOUT_MS, rows: stalls },
      linters,
      targets: TARGETS,
    },
  };
}

interface Compared {
  readonly name: string;
  readonly ms: Sample;
  /** Null for those of others. */
  readonly ratio: Sample | null;
}

function compare(
  times: readonly ContenderTimes[],
  valuesOf: (one: ContenderTimes) => readonly number[],
): readonly Compared[] {
  const measured = times.filter((one) => valuesOf(one).length > 0);
  const others = measured.filter((one) => !one.contender.isOurs).map(valuesOf);
  const fastest = (others[0] ?? []).map((_, round) => Math.min(...others.map((one) => one[round] ?? NaN)));
  return measured.map((one) => ({
    name: one.contender.name,
    ms: toSample(valuesOf(one)),
    ratio: one.contender.isOurs ? ratiosOf(valuesOf(one), fastest) : null,
  }));
}

interface StallRow {
  readonly name: string;
  readonly isOurs: boolean;
  readonly longestMs: Sample;
  readonly toLockTimeout: Sample;
  readonly migrationMs: Sample;
}

function toStallRow({ contender, stalls }: ContenderTimes): StallRow {
  const longestMs = stalls.map((one) => one.longestMs);
  return {
    name: contender.name,
    isOurs: contender.isOurs,
    longestMs: toSample(longestMs),
    toLockTimeout: toSample(longestMs.map((one) => one / LOCK_TIMEOUT_MS)),
    migrationMs: toSample(stalls.map((one) => one.migrationMs)),
  };
}

function stallTable(rows: readonly StallRow[], readerMs: number): string {
  return formatTable([
    [
      `ALTER TABLE behind a reader of ${readerMs / 1_000} s`,
      'longest SELECT, ms',
      '÷ lock timeout',
      'target',
      'migration, ms',
    ],
    ...rows.map((one) => [
      one.name,
      formatSample(one.longestMs, 0),
      formatSample(one.toLockTimeout, 2),
      one.isOurs ? `≤ ${TARGETS.stallToLockTimeout}` : '',
      formatSample(one.migrationMs, 0),
    ]),
  ]);
}

function linterTable({ verdicts, missingInSquawk }: LinterFindings): string {
  const table = formatTable([
    ['linters, without a database', 'cases', 'unsafe found', 'by the right rule', 'safe, but complained of'],
    ...verdicts.map((one) => [
      one.linter,
      one.corpus,
      `${one.found} of ${one.unsafe}`,
      one.foundByRule === null ? '' : `${one.foundByRule} of ${one.unsafe}`,
      `${one.falseAlarms} of ${one.safe}`,
    ]),
  ]);
  const ours = verdicts.filter((one) => one.linter === 'Sunday');
  const missed = ours.flatMap((one) => [...one.missed, ...one.alarmed]).join('; ') || 'nothing';
  return `${table}\nours is wrong about: ${missed}\nrules that squawk has none for: ${Object.keys(missingInSquawk).join(', ')}`;
}
