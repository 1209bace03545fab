import { createHash } from 'node:crypto';
import { isPortFree } from '../../ports.ts';

const FIRST = 20_000;
const LAST = 32_000; // 32768 and up are ephemeral: any client's socket may sit on one

/**
 * One free port for each name. The search starts at a place that the seed gives, so that two fleets on one
 * machine keep out of each other's way even while only one of them runs. `kept` are ports of our own, whose servers
 * may not run now.
 */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  seed: string,
  kept: readonly number[] = [],
): Promise<Readonly<Record<Name, number>>> {
  const hash = createHash('sha256').update(seed).digest().readUInt32BE();
  const chosen: [Name, number][] = [];
  for (let offset = 0; offset < LAST - FIRST && chosen.length < names.length; offset++) {
    const port = FIRST + ((hash + offset) % (LAST - FIRST));
    const name = names[chosen.length];
    if (name !== undefined && !kept.includes(port) && (await isPortFree(port))) chosen.push([name, port]);
  }
  if (chosen.length < names.length) throw new Error(`no free port between ${FIRST} and ${LAST}`);
  return Object.fromEntries(chosen) as Record<Name, number>;
}
