/** Words that are no name without quotes: the reserved ones of PostgreSQL (manual, appendix C) and those of functions. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation ' +
    'column concurrently constraint create cross current_catalog current_date current_role current_schema current_time ' +
    'current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze ' +
    'from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit ' +
    'localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references ' +
    'returning right select session_user similar some symmetric table tablesample then to trailing true union unique ' +
    'user using variadic verbose when where window with'
  ).split(' '),
);

/** A name as people write it, for statements that they are shown: its parts joined by dots, quoted where they must be. */
export function writeName(...parts: readonly string[]): string {
  return parts.map(writePart).join('.');
}

function writePart(part: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(part) && !RESERVED.has(part) ? part : `"${part.replaceAll('"', '""')}"`;
}
