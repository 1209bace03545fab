import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSegmentName, toSegmentName } from '../../src/backups/archive/segments.ts';
import type { BackupSet, BackupType } from '../../src/backups/pgbackrest/info.ts';
import { readInfo, runBackup } from '../../src/backups/pgbackrest/pgbackrest.ts';
import {
  createRecoveryWindows,
  type RecoveryWindowService,
} from '../../src/backups/archive/windows-service.ts';
import { createScanner, type ArchiveScan } from '../../src/backups/archive/windows-scan.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createScratch, waitUntil, type Scratch } from './scratch.ts';

export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** A scratch cluster with a full set, segments, an incremental set and as many segments again. */
export interface Archived {
  readonly scratch: Scratch;
  /** Oldest first, as they are now. */
  sets(): Promise<readonly BackupSet[]>;
  backup(type: BackupType): Promise<void>;
  /** Each with one transaction; returns when all are archived. */
  writeSegments(count: number): Promise<void>;
  waitForArchive(): Promise<void>;
  /** Null: the one of the scratch cluster. */
  setArchiveCommand(command: string | null): Promise<void>;
  scan(stanza: StanzaConfig): Promise<ArchiveScan>;
  serviceOn(stanza: StanzaConfig, known?: readonly BackupSet[]): Promise<RecoveryWindowService>;
  close(): Promise<void>;
}

export async function createArchived(segments: number): Promise<Archived> {
  const scratch = await createScratch();
  const { admin, server, stanza: own } = scratch;
  await admin.rows(sql`CREATE TABLE notes (id int)`);
  const binaries = server.binaries;
  const sets = async () => (await readInfo(own)).sets;
  const waitForArchive = () => waitUntil(async () => (await countWaiting(scratch)) === 0, 60_000);
  const archived: Archived = {
    scratch,
    sets,
    waitForArchive,
    backup: async (type) => {
      const ignored = { onProgress: () => {}, onPhase: () => {} };
      await runBackup(own, {
        ...{ type, repository: 1, isFromStandby: false, annotations: {}, changedSince: null },
        ...ignored,
      });
    },
    async writeSegments(count) {
      for (let written = 1; written <= count; written += 1) {
        await admin.rows(sql`INSERT INTO notes VALUES (${written})`);
        await admin.rows(sql`SELECT pg_switch_wal()`);
        if (written % 10 === 0 || written === count) await waitForArchive();
      }
    },
    setArchiveCommand: (command) => setArchiveCommand(scratch, command),
    async scan(stanza) {
      const log = { timeline: 1, segmentBytes: SEGMENT_BYTES };
      const [found] = await createScanner({ binaries }).scan({ stanza, sets: await sets(), log });
      if (found === undefined) throw new Error('there is no archive');
      return found;
    },
    async serviceOn(stanza, given) {
      const known = given ?? (await sets());
      return createRecoveryWindows({
        fleet: { ...scratch.fleet, get: (name) => ({ ...scratch.fleet.get(name), stanza }) },
        postgresBinaries: binaries,
        listSets: () => Promise.resolve(known),
      });
    },
    close: () => scratch.close(),
  };
  await archived.backup('FULL');
  await archived.writeSegments(segments);
  await archived.backup('INCREMENTAL');
  await archived.writeSegments(segments);
  return archived;
}

async function countWaiting({ admin }: Scratch): Promise<number> {
  const [row] = await admin.rows<{ waiting: number }>(
    sql`SELECT count(*)::int AS waiting FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`,
  );
  return row?.waiting ?? NaN;
}

async function setArchiveCommand({ admin }: Scratch, command: string | null): Promise<void> {
  const before = await readArchiveCommand(admin);
  await admin.rows(
    command === null
      ? sql`ALTER SYSTEM RESET archive_command`
      : sql`ALTER SYSTEM SET archive_command = ${raw(`'${command}'`)}`,
  );
  await admin.rows(sql`SELECT pg_reload_conf()`);
  await waitUntil(async () => (await readArchiveCommand(admin)) !== before);
}

async function readArchiveCommand(admin: Scratch['admin']): Promise<string> {
  const [row] = await admin.rows<{ command: string }>(
    sql`SELECT current_setting('archive_command') AS command`,
  );
  return row?.command ?? '';
}

export function indexOf(name: string | null | undefined): number {
  return parseSegmentName(name ?? '', SEGMENT_BYTES)?.index ?? NaN;
}

export function lastOf({ archive }: ArchiveScan): number {
  return indexOf(archive.segments.at(-1)?.name);
}

/** The file of a segment in a copy of the repository. */
export function fileOf(repository: string, index: number, timeline = 1): string {
  const name = toSegmentName({ timeline, index }, SEGMENT_BYTES);
  const directory = join(repository, 'archive', 'scratch', '15-1', name.slice(0, 16));
  const file = readdirSync(directory).find((one) => one.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`${name} is not archived`);
  return join(directory, file);
}

/** Mulberry32: numbers from 0 to 1, the same in each run. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
