/** Where a statement of a SQL file begins, and what it begins with. */
export interface StatementStart {
  /** Counts from 1. */
  readonly line: number;
  /** The first words, upper case; quoted names and punctuation are left out. */
  readonly words: readonly string[];
}

/** Enough for CREATE OR REPLACE FUNCTION and ROLLBACK WORK TO. */
const WORDS_KEPT = 4;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const SKIPPED = /(?:\s+|--[^\n]*)+|[\d.]+\w*/y;

/**
 * The statements of a file in their order. It only tells people lines and finds transaction commands; the
 * server splits what is executed. Follows psql: a semicolon in parentheses or in BEGIN ATOMIC … END ends nothing.
 */
export function listStatements(text: string): readonly StatementStart[] {
  const found: StatementStart[] = [];
  const lineAt = lineCounter(text);
  let start = -1;
  let words: string[] = [];
  let parentheses = 0;
  let blocks = 0; // BEGIN ATOMIC and the CASE in it, of a SQL function's body
  for (let at = 0; at < text.length;) {
    const token = readToken(text, at);
    if (token.kind === 'end' && parentheses === 0 && blocks === 0) {
      if (start >= 0) found.push({ line: lineAt(start), words });
      start = -1;
      words = [];
    } else if (token.kind !== 'space' && token.kind !== 'end') {
      if (start < 0) start = at;
      if (token.kind === 'open') parentheses += 1;
      if (token.kind === 'close') parentheses = Math.max(0, parentheses - 1);
      if (token.kind === 'word') {
        const word = text.slice(at, token.end).toUpperCase();
        if (words.length < WORDS_KEPT) words.push(word);
        if (createsRoutine(words)) blocks = Math.max(0, blocks + depthChange(word, blocks));
      }
    }
    at = token.end;
  }
  if (start >= 0) found.push({ line: lineAt(start), words });
  return found;
}

/** True for a statement that begins or ends a transaction. Savepoints are allowed. */
export function controlsTransaction({ words }: StatementStart): boolean {
  const [first, second] = words;
  if (first === 'ROLLBACK') return !words.includes('TO');
  if (first === 'PREPARE') return second === 'TRANSACTION';
  return ['BEGIN', 'START', 'COMMIT', 'END', 'ABORT'].includes(first ?? '');
}

/** Line of a position that the server reports: it counts characters from 1, JavaScript counts UTF-16 units from 0. */
export function lineOfPosition(text: string, position: number): number {
  let line = 1;
  let characters = 1;
  for (const character of text) {
    if (characters++ >= position) break;
    if (character === '\n') line += 1;
  }
  return line;
}

interface Token {
  readonly kind: 'space' | 'word' | 'quoted' | 'open' | 'close' | 'end' | 'other';
  readonly end: number;
}

function readToken(text: string, at: number): Token {
  const skipped = matchEnd(SKIPPED, text, at);
  if (skipped !== null) return { kind: /[\d.]/.test(text.charAt(at)) ? 'other' : 'space', end: skipped };
  if (text.startsWith('/*', at)) return { kind: 'space', end: commentEnd(text, at) };
  if (/[eE]/.test(text.charAt(at)) && text.charAt(at + 1) === "'")
    return { kind: 'quoted', end: quoteEnd(text, at + 2, "'", '\\') };
  const word = matchEnd(WORD, text, at);
  if (word !== null) return { kind: 'word', end: word };
  const character = text.charAt(at);
  if (character === "'" || character === '"')
    return { kind: 'quoted', end: quoteEnd(text, at + 1, character, null) };
  const tag = matchEnd(DOLLAR_QUOTE, text, at);
  if (tag !== null) return { kind: 'quoted', end: endAfter(text, text.slice(at, tag), tag) };
  if (character === '(') return { kind: 'open', end: at + 1 };
  if (character === ')') return { kind: 'close', end: at + 1 };
  return { kind: character === ';' ? 'end' : 'other', end: at + 1 };
}

function matchEnd(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** Comments nest. One that does not end takes the rest; the server will say so. */
function commentEnd(text: string, at: number): number {
  let depth = 0;
  for (let index = at; index < text.length;) {
    if (text.startsWith('/*', index)) depth += 1;
    else if (text.startsWith('*/', index)) depth -= 1;
    else {
      index += 1;
      continue;
    }
    index += 2;
    if (depth === 0) return index;
  }
  return text.length;
}

function quoteEnd(text: string, from: number, quote: string, escape: string | null): number {
  for (let index = from; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === escape) index += 1;
    else if (character === quote) {
      if (text.charAt(index + 1) !== quote) return index + 1;
      index += 1; // a doubled quote stands for itself
    }
  }
  return text.length;
}

function endAfter(text: string, tag: string, from: number): number {
  const at = text.indexOf(tag, from);
  return at < 0 ? text.length : at + tag.length;
}

function createsRoutine(words: readonly string[]): boolean {
  const named = words[1] === 'OR' ? words[3] : words[1];
  return words[0] === 'CREATE' && (named === 'FUNCTION' || named === 'PROCEDURE');
}

function depthChange(word: string, depth: number): number {
  if (word === 'BEGIN') return 1;
  if (word === 'CASE' && depth > 0) return 1;
  return word === 'END' ? -1 : 0;
}

/** Positions must be asked for in growing order, so that a long file is read once. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let seen = 0;
  return (at) => {
    for (; seen < at; seen += 1) if (text.charCodeAt(seen) === 10) line += 1;
    return line;
  };
}
