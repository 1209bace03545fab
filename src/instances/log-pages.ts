import { open } from 'node:fs/promises';

/** How far somebody has read in a log: which file, and how many bytes of it. */
export interface Bookmark {
  /** Number of the file on its disk: another one after a rotation. */
  readonly file: string;
  readonly bytes: number;
}

/** What a log has said since a bookmark. */
export interface LogPage {
  /** Whole lines, oldest first. */
  readonly lines: readonly string[];
  readonly bookmark: Bookmark;
  /** Of what was said in between and is not among `lines`, because it is too much. */
  readonly skippedBytes: number;
}

/** A day of a server that complains every second; the newest is what matters in a longer one. */
const MOST_BYTES = 4_194_304;

/**
 * What a log has said since then, at most its last 4 MiB; null: there is no such file. A file that is another one, or
 * shorter than it was, is read from its beginning.
 */
export async function readLogPage(file: string, since: Bookmark | null): Promise<LogPage | null> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return null;
  try {
    const { size, ino } = await handle.stat();
    const isSame = since !== null && since.file === String(ino) && since.bytes <= size;
    const begin = isSame ? since.bytes : 0;
    const from = Math.max(begin, size - MOST_BYTES);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const text = buffer.subarray(0, bytesRead);
    // A line that is being written is for the next time, and one of which only the end is here for nobody.
    const end = text.lastIndexOf('\n') + 1;
    const start = from > begin ? text.indexOf('\n') + 1 : 0;
    const lines = text
      .toString('utf8', Math.min(start, end), end)
      .split('\n')
      .filter((line) => line !== '');
    return { lines, bookmark: { file: String(ino), bytes: from + end }, skippedBytes: from - begin };
  } finally {
    await handle.close();
  }
}
