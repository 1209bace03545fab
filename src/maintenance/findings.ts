import type { LogBookmark } from './sources.ts';

/** UNKNOWN: it could not be looked at; the finding says why, and what would make it readable. */
export const SEVERITIES = ['CRITICAL', 'WARNING', 'UNKNOWN', 'INFO'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing that a task found, or did. */
export interface Finding {
  readonly severity: Severity;
  /** What it is about: a table, an index, a role, a metric. */
  readonly subject: string;
  readonly message: string;
  /** What to do, for people; null when nothing is to be done. */
  readonly suggestedAction: string | null;
  /** SQL that does it, or did it; null when no statement does. */
  readonly statement: string | null;
}

/** What came of a look. */
export interface Found {
  readonly findings: readonly Finding[];
  /** What was looked at, so that nothing found says something. */
  readonly lookedAt: readonly string[];
}

/** What is kept of a run. */
export interface MaintenanceRun extends Found {
  /** That of its operation. */
  readonly id: string;
  readonly cluster: string;
  readonly task: string;
  /** By instance, how far its log was read; empty when the task reads no log. */
  readonly bookmarks: Readonly<Record<string, LogBookmark>>;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

const MOST_FINDINGS = 500;

export function finding(
  severity: Severity,
  subject: string,
  message: string,
  help: Partial<Pick<Finding, 'suggestedAction' | 'statement'>> = {},
): Finding {
  return { severity, subject, message, suggestedAction: null, statement: null, ...help };
}

/** The worst first, else in the order in which they were found; at most 500, and the last one then says so. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  if (sorted.length <= MOST_FINDINGS) return sorted;
  const rest = sorted.length - MOST_FINDINGS + 1;
  return [
    ...sorted.slice(0, MOST_FINDINGS - 1),
    finding('INFO', 'findings', `${rest} more were found and are not kept`),
  ];
}

/** Of several looks together. */
export function merge(parts: readonly Found[]): Found {
  return {
    findings: inOrder(parts.flatMap(({ findings }) => findings)),
    lookedAt: parts.flatMap(({ lookedAt }) => lookedAt),
  };
}
