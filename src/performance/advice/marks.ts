/** A run of code, or of what only looks like code: strings, quoted names, comments. */
interface Piece {
  readonly text: string;
  readonly isCode: boolean;
}

// Strings with and without escapes, quoted names, dollar quotes, both comments (one level: the grammar settles the rest).
const NOT_CODE =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'?|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/**
 * The statement with `$n` for each `?`, as other drivers write their marks, and with what pg_stat_statements makes of
 * typed literals mended: `interval $1`, `extract($1 from x)`. The operators `?`, `?|`, `?&` of jsonb stay, `??` is the
 * escape for the first.
 */
export function toNumberedMarks(text: string): string {
  const pieces = split(text);
  const hasNumbers = pieces.some((one) => one.isCode && /\$\d/.test(one.text));
  let next = 1;
  return pieces
    .map(({ text: piece, isCode }, index) => {
      if (!isCode) return piece;
      const before = pieces.slice(0, index).findLast((one) => !/^(?:--|\/\*)/.test(one.text))?.text ?? '';
      const after = pieces[index + 1]?.text ?? '';
      const marked = piece.replace(/\?\?|\?[|&]|\?/g, (mark, at: number) => {
        if (mark === '??') return '?';
        if (mark !== '?' || hasNumbers) return mark;
        const rest = piece.slice(at + 1) + after;
        return isOperator(before + piece.slice(0, at), rest) ? mark : `$${next++}`;
      });
      return mend(marked);
    })
    .join('');
}

/** Between an operand and a string, a number or another mark: no value could stand there. */
function isOperator(before: string, after: string): boolean {
  return (
    /[\w)\]"']\s*$/.test(before) && /^\s*(?:[eE]?'|\?|\$\d|ARRAY\b)/i.test(after) && !endsWithKeyword(before)
  );
}

const endsWithKeyword = (text: string) =>
  /\b(?:where|and|or|not|in|like|ilike|between|limit|offset|values|set|select|then|else|when|case|by|on|any|all|using|to|from)\s*$/i.test(
    text,
  );

function mend(code: string): string {
  return code
    .replace(/\bextract\s*\(\s*(\$\d+)\s+from\b/gi, 'date_part($1,')
    .replace(
      /\b(interval|date|time|timetz|timestamp|timestamptz|timestamp\s+with(?:out)?\s+time\s+zone|inet|cidr|uuid|numeric|jsonb?|tsquery)\s+(\$\d+)/gi,
      '$2::$1',
    );
}

function split(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(NOT_CODE)) {
    // `$1` is a mark, not the begin of a dollar quote: those need a second `$` behind a name.
    if (/^\$\d/.test(match[0])) continue;
    pieces.push({ text: text.slice(end, match.index), isCode: true }, { text: match[0], isCode: false });
    end = match.index + match[0].length;
  }
  return [...pieces, { text: text.slice(end), isCode: true }];
}
