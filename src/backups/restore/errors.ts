import { SundayError } from '../../errors.ts';

const TARGET = ['input', 'target'];

/** A wall clock shows the same time twice when summer time ends. */
export class LocalTimeAmbiguousError extends SundayError {
  readonly code = 'LOCAL_TIME_AMBIGUOUS';
  override readonly argument = [...TARGET, 'time', 'at'];
  override readonly hint: string;
  /** `candidates`: the moments that it can mean, in UTC. */
  constructor(local: string, timezone: string, candidates: readonly string[]) {
    super(`${local} comes ${candidates.length} times in ${timezone}`);
    this.hint = `Say which with an offset: ${candidates.join(' or ')}.`;
  }
}

/** And skips an hour when it begins. */
export class LocalTimeMissingError extends SundayError {
  readonly code = 'LOCAL_TIME_MISSING';
  override readonly argument = [...TARGET, 'time', 'at'];
  override readonly hint = 'Clocks were put forward over it: give the moment with an offset, or in UTC.';
  constructor(local: string, timezone: string) {
    super(`no clock in ${timezone} ever showed ${local}`);
  }
}

export class TargetInFutureError extends SundayError {
  readonly code = 'TARGET_IN_FUTURE';
  override readonly argument = TARGET;
  override readonly hint = 'Give a moment that is over, with the offset that was meant; or restore `latest`.';
  constructor(target: string, now: string) {
    super(`${target} has not come yet: it is ${now}`);
  }
}

export class TargetTooEarlyError extends SundayError {
  readonly code = 'TARGET_TOO_EARLY';
  override readonly argument = TARGET;
  override readonly hint: string;
  /** `earliest`: the first moment or place that can be reached; null when there is none. */
  constructor(cluster: string, target: string, earliest: string | null) {
    super(`no backup of ${cluster} ends before ${target}`);
    this.hint =
      earliest === null
        ? 'There is no usable backup on this timeline: take a full one.'
        : `The earliest that can be restored is ${earliest}.`;
  }
}

export class TargetBeyondArchiveError extends SundayError {
  readonly code = 'TARGET_BEYOND_ARCHIVE';
  override readonly argument = TARGET;
  override readonly retryable = true;
  override readonly hint: string;
  /** `last`: what is archived last, for people. */
  constructor(cluster: string, target: string, last: string) {
    super(`the archive of ${cluster} does not reach ${target}`);
    this.hint = `The last that is archived is ${last}: wait until more has arrived, or restore \`latest\`.`;
  }
}

export class TargetInGapError extends SundayError {
  readonly code = 'TARGET_IN_GAP';
  override readonly argument = TARGET;
  override readonly hint: string;
  readonly segment: string;
  /** `segment`: the first that is missing, or a history file; `last`: what is in front of it; `next`: the set behind it, or null. */
  constructor(
    target: string,
    gap: { readonly segment: string; readonly last: string; readonly next: string | null },
  ) {
    const isHistory = gap.segment.endsWith('.history');
    super(`${target} lies in a gap of the archive: ${isHistory ? '' : 'segment '}${gap.segment} is missing`);
    this.segment = gap.segment;
    const behind =
      gap.next === null ? 'no backup ends behind it' : `behind it the first is backup ${gap.next}`;
    this.hint = isHistory
      ? `No server recovers to that timeline without it. The primary may still have it in pg_wal: \`pgbackrest archive-push\` brings it into the archive.`
      : `In front of the gap the last is ${gap.last}; ${behind}.`;
  }
}

export class TargetOnOtherTimelineError extends SundayError {
  readonly code = 'TARGET_ON_OTHER_TIMELINE';
  override readonly argument = TARGET;
  override readonly hint: string;
  constructor(target: string, timeline: number, others: readonly number[]) {
    super(`${target} is not on the way to timeline ${timeline}`);
    this.hint = `It is on timeline ${others.join(' or ')}: give that as \`timeline\` if it is what you want.`;
  }
}

export class TimelineNotFoundError extends SundayError {
  readonly code = 'TIMELINE_NOT_FOUND';
  override readonly argument = ['input', 'timeline'];
  override readonly hint: string;
  constructor(cluster: string, timeline: number | null, known: readonly number[]) {
    super(
      timeline === null
        ? `the archive of ${cluster} ends in more than one timeline, and no primary says which is its own`
        : `the archive of ${cluster} has no timeline ${timeline}`,
    );
    this.hint =
      known.length === 0 ? 'Nothing is archived yet.' : `Name one as \`timeline\`: ${known.join(', ')}.`;
  }
}

export class RestorePointNotFoundError extends SundayError {
  readonly code = 'RESTORE_POINT_NOT_FOUND';
  override readonly argument = [...TARGET, 'name'];
  override readonly hint: string;
  constructor(cluster: string, name: string, known: readonly string[]) {
    super(`${cluster} has no restore point ${name}`);
    this.hint =
      known.length === 0
        ? 'None has been made yet: `createRestorePoint` makes one.'
        : `Known, newest first: ${known.slice(0, 5).join(', ')}.`;
  }
}

/** Recovery stops at the first point of a name, so a name never comes twice. */
export class RestorePointExistsError extends SundayError {
  readonly code = 'RESTORE_POINT_EXISTS';
  override readonly argument = ['input', 'name'];
  override readonly hint = 'Take another name: recovery stops at the first point that has it.';
  constructor(name: string, clusters: readonly string[]) {
    super(`${clusters.join(', ')} already ${clusters.length === 1 ? 'has' : 'have'} a restore point ${name}`);
  }
}

/** Some clusters have the point, others have not: they can't go back to it together. */
export class RestorePointIncompleteError extends SundayError {
  readonly code = 'RESTORE_POINT_INCOMPLETE';
  override readonly hint = 'Put right what is named, then make a point of another name.';
  /** One line for each cluster that has none. */
  readonly failures: readonly string[];
  constructor(name: string, made: readonly string[], failures: readonly string[]) {
    super(
      `restore point ${name} was not made on every cluster (made on: ${made.join(', ') || 'none'}): ${failures.join('; ')}`,
    );
    this.failures = failures;
  }
}
