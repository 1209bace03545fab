import { formatAge, formatTime, NOTHING } from '../terminal/format.ts';
import type { FindingLineFragment, FindingSeverity, MaintenanceTasksQuery } from '../generated/graphql.ts';
import { type Colour, formatTable, type Terminal } from '../terminal/terminal.ts';

type Task = MaintenanceTasksQuery['maintenanceTasks'][number];

/** What a run found, as the result of its operation has it and as history has it. */
export interface FoundText {
  readonly findings: readonly FindingLineFragment[];
  readonly lookedAt: readonly string[];
}

const COLOURS: Record<FindingSeverity, Colour> = {
  CRITICAL: 'red',
  WARNING: 'yellow',
  UNKNOWN: 'cyan',
  INFO: 'green',
};

/** All tasks, one line each. */
export function formatTasks(tasks: readonly Task[], terminal: Terminal): string {
  return formatTable(
    ['task', 'due', 'next', 'last', 'found'],
    tasks.map((task) => {
      const next = task.schedules
        .flatMap(({ state, nextRuns }) => (state === 'ACTIVE' ? nextRuns.map(({ dueAt }) => dueAt) : []))
        .toSorted()[0];
      return [
        task.name,
        task.cadence.toLowerCase(),
        next === undefined ? terminal.paint('yellow', 'not scheduled') : formatTime(next),
        formatAge(task.lastRun?.finishedAt ?? task.lastOperation?.finishedAt),
        task.lastRun === null
          ? (task.lastOperation?.state ?? NOTHING)
          : count(task.lastRun.findings, terminal),
      ];
    }),
  );
}

function count(findings: readonly FindingLineFragment[], terminal: Terminal): string {
  const parts = Object.entries(COLOURS).flatMap(([severity, colour]) => {
    const found = findings.filter((one) => one.severity === severity).length;
    return found === 0 ? [] : [terminal.paint(colour, `${found} ${severity}`)];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** Findings with what helps, then what was looked at. */
export function formatFound({ findings, lookedAt }: FoundText, terminal: Terminal): string {
  const blocks = findings.map(({ severity, subject, message, suggestedAction, statement }) =>
    [
      `${terminal.paint(COLOURS[severity], severity.padEnd(8))}  ${subject}: ${message}`,
      ...(suggestedAction === null ? [] : [`          ${suggestedAction}`]),
      ...(statement === null ? [] : [terminal.paint('dim', `          ${statement}`)]),
    ].join('\n'),
  );
  const looked = `looked at ${lookedAt.length === 0 ? 'nothing' : lookedAt.join('; ')}`;
  return [blocks.length === 0 ? 'Nothing was found.' : blocks.join('\n'), '', looked].join('\n');
}

/** Whether a value is the result of a task: it comes as JSON. */
export function isFound(value: unknown): value is FoundText {
  return typeof value === 'object' && value !== null && 'findings' in value && 'lookedAt' in value;
}
