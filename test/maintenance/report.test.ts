import { expect, test } from 'vitest';
import { toHtml } from '../../src/performance/report/html.ts';

const REPORT = {
  ...{ cluster: 'main', from: new Date('2026-11-22T00:00:00Z'), to: new Date('2026-11-22T01:00:00Z') },
  ...{ generatedAt: new Date('2026-11-22T01:00:00Z'), tables: [] },
  ...{ seriesReason: null, statementsReason: null },
  series: [
    {
      ...{ metric: 'query_p95', instance: 'main-1', unit: 'milliseconds' },
      points: [
        { at: new Date('2026-11-22T00:00:00Z'), mean: 0, highest: 10 },
        { at: new Date('2026-11-22T01:00:00Z'), mean: 5, highest: 10 },
      ],
    },
  ],
  statements: [
    {
      ...{ query: 'SELECT \'<script>alert(1)</script>\' & "x"', calls: 3, totalMs: 1_500, meanMs: 500 },
      ...{ p95BoundMs: 900, shareOfTime: 0.25 },
    },
  ],
  indexes: [
    { subject: 'public.a', because: 'b has the same columns', statement: 'DROP INDEX CONCURRENTLY a;' },
  ],
};

test('draws each metric, and escapes what comes from the database', () => {
  const html = toHtml(REPORT);
  expect(html).toMatch('points="0.0,120.0 360.0,68.0"');
  expect(html).toMatch('query p95 of main-1: 5 milliseconds now, 10 milliseconds at most');
  expect(html).toMatch('SELECT &#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39; &amp; &quot;x&quot;');
  expect(html).not.toMatch(/<script|src=|href=/);
  expect(html).toMatch('No table is in need.');
});

test('says so when nothing was collected and statements are not known', () => {
  const html = toHtml({
    ...REPORT,
    series: [],
    statements: [],
    statementsReason: 'pg_stat_statements is missing',
  });
  expect(html).toMatch('Nothing was collected in this time.');
  expect(html).toMatch('UNKNOWN: pg_stat_statements is missing');
});

test('says so when the history of the metrics cannot be read', () => {
  const html = toHtml({ ...REPORT, series: [], seriesReason: 'the history is away' });
  expect(html).toMatch('UNKNOWN: the history is away');
  expect(html).not.toMatch('Nothing was collected in this time.');
});
