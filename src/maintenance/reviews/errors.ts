import type { Fleet, Instance } from '../../fleet/fleet.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { finding, type Finding, type Found } from '../findings.ts';
import type { LogBookmark, MaintenanceSources } from '../sources.ts';
import { listRuns } from '../store.ts';
import { groupLines, type LogGroup } from './log-groups.ts';
import { findLogProblem } from './log-probe.ts';

export interface ErrorReviewDependencies {
  readonly fleet: Fleet;
  /** The control database. */
  readonly db: Queryable;
  readonly sources: MaintenanceSources;
}

/** What the last so many runs have found is no news. */
const RUNS_REMEMBERED = 10;
const MOST_GROUPS = 100;

type Bookmarks = Readonly<Record<string, LogBookmark>>;

/** What was found, and by instance how far its log was read: from there the next review goes on. */
export interface ErrorReview extends Found {
  readonly bookmarks: Bookmarks;
}

/** What earlier runs know: up to where they read, and what they have told. */
interface Memory {
  readonly bookmarks: Bookmarks;
  readonly subjects: ReadonlySet<string>;
}

/** Errors that servers have logged since the last run, by message; those that are new come first. */
export async function reviewErrors(deps: ErrorReviewDependencies, cluster: string): Promise<ErrorReview> {
  const memory = await remember(deps.db, cluster);
  const parts: ErrorReview[] = [];
  for (const instance of deps.fleet.get(cluster).instances)
    parts.push(await reviewInstance(deps, { cluster, instance }, memory));
  return {
    // New ones are WARNING and known ones INFO, so that the order by severity is the order by news.
    findings: parts.flatMap(({ findings }) => findings),
    lookedAt: parts.flatMap(({ lookedAt }) => lookedAt),
    bookmarks: Object.assign({}, memory.bookmarks, ...parts.map(({ bookmarks }) => bookmarks)) as Bookmarks,
  };
}

async function remember(db: Queryable, cluster: string): Promise<Memory> {
  const [runs = []] = await listRuns(db, [`${cluster}/ERROR_LOG_REVIEW`], RUNS_REMEMBERED);
  return {
    bookmarks: runs[0]?.bookmarks ?? {},
    subjects: new Set(runs.flatMap(({ findings }) => findings.map(({ subject }) => subject))),
  };
}

async function reviewInstance(
  { fleet, sources }: ErrorReviewDependencies,
  { cluster, instance }: { readonly cluster: string; readonly instance: Instance },
  memory: Memory,
): Promise<ErrorReview> {
  const { name } = instance;
  const { page, reason, hint } = await sources.errorLog(cluster, name, memory.bookmarks[name] ?? null);
  if (page === null) return unreadable(name, reason ?? 'it cannot be read', { suggestedAction: hint });
  const problem = await findLogProblem(fleet.monitor(instance));
  if (problem !== null) return unreadable(name, problem.reason, { statement: problem.statement });
  const groups = groupLines(page.lines);
  const rest = groups.length - MOST_GROUPS;
  const skipped =
    page.skippedBytes === 0 ? '' : `; ${page.skippedBytes} bytes before them were too many and were not read`;
  return {
    findings: [
      ...groups.slice(0, MOST_GROUPS).map((group) => judgeGroup(name, group, memory.subjects)),
      ...(rest > 0 ? [finding('INFO', `log of ${name}`, `${rest} more messages are not kept`)] : []),
    ],
    lookedAt: [`${page.lines.length} new line(s) in the log of ${name}${skipped}`],
    bookmarks: { [name]: page.bookmark },
  };
}

function unreadable(
  name: string,
  reason: string,
  help: Partial<Pick<Finding, 'suggestedAction' | 'statement'>>,
): ErrorReview {
  return {
    findings: [finding('UNKNOWN', `log of ${name}`, reason, help)],
    lookedAt: [`the log of ${name}, which could not be read`],
    bookmarks: {},
  };
}

/** Pure. A server that panics is never old news. */
export function judgeGroup(instance: string, group: LogGroup, known: ReadonlySet<string>): Finding {
  const { severity, message, count, firstSeen, lastSeen } = group;
  const subject = `${severity} on ${instance}: ${message}`;
  const isNew = !known.has(subject);
  const times = count === 1 ? 'once' : `${count} times`;
  const when =
    firstSeen === null || lastSeen === null
      ? ''
      : count === 1
        ? `, ${firstSeen}`
        : `, from ${firstSeen} to ${lastSeen}`;
  return finding(
    severity === 'PANIC' ? 'CRITICAL' : isNew ? 'WARNING' : 'INFO',
    subject,
    `${isNew ? 'new' : 'seen before'}: ${times}${when}`,
    isNew ? { suggestedAction: `Look for what was run then in the log of ${instance}.` } : {},
  );
}
