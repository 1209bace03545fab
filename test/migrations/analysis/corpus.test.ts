import { describe, expect, test } from 'vitest';
import type { CorpusCase } from '../../../bench/linters/corpus-case.ts';
import { CORPUS } from '../../../bench/linters/corpus.ts';
import { analyzeScript } from '../../../src/migrations/analysis/analyze.ts';
import { parseSql } from '../../../src/postgres/parse.ts';

async function lint({ sql, transaction }: CorpusCase) {
  const statements = await parseSql(sql);
  return analyzeScript(null, { statements, transaction: transaction ?? 'ONE', lockTimeoutMs: 500 });
}

const unsafe = CORPUS.filter((one) => !one.isSafe);
const safe = CORPUS.filter((one) => one.isSafe);

describe('the corpus', () => {
  test('has more than eighty cases, about half of them safe', () => {
    expect(CORPUS.length).toBeGreaterThanOrEqual(80);
    expect(safe.length / CORPUS.length).toBeGreaterThan(0.45);
    expect(new Set(CORPUS.map((one) => one.name)).size).toBe(CORPUS.length);
  });

  test.each(unsafe)('finds $name unsafe', async (one) => {
    const { findings, verdict } = await lint(one);
    expect(findings.filter(({ severity }) => severity !== 'INFO').map(({ rule }) => rule)).toContain(
      one.rule,
    );
    expect(verdict).not.toBe('SAFE');
  });

  test.each(safe)('lets $name pass', async (one) => {
    const { findings, verdict } = await lint(one);
    expect(findings.filter(({ severity }) => severity !== 'INFO')).toEqual([]);
    expect(verdict).toBe('SAFE');
  });
});
