import { expect, test } from 'vitest';
import { toDocument } from '../../src/reports/document.ts';
import { toHtml } from '../../src/reports/html.ts';
import { judgeObjectives, type Judged } from '../../src/reports/objectives.ts';
import type { BackupReport, ReportedBackup, ReportedDrill } from '../../src/reports/reports.ts';

const day = (number: number, hour = 0) => new Date(Date.UTC(2026, 9, number, hour));

const backup = (at: Date, more: Partial<ReportedBackup> = {}): ReportedBackup => ({
  ...{ label: `set-${at.toISOString()}`, alias: 'full', type: 'FULL', state: 'COMPLETE', startedAt: at },
  ...{ finishedAt: at, databaseBytes: 10n, repositoryBytes: null, isEncrypted: true },
  verification: { state: 'VALID', checkedAt: at, filesChecked: 3, problem: null },
  ...{ hold: null, keptBecause: [], expiresAt: null, expiredAt: null, expiredBecause: null },
  ...more,
});
const drill = (state: string): ReportedDrill => ({
  ...{ id: `drill-${state}`, target: 'backup a', backup: 'a', state, finishedAt: day(2, 3) },
  checks: [{ name: 'indexes', state, reason: 'public.items_body is damaged' }],
  rto: [
    { phase: 'restore', seconds: 10 },
    { phase: 'recovery', seconds: 2 },
  ],
  predictedRtoSeconds: 60,
});
const judged = (more: Partial<Judged>): Judged => ({
  ...{ from: day(1), to: day(3), generatedAt: day(9), drills: [drill('PASSED')], proofs: [] },
  ...{ backups: [backup(day(1, 2)), backup(day(2, 2))], before: null },
  loss: { stepSeconds: 86_400, buckets: [1, 2].map((one) => ({ at: day(one), highest: 40 * one })) },
  ...more,
});
const statesOf = (more: Partial<Judged>) =>
  Object.fromEntries(judgeObjectives(judged(more)).map(({ name, state }) => [name, state]));

const ALL_MET = {
  ...{ 'data loss': 'MET', 'restore time': 'MET', 'backup frequency': 'MET' },
  ...{ verification: 'MET', drills: 'MET' },
};

test('a period in which everything was kept has met every objective', () => {
  expect(statesOf({})).toEqual(ALL_MET);
});

test.each<[string, Partial<Judged>, object]>([
  ['nobody measured what would be lost', { loss: null }, { 'data loss': 'UNKNOWN' }],
  [
    'it was measured half of the time only',
    { loss: { stepSeconds: 86_400, buckets: [{ at: day(1), highest: 1 }] } },
    { 'data loss': 'UNKNOWN' },
  ],
  [
    'more than five minutes would have been lost once',
    { loss: { stepSeconds: 60, buckets: [{ at: day(1), highest: 301 }] } },
    { 'data loss': 'MISSED' },
  ],
  ['a day had no backup', { backups: [backup(day(1, 2))] }, { 'backup frequency': 'MISSED' }],
  [
    'a backup was never verified',
    { backups: [backup(day(1, 2), { verification: null }), backup(day(2, 2))] },
    { verification: 'MISSED' },
  ],
  ['a drill failed', { drills: [drill('FAILED')] }, { drills: 'MISSED' }],
  [
    'nothing was restored, in less than a month',
    { drills: [] },
    { drills: 'UNKNOWN', 'restore time': 'UNKNOWN' },
  ],
  [
    'the live cluster would take an hour',
    { drills: [{ ...drill('PASSED'), predictedRtoSeconds: 3600 }] },
    { 'restore time': 'MISSED' },
  ],
])('says so when %s', (_what, more, expected) => {
  expect(statesOf(more)).toEqual({ ...ALL_MET, ...expected });
});

test('the page escapes what people wrote, and holds neither scripts nor links', () => {
  const { before: _before, loss: _loss, ...facts } = judged({});
  const evil = '<script>alert("x")</script>';
  const report: BackupReport = {
    ...facts,
    ...{ cluster: evil, objectives: judgeObjectives(judged({})), verifications: facts.backups, proofs: [] },
    failures: [{ operationId: 'a', kind: 'backups.start', target: evil, at: day(2), message: evil }],
    retention: { keepFulls: 4, keepDays: null, recoveryDays: 30 },
    holds: [backup(day(1), { label: evil, hold: { reason: evil, heldBy: evil, until: null } })],
  };
  const page = toHtml(report);
  expect(page).not.toMatch(/<script|<a |href=|src=|javascript:/i);
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  expect(page.match(/<circle class="good"/g)).toHaveLength(5); // two sets, two verifications, a drill
  expect(page.match(/<path class="bad"/g)).toHaveLength(1);
  expect(toDocument(report)).toMatchObject({ holds: [{ label: evil, databaseBytes: '10' }] });
});
