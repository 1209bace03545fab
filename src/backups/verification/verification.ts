import type { BackupSet } from '../pgbackrest/info.ts';

/** A file of the repository that is not what was written. */
export interface FileProblem {
  /** `<label>/pg_data/…` or `<archive id>/<directory>/<segment>-<checksum>`. */
  readonly path: string;
  /** `invalid checksum`, `file missing`, `invalid size`, … */
  readonly problem: string;
}

export interface SetVerification {
  readonly status: string;
  readonly filesChecked: number;
  readonly filesValid: number;
}

/** What `pgbackrest verify` found in a whole stanza. */
export interface StanzaVerification {
  readonly sets: ReadonlyMap<string, SetVerification>;
  readonly segmentsChecked: number;
  readonly segmentsValid: number;
  readonly problems: readonly FileProblem[];
  /** It says that backup.info or archive.info can't be used: nothing was checked. */
  readonly isUnusable: boolean;
}

export interface VerificationParser {
  read(line: string): void;
  result(): StanzaVerification;
}

/** A repository that burned down names every file: nobody reads more than this. */
const PROBLEM_LIMIT = 1_000;

/** The exit code says nothing and there is no JSON, so the text it is; both the log's copy and the plain one are fine. */
export function createVerificationParser(): VerificationParser {
  const sets = new Map<string, SetVerification>();
  const archives = new Map<string, { readonly checked: number; readonly valid: number }>();
  const problems: FileProblem[] = [];
  let isUnusable = false;
  return {
    read(line) {
      const text = line.trim();
      const set =
        /^backup: (\S+), status: ([^,]+), total files checked: (\d+), total valid files: (\d+)/.exec(text);
      const archive = /^archiveId: (\S+), total WAL checked: (\d+), total valid WAL: (\d+)/.exec(text);
      const problem =
        /^P\d+\s+(?:INFO|WARN|ERROR): (file missing|invalid \w+) '(.+)'$/.exec(text) ??
        // What can't even be decrypted or decompressed has no checksum: its line has no quotes, and the reason behind it.
        /^P\d+\s+(?:INFO|WARN|ERROR): (invalid result) (.+?): \[\d+\] /.exec(text);
      if (set) {
        const [, label = '', status = '', checked, valid] = set;
        sets.set(label, { status, filesChecked: Number(checked), filesValid: Number(valid) });
      }
      if (archive) archives.set(archive[1] ?? '', { checked: Number(archive[2]), valid: Number(archive[3]) });
      if (problem && problems.length < PROBLEM_LIMIT)
        problems.push({ problem: problem[1] ?? '', path: problem[2] ?? '' });
      if (/^No usable (backup|archive)\.info file/.test(text)) isUnusable = true;
    },
    result: () => ({
      sets,
      segmentsChecked: [...archives.values()].reduce((sum, one) => sum + one.checked, 0),
      segmentsValid: [...archives.values()].reduce((sum, one) => sum + one.valid, 0),
      problems,
      isUnusable,
    }),
  };
}

/** What the verification says about one set, its references and the write-ahead log that makes it consistent. */
export interface Verdict {
  readonly isValid: boolean;
  /** One sentence; null when valid. */
  readonly problem: string | null;
  readonly files: readonly FileProblem[];
  readonly filesChecked: number;
  readonly filesValid: number;
  readonly segmentsNeeded: number;
  readonly segmentsMissing: readonly string[];
}

/** `segments`: names in the archive. A segment that is gone altogether is invisible to `verify`. */
export function judge(set: BackupSet, found: StanzaVerification, segments: ReadonlySet<string>): Verdict {
  const needed = set.walStart && set.walStop ? listSegments(set.walStart, set.walStop) : [];
  const missing = needed.filter((one) => !segments.has(one));
  const own = new Set([set.label, ...set.references]);
  const wanted = new Set(needed);
  const files = found.problems.filter(({ path }) => {
    const parts = path.split('/');
    return own.has(parts[0] ?? '') || wanted.has((parts.at(-1) ?? '').slice(0, 24));
  });
  const checked = found.sets.get(set.label);
  const isValid = checked?.status === 'valid' && files.length === 0 && missing.length === 0;
  return {
    isValid,
    problem: isValid ? null : describe(checked, files.length, missing),
    files,
    filesChecked: checked?.filesChecked ?? 0,
    filesValid: checked?.filesValid ?? 0,
    segmentsNeeded: needed.length,
    segmentsMissing: missing,
  };
}

function describe(checked: SetVerification | undefined, files: number, missing: readonly string[]): string {
  const problems = [
    ...(checked === undefined ? ['pgBackRest did not check it'] : []),
    ...(checked !== undefined && checked.status !== 'valid' && files === 0
      ? [
          `pgBackRest calls it ${checked.status} after ${checked.filesChecked} files, so its manifest is damaged or gone`,
        ]
      : []),
    ...(files > 0 ? [`${files} file(s) are missing or not what was written`] : []),
    ...(missing.length > 0 ? [`the archive lacks segment(s) ${missing.slice(0, 3).join(', ')}`] : []),
  ];
  return problems.join('; ');
}

const SEGMENTS_OF_A_LOG = 256n; // with segments of 16 MB; larger ones leave holes in the names, which `from` and `to` never span
const LONGEST_RANGE = 100_000;

/** Names from `from` to `to`, both included; both on one timeline (a backup never spans two). */
export function listSegments(from: string, to: string): readonly string[] {
  const timeline = from.slice(0, 8);
  const [first, last] = [segmentNumber(from), segmentNumber(to)];
  const count = Math.min(Number(last - first) + 1, LONGEST_RANGE);
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const n = first + BigInt(index);
    return timeline + toHex(n / SEGMENTS_OF_A_LOG) + toHex(n % SEGMENTS_OF_A_LOG);
  });
}

/** The one behind `segment`, on the same timeline. */
export function nextSegment(segment: string): string {
  const n = segmentNumber(segment) + 1n;
  return segment.slice(0, 8) + toHex(n / SEGMENTS_OF_A_LOG) + toHex(n % SEGMENTS_OF_A_LOG);
}

function segmentNumber(name: string): bigint {
  return BigInt(`0x${name.slice(8, 16)}`) * SEGMENTS_OF_A_LOG + BigInt(`0x${name.slice(16, 24)}`);
}

function toHex(n: bigint): string {
  return n.toString(16).toUpperCase().padStart(8, '0');
}
