/** Messages of a log that differ only in their values. */
export interface LogGroup {
  readonly severity: LogSeverity;
  /** With literals left out. */
  readonly message: string;
  readonly count: number;
  /** As the log writes moments; null when its lines begin with none. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

/** What explains itself by being there: LOG, NOTICE and what belongs to another line do not. */
export const LOG_SEVERITIES = ['PANIC', 'FATAL', 'ERROR', 'WARNING'] as const;
export type LogSeverity = (typeof LOG_SEVERITIES)[number];

const LINE = /^(.*?)\b(PANIC|FATAL|ERROR|WARNING): +(.*)$/;
/** Another kind of line may quote one of ours: what comes first tells. */
const OTHER = /^.*?\b(LOG|NOTICE|INFO|DEBUG|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION): /;
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [A-Z][A-Z0-9+-]*| [+-]\d\d(?::?\d\d)?)?/;
const LONGEST = 200;

/** Pure. The most frequent first, graver ones before others. */
export function groupLines(lines: readonly string[]): readonly LogGroup[] {
  const groups = new Map<string, LogGroup>();
  for (const line of lines) {
    const read = readLine(line);
    if (read === null) continue;
    const { severity, message, at } = read;
    const known = groups.get(`${severity}: ${message}`);
    groups.set(`${severity}: ${message}`, {
      ...{ severity, message, count: (known?.count ?? 0) + 1 },
      ...{ firstSeen: known?.firstSeen ?? at, lastSeen: at ?? known?.lastSeen ?? null },
    });
  }
  const rankOf = ({ severity }: LogGroup) => LOG_SEVERITIES.indexOf(severity);
  return [...groups.values()].toSorted((a, b) => rankOf(a) - rankOf(b) || b.count - a.count);
}

function readLine(line: string) {
  if (line.startsWith('\t')) return null; // the rest of a message of several lines
  const [, before = '', severity, text = ''] = LINE.exec(line) ?? [];
  if (severity === undefined || OTHER.test(`${before}`)) return null;
  const at = MOMENT.exec(before)?.[0] ?? null;
  return { severity: severity as LogSeverity, message: withoutLiterals(text), at };
}

/** Values may be anybody's data, and make one trouble look like many. Names of tables stay: they say which. */
export function withoutLiterals(message: string): string {
  const masked = message
    .replace(/ at character \d+$/, '')
    .replaceAll(/'(?:[^']|'')*'?/g, "'…'")
    .replaceAll(/(\bfor type [a-z ]+: |\binput syntax [^:]*: )"(?:[^"]|"")*"?/g, '$1"…"')
    .replaceAll(/(?<![\w"$])-?\d[\d.:/-]*/g, 'N');
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST - 1)}…` : masked;
}
