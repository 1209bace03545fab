import { appendFileSync, chmodSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StanzaConfig } from '../../src/config.ts';
import type { BackupSet } from '../../src/backups/pgbackrest/info.ts';
import {
  listArchive,
  readInfo,
  runBackup,
  runVerify,
  type BackupOptions,
} from '../../src/backups/pgbackrest/pgbackrest.ts';
import type { CopyProgress } from '../../src/backups/copy/progress.ts';
import { readRestoreProcesses } from '../../src/backups/pgbackrest/repository.ts';
import { judge, type Verdict } from '../../src/backups/verification/verification.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createScratch, fillTables, flipByte, waitUntil, type Scratch } from './scratch.ts';

/** One large file, compressed slowly on a machine that runs other suites too. */
const LONG = { timeout: 120_000 };

let scratch: Scratch;
let slow: StanzaConfig;
let full: BackupSet;
beforeAll(async () => {
  scratch = await createScratch();
  await fillTables(scratch.admin);
  await scratch.admin.rows(
    sql`CREATE TABLE big AS SELECT g AS id, md5(g::text) || md5((g * 3)::text) AS body FROM generate_series(1, 300000) AS g`,
  );
  slow = scratch.variant('slow', { 'compress-level': '9', 'process-max': '1' });
  await runBackup(scratch.stanza, options({ annotations: { opId: 'first' } }));
  full = await newestSet();
});
afterAll(() => scratch.close());

const options = (own: Partial<BackupOptions> = {}): BackupOptions => ({
  type: 'FULL',
  repository: 1,
  isFromStandby: false,
  annotations: {},
  changedSince: null,
  onProgress: () => {},
  onPhase: () => {},
  ...own,
});
const newestSet = async () => {
  const set = (await readInfo(scratch.stanza)).sets.at(-1);
  if (set === undefined) throw new Error('there is no set');
  return set;
};
const verdictOf = async (stanza: StanzaConfig, set: BackupSet): Promise<Verdict> =>
  judge(
    set,
    await runVerify(stanza, 1),
    new Set(await listArchive(stanza, { archiveId: '15-1', repository: 1 })),
  );
/** Processes that were started with this mark, workers included. */
const marked = (mark: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SUNDAY_MARK=${mark}`);
      } catch {
        return false;
      }
    });

test('restores with four processes for each of a backup, 16 at most, unless an administrator has said how many', () => {
  const having = (name: string, processes: string) => scratch.variant(name, { 'process-max': processes });
  expect([having('one', '1'), having('six', '6'), having('forty', '40')].map(readRestoreProcesses)).toEqual([
    4, 16, 40,
  ]);
  const said = having('said', '2');
  appendFileSync(said.configFile, '\n[global:restore]\nprocess-max=3\n');
  expect(readRestoreProcesses(said)).toBeNull();
});

test('describes a set as the repository has it', () => {
  expect(full).toMatchObject({
    type: 'FULL',
    archiveId: '15-1',
    prior: null,
    references: [],
    annotations: { opId: 'first' },
    hasPageErrors: false,
  });
  expect(full.repositoryBytes).toBe(full.repositoryDeltaBytes);
  expect(full.copiedBytes).toBe(full.databaseBytes);
  expect(full.finishedAt.getTime()).toBeGreaterThanOrEqual(full.startedAt.getTime());
});

test('reports bytes that move while one large file is copied, and never back', LONG, async () => {
  const seen: CopyProgress[] = [];
  const phases: string[] = [];
  const { label } = await runBackup(
    slow,
    options({ onProgress: (one) => seen.push(one), onPhase: (one) => phases.push(one) }),
  );
  const set = await newestSet();
  expect(set.label).toBe(label);
  expect(phases).toEqual([
    'waiting for a checkpoint',
    'copying files',
    'stopping the backup',
    'waiting for the last write-ahead log',
    'closing the set',
  ]);
  const fractions = seen.map((one) => one.fractionDone);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(new Set(fractions).size).toBeGreaterThan(3);
  expect(Math.max(...fractions)).toBeLessThan(1);
  const total = Number(seen.at(-1)?.bytesTotal);
  expect(Math.abs(total / Number(set.copiedBytes) - 1)).toBeLessThan(0.05);
});

test('leaves no process behind when it is cancelled, and the next backup is valid', LONG, async () => {
  const abort = new AbortController();
  const running = runBackup(
    slow,
    options({
      signal: abort.signal,
      marks: { SUNDAY_MARK: 'cancelled' },
      onProgress: ({ fractionDone }) => {
        if (fractionDone > 0.1) abort.abort(new Error('cancelled by hand'));
      },
    }),
  );
  await expect(running).rejects.toThrow('cancelled by hand');
  expect(marked('cancelled')).toEqual([]);
  await runBackup(scratch.stanza, options({ lockWaitMs: 0 }));
  expect(await verdictOf(scratch.stanza, await newestSet())).toMatchObject({ isValid: true, problem: null });
});

test('refuses when another process holds the lock of the stanza', LONG, async () => {
  const abort = new AbortController();
  const phases: string[] = [];
  const running = runBackup(slow, options({ signal: abort.signal, onPhase: (one) => phases.push(one) }));
  const ended = expect(running).rejects.toThrow('enough');
  await waitUntil(() => phases.includes('copying files'), 60_000);
  await expect(runBackup(scratch.stanza, options({ lockWaitMs: 0 }))).rejects.toMatchObject({
    code: 'BACKUP_LOCKED',
    retryable: true,
  });
  abort.abort(new Error('enough'));
  await ended;
});

test('finds a flipped byte in a file of the set and names the file', async () => {
  const copy = scratch.copyStanza('flipped');
  const files = readdirSync(join(copy.repository, 'backup/scratch', full.label), {
    recursive: true,
    withFileTypes: true,
  });
  const largest = files.find((one) => one.isFile() && /^\d+\.zst$/.test(one.name));
  flipByte(join(largest?.parentPath ?? '', largest?.name ?? ''));
  const verdict = await verdictOf(copy, full);
  expect(verdict.isValid).toBe(false);
  expect(verdict.files).toEqual([
    { problem: 'invalid checksum', path: expect.stringContaining(`${full.label}/pg_data/base/`) as string },
  ]);
  expect(verdict.filesChecked - verdict.filesValid).toBe(1);
});

test('finds a flipped byte in a bundle of small files', async () => {
  const copy = scratch.copyStanza('bundle');
  flipByte(join(copy.repository, 'backup/scratch', full.label, 'bundle/1'));
  const verdict = await verdictOf(copy, full);
  expect(verdict.isValid).toBe(false);
  expect(verdict.files).not.toEqual([]);
});

test('calls a set invalid when its manifest is damaged, which names no file', async () => {
  const copy = scratch.copyStanza('manifest');
  for (const name of ['backup.manifest', 'backup.manifest.copy']) {
    flipByte(join(copy.repository, 'backup/scratch', full.label, name));
  }
  expect(await verdictOf(copy, full)).toMatchObject({
    isValid: false,
    files: [],
    problem: expect.stringContaining('its manifest is damaged') as string,
  });
});

test('finds a segment that the set needs and the archive no longer has', async () => {
  const copy = scratch.copyStanza('gap');
  const directory = join(copy.repository, 'archive/scratch/15-1', full.walStop?.slice(0, 16) ?? '');
  const file = readdirSync(directory).find((name) => name.startsWith(full.walStop ?? ''));
  unlinkSync(join(directory, file ?? ''));
  expect(await verdictOf(copy, full)).toMatchObject({ isValid: false, segmentsMissing: [full.walStop] });
});

test('says with a wrong passphrase that the repository cannot be read', async () => {
  const wrong = scratch.variant('wrong', { 'repo1-cipher-pass': 'not-it' });
  const unreadable = { code: 'REPOSITORY_UNREADABLE', hint: expect.stringContaining('passphrase') as string };
  await expect(readInfo(wrong)).rejects.toMatchObject(unreadable);
  await expect(runBackup(wrong, options())).rejects.toMatchObject(unreadable);
  await expect(runVerify(wrong, 1)).rejects.toMatchObject(unreadable);
  const message = await readInfo(wrong).catch((error: Error) => error.message);
  expect(message).toMatch(/^[\x20-\x7e]+$/);
});

test('says when PostgreSQL is down', async () => {
  const down = scratch.variant('down', { 'pg1-port': '1' });
  await expect(runBackup(down, options())).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    retryable: true,
  });
});

test('says when the repository does not know the stanza', async () => {
  const other = scratch.variant('other', { 'repo1-path': join(scratch.root, 'nothing') });
  await expect(readInfo(other)).rejects.toMatchObject({ code: 'STANZA_MISSING' });
  await expect(runBackup(other, options())).rejects.toMatchObject({ code: 'STANZA_MISSING' });
  await expect(runBackup({ ...scratch.stanza, name: 'unheard-of' }, options())).rejects.toMatchObject({
    code: 'STANZA_MISSING',
  });
});

test('says when the repository cannot be entered or written to', async () => {
  const copy = scratch.copyStanza('closed', { 'archive-check': 'n' });
  const [all, own] = [join(copy.repository, 'backup'), join(copy.repository, 'backup/scratch')];
  try {
    chmodSync(own, 0o500);
    await expect(runBackup(copy, options())).rejects.toMatchObject({
      code: 'REPOSITORY_UNAVAILABLE',
      retryable: true,
    });
    chmodSync(all, 0o000);
    await expect(readInfo(copy)).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' });
  } finally {
    for (const directory of [all, own]) chmodSync(directory, 0o700); // or it could not be removed
  }
});

test('says when write-ahead log does not reach the archive', async () => {
  const copy = scratch.copyStanza('unfed', { 'archive-timeout': '1' });
  await expect(runBackup(copy, options())).rejects.toMatchObject({ code: 'ARCHIVE_FAILED' });
});

test('says that pgBackRest is not installed', async () => {
  await expect(readInfo({ ...scratch.stanza, binary: '/nowhere/pgbackrest' })).rejects.toMatchObject({
    code: 'BINARY_MISSING',
  });
});
