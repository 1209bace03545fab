import { expect, test } from 'vitest';
import { ofRestore, toTypedError } from '../../src/backups/pgbackrest/failure.ts';
import { parseInfo } from '../../src/backups/pgbackrest/info.ts';
import { listSegments } from '../../src/backups/verification/verification.ts';
import { ProcessFailedError } from '../../src/process.ts';

const failed = (exitCode: number, stderr: string) =>
  new ProcessFailedError('pgbackrest', { exitCode, signal: null, stdout: '', stderr });
const typed = (exitCode: number, freeBytes: bigint | null, text = 'unable to write: [17] File exists') =>
  toTypedError({
    command: 'backup',
    stanza: 'main',
    error: failed(exitCode, `ERROR: [${String(exitCode).padStart(3, '0')}]: ${text}\n       HINT: think\n`),
    freeBytes,
  });

// What a full file system looks like was tried on a tmpfs of 20 MB: 64 after 45 s, and 82 when the archive is full.
test.each([
  [64, 0n, 'REPOSITORY_FULL'],
  [64, 10_000_000_000n, 'REPOSITORY_UNAVAILABLE'],
  [82, 4096n, 'REPOSITORY_FULL'],
  [82, 10_000_000_000n, 'ARCHIVE_FAILED'],
  [50, 0n, 'BACKUP_LOCKED'],
  [29, null, 'REPOSITORY_UNREADABLE'],
  [95, null, 'REPOSITORY_UNREADABLE'],
  [37, null, 'STANZA_MISSING'],
  [55, null, 'STANZA_MISSING'],
  [56, null, 'DATABASE_UNAVAILABLE'],
  [68, null, 'ARCHIVE_FAILED'],
  [49, null, 'REPOSITORY_UNAVAILABLE'],
  [62, null, 'STANZA_STOPPED'],
  [63, null, 'PGBACKREST_INTERRUPTED'],
  [31, null, 'STANZA_MISCONFIGURED'],
  [25, null, 'BACKUP_FAILED'],
])('gives exit code %i with %s bytes free its own error', (exitCode, freeBytes, code) => {
  const error = typed(exitCode, freeBytes);
  expect(error.code).toBe(code);
  expect(error.hint).not.toBeNull();
});

test('sees a full repository on another machine by the number of the error', () => {
  expect(typed(64, null, 'unable to write: [28] No space left on device').code).toBe('REPOSITORY_FULL');
});

test('says that a signal has ended it, not what it said last', () => {
  const error = new ProcessFailedError('pgbackrest', {
    ...{ exitCode: null, signal: 'SIGKILL', stdout: 'P00 INFO: restore command begin\n', stderr: '' },
  });
  const failure = { command: 'restore', stanza: 'main', error, freeBytes: null };
  expect(toTypedError(failure)).toMatchObject({
    code: 'PGBACKREST_INTERRUPTED',
    message: 'pgbackrest restore was ended by a signal from outside',
    retryable: true,
  });
});

// Tried: a bundle with a flipped byte, a tmpfs that runs full, a destination that is taken meanwhile.
test.each([
  [26, 'BACKUP_INVALID', /^backup 20261122-070304F is invalid: it differs$/],
  [64, 'DESTINATION_REFUSED', /^cannot restore into \/srv\/new: it differs; it may be full$/],
  [38, 'DESTINATION_REFUSED', /^cannot restore into \/srv\/new: it differs$/],
  [40, 'DESTINATION_REFUSED', /^cannot restore into \/srv\/new: it differs$/],
])('blames the set or the destination for exit code %i of a restore', (exitCode, code, message) => {
  const words = ['--set=20261122-070304F', '--pg1-path=/srv/new'];
  const error = ofRestore(failed(exitCode, `ERROR: [0${exitCode}]: it differs\n`), words);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('takes output that is no JSON for a repository that cannot be decrypted', () => {
  expect(() => parseInfo('main', '[{"message":"\u0001\nnoise')).toThrow(
    expect.objectContaining({ code: 'REPOSITORY_UNREADABLE' }) as Error,
  );
});

const stanza = (status: object, more: object = {}) =>
  JSON.stringify([{ name: 'main', archive: [], backup: [], repo: [], status, ...more }]);

test('has no sets while there is no backup yet', () => {
  expect(parseInfo('main', stanza({ code: 2, message: 'no valid backups' }))).toEqual({
    sets: [],
    archiveMax: null,
    isLockHeld: false,
    unreachable: [],
  });
});

test('refuses a stanza that the repository lost', () => {
  expect(() => parseInfo('main', stanza({ code: 3, message: 'missing stanza data' }))).toThrow(
    expect.objectContaining({ code: 'STANZA_MISSING' }) as Error,
  );
});

test('reads a set with block incremental, which has no size in the repository', () => {
  const set = {
    archive: { start: '000000010000000000000003', stop: '000000010000000000000003' },
    database: { id: 1, 'repo-key': 1 },
    error: false,
    info: { delta: 10, repository: { delta: 5, 'delta-map': 1, 'size-map': 2 }, size: 100 },
    label: '20261122-070304F',
    lsn: { start: '0/3000028', stop: '0/3000138' },
    prior: null,
    reference: null,
    timestamp: { start: 1795330984, stop: 1795331013 },
    type: 'full',
  };
  const archive = { database: { id: 1, 'repo-key': 1 }, id: '15-1', max: '000000010000000000000004' };
  const text = stanza({ code: 0, message: 'ok' }, { backup: [set], archive: [archive] });
  expect(parseInfo('main', text)).toMatchObject({
    archiveMax: '000000010000000000000004',
    sets: [
      {
        label: '20261122-070304F',
        archiveId: '15-1',
        repositoryBytes: null,
        repositoryDeltaBytes: 5n,
        references: [],
      },
    ],
  });
});

test('names all segments of a range, also across the end of a log', () => {
  expect(listSegments('0000000200000001000000FE', '000000020000000200000001')).toEqual([
    '0000000200000001000000FE',
    '0000000200000001000000FF',
    '000000020000000200000000',
    '000000020000000200000001',
  ]);
});
