/** A migration as somebody would write it, and what a linter should make of it. */
export interface CorpusCase {
  readonly name: string;
  readonly sql: string;
  readonly isSafe: boolean;
  /** Of an unsafe one: the rule that has to speak up. Names are squawk's where it has the rule; else ours. */
  readonly rule: string | null;
  /** Declared in its header; left out: one transaction around it all. */
  readonly transaction?: 'NONE';
}

/** A case that should pass. */
export function safe(name: string, sql: string, transaction?: 'NONE'): CorpusCase {
  return { name, sql, isSafe: true, rule: null, ...(transaction ? { transaction } : {}) };
}

/** A case that `rule` should stop. */
export function unsafe(
  name: string,
  sql: string,
  ...[rule, transaction]: readonly [rule: string, transaction?: 'NONE']
): CorpusCase {
  return { name, sql, isSafe: false, rule, ...(transaction ? { transaction } : {}) };
}
