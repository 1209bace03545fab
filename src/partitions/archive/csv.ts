const QUOTE = 0x22;
const LINE_BREAK = 0x0a;

export interface RowCounter {
  count(chunk: Uint8Array): void;
  /** Lines that ended so far, the header too. */
  rows(): number;
}

/** Counts the records of a CSV as PostgreSQL writes it: a line break within quotes ends none. */
export function createRowCounter(): RowCounter {
  let rows = 0;
  let isQuoted = false;
  return {
    count(chunk) {
      for (const byte of chunk) {
        // A doubled quote is one and one: in and out again.
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (byte === LINE_BREAK && !isQuoted) rows += 1;
      }
    },
    rows: () => rows,
  };
}
