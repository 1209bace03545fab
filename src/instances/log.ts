import { open } from 'node:fs/promises';

const MOST_BYTES = 16_384;
const MOST_LINES = 12;
const LONGEST_LINE = 300;
/** What every start and every checkpoint says; it explains nothing. */
const NOISE = /\b(STATEMENT|DETAIL|HINT|CONTEXT): |checkpoint (starting|complete)|restartpoint/;

/** The end of a server's log, oldest first, strings left out: they may be anybody's data. Null: there is none. */
export async function readLastLines(file: string): Promise<readonly string[] | null> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, from);
    return chooseLines(buffer.toString('utf8', 0, bytesRead), from > 0);
  } finally {
    await handle.close();
  }
}

/** Pure. `isCut`: the first line is only the end of one. */
export function chooseLines(text: string, isCut: boolean): readonly string[] {
  return text
    .split('\n')
    .slice(isCut ? 1 : 0)
    .filter((line) => line.trim() !== '' && !line.startsWith('\t') && !NOISE.test(line))
    .slice(-MOST_LINES)
    .map((line) => line.replaceAll(/'[^']*'/g, "'…'").slice(0, LONGEST_LINE));
}
