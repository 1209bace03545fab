import { expect, test } from 'vitest';
import { describeVerification } from '../../src/cli/backups/verification-text.ts';

test('a verification has one line for each backup, and names what is broken', () => {
  const set = {
    label: '20261122-185138F',
    isValid: true,
    problem: null,
    filesChecked: 1263,
    filesValid: 1263,
  };
  const files = [{ problem: 'invalid checksum', path: 'pg_data/base/5/1259' }];
  const broken = {
    ...set,
    label: '20261121-185138F',
    isValid: false,
    problem: 'files',
    filesValid: 1262,
    files,
  };
  const text = describeVerification({ result: { sets: [set, broken], otherProblems: 0 } })?.text ?? '';
  expect(text).toMatch(/20261122-185138F +valid +1,263 of 1,263/);
  expect(text).toMatch(/20261121-185138F +INVALID +1,262 of 1,263 +files/);
  expect(text).toContain('invalid checksum: pg_data/base/5/1259');
  expect(describeVerification({ result: null })).toBeNull();
});
