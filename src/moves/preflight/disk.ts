import { statfs } from 'node:fs/promises';
import type { Side } from '../sides.ts';
import { type Found, ok } from './found.ts';
import type { ServerFacts } from './probe.ts';

/** Whether the target has room for what may come; UNKNOWN when its disk is none of this machine. */
export async function checkDisk(
  { shard }: Pick<Side, 'shard'>,
  {
    source,
    target,
  }: {
    readonly source: Pick<ServerFacts, 'databaseBytes'>;
    readonly target: Pick<ServerFacts, 'dataDirectory'>;
  },
): Promise<Found> {
  const free = await statfs(target.dataDirectory ?? '', { bigint: true }).then(
    (one) => one.bavail * one.bsize,
    () => null,
  );
  if (free === null)
    return {
      state: 'UNKNOWN',
      detail: `the disk of ${shard} is on another machine`,
      hint: 'Look there before a large move.',
    };
  // It can't be more than the whole database, and the log of it comes on top.
  const wanted = 2n * source.databaseBytes;
  return free >= wanted
    ? ok(`${free} bytes are free on ${shard}`)
    : {
        state: 'WARNING',
        detail: `${free} bytes are free on ${shard}; the whole database of the source twice has ${wanted}`,
        hint: 'Make room there, unless the organization is a small part of it: a target whose disk fills ends the move.',
      };
}
