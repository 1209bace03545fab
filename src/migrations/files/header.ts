/** What a migration says about itself in the comment lines at the top of its file. */
export interface MigrationHeader {
  /** Versions that must be applied before it, as written. Empty: only those with lower numbers, as always. */
  readonly depends: readonly string[];
  /** `ONE`: all statements in one transaction. `NONE`: one after the other, remembered step by step. */
  readonly transaction: 'ONE' | 'NONE';
  /** Null: the runner's default. */
  readonly lockTimeoutMs: number | null;
  /** Why it cannot be taken back; null when it can. */
  readonly irreversible: string | null;
}

export interface ParsedHeader {
  readonly header: MigrationHeader;
  /** Malformed lines, each with its line number. */
  readonly problems: readonly string[];
}

/** Longer waits than this are no lock timeout any more: everybody behind us would wait as long. */
const MAX_LOCK_TIMEOUT_MS = 60_000;
const MAX_REASON_LENGTH = 500;

const HEADER_LINE = /^--\s*(?<key>depends|transaction|lock-timeout|irreversible)\s*:(?<value>.*)$/i;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000 };

/** A value, or what is wrong with it. */
type Parsed = Partial<MigrationHeader> | string;

const PARSERS: Readonly<Record<string, (value: string) => Parsed>> = {
  depends: parseDepends,
  transaction: parseTransaction,
  'lock-timeout': parseLockTimeout,
  irreversible: parseIrreversible,
};

/**
 * Reads the block of comment and blank lines that the file begins with. Any other comment in it is left alone; a
 * line with one of our keys must be right, and stand there only once.
 */
export function parseHeader(text: string): ParsedHeader {
  const problems: string[] = [];
  const seen = new Set<string>();
  let header: MigrationHeader = { depends: [], transaction: 'ONE', lockTimeoutMs: null, irreversible: null };
  for (const { key, value, line } of listHeaderLines(text)) {
    const parsed = seen.has(key) ? 'stands there twice' : (PARSERS[key]?.(value) ?? {});
    seen.add(key);
    if (typeof parsed === 'string') problems.push(`line ${line}: ${key} ${parsed}`);
    else header = { ...header, ...parsed };
  }
  return { header, problems };
}

function* listHeaderLines(text: string): Generator<{ key: string; value: string; line: number }> {
  for (let line = 1, from = 0; from < text.length; line += 1) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(from, end).trim();
    if (content !== '' && !content.startsWith('--')) return;
    const { key, value } = HEADER_LINE.exec(content)?.groups ?? {};
    if (key !== undefined && value !== undefined) yield { key: key.toLowerCase(), value: value.trim(), line };
    from = end + 1;
  }
}

function parseDepends(value: string): Parsed {
  const depends = value.split(',').map((one) => one.trim());
  return depends.every((one) => /^\d{1,14}$/.test(one))
    ? { depends }
    : 'must be a list of versions, e.g. 001, 002';
}

function parseTransaction(value: string): Parsed {
  if (/^none$/i.test(value)) return { transaction: 'NONE' };
  return /^one$/i.test(value) ? { transaction: 'ONE' } : 'must be one or none';
}

function parseLockTimeout(value: string): Parsed {
  const { number, unit } = /^(?<number>\d{1,6})\s*(?<unit>ms|s)$/i.exec(value)?.groups ?? {};
  const lockTimeoutMs = Number(number) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? NaN);
  if (lockTimeoutMs >= 1 && lockTimeoutMs <= MAX_LOCK_TIMEOUT_MS) return { lockTimeoutMs };
  return `must be a time from 1ms to ${MAX_LOCK_TIMEOUT_MS / 1_000}s, e.g. 500ms`;
}

function parseIrreversible(value: string): Parsed {
  if (value === '') return 'needs a reason';
  return value.length > MAX_REASON_LENGTH
    ? `is longer than ${MAX_REASON_LENGTH} characters`
    : { irreversible: value };
}
