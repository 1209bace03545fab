/*
 * The arithmetic of write-ahead log. A segment's name is 24 hex digits: timeline, log, segment in the log; its index
 * counts segments since the beginning of the log, whatever the timeline. Positions (LSN) are bytes since then.
 */

export interface Segment {
  readonly timeline: number;
  readonly index: number;
}

export const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024;
const LOG_BYTES = 2 ** 32;

/** Null when it is no name of a segment of this size. */
export function parseSegmentName(name: string, segmentBytes: number): Segment | null {
  const [, timeline = '', log = '', part = ''] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? [];
  const segmentsPerLog = LOG_BYTES / segmentBytes;
  if (timeline === '' || parseInt(part, 16) >= segmentsPerLog) return null;
  return { timeline: parseInt(timeline, 16), index: parseInt(log, 16) * segmentsPerLog + parseInt(part, 16) };
}

export function toSegmentName({ timeline, index }: Segment, segmentBytes: number): string {
  const segmentsPerLog = LOG_BYTES / segmentBytes;
  return [timeline, Math.floor(index / segmentsPerLog), index % segmentsPerLog]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}

/** First byte of a segment. */
export function positionOf(index: number, segmentBytes: number): bigint {
  return BigInt(index) * BigInt(segmentBytes);
}

/** The segment that holds a byte. */
export function indexOf(position: bigint, segmentBytes: number): number {
  return Number(position / BigInt(segmentBytes));
}

/** `1/74000028` → bytes. @throws {TypeError} when it is no LSN. */
export function parseLsn(text: string): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined) throw new TypeError(`${text} is no LSN`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function toLsn(position: bigint): string {
  const hex = (part: bigint) => part.toString(16).toUpperCase();
  return `${hex(position >> 32n)}/${hex(position & 0xffff_ffffn)}`;
}

/**
 * The size of segments as an archive's own names show it: the last digits wrap around when a log of 4 GiB is full.
 * Without two neighbours that show it, or a number that the default does not reach, it is the default.
 */
export function inferSegmentBytes(names: readonly string[]): number {
  const partOf = (name: string) => parseInt(name.slice(16, 24), 16);
  const partsBeforeWrap = names.flatMap((name, position) => {
    const before = names[position - 1];
    return before !== undefined && isNextLog(before, name) && partOf(name) === 0 ? [partOf(before) + 1] : [];
  });
  const isPossible = (count: number) => Number.isInteger(Math.log2(count)) && count >= 4; // a segment has at most 1 GiB
  const wrapped = partsBeforeWrap.filter(isPossible).reduce((most, one) => Math.max(most, one), 0);
  if (wrapped > 0) return LOG_BYTES / wrapped;
  const largest = names.reduce((most, name) => Math.max(most, partOf(name)), 0);
  return Math.min(DEFAULT_SEGMENT_BYTES, LOG_BYTES / 2 ** Math.ceil(Math.log2(largest + 1)));
}

function isNextLog(before: string, name: string): boolean {
  const logOf = (one: string) => parseInt(one.slice(8, 16), 16);
  return before.slice(0, 8) === name.slice(0, 8) && logOf(name) === logOf(before) + 1;
}
