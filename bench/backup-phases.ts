import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationDocument } from '../src/cli/generated/graphql.ts';
import type { Client } from '../src/client.ts';
import type { StanzaConfig } from '../src/config.ts';

/** Milliseconds by the name of what they went into, in the order of time. */
export type Phases = Readonly<Record<string, number>>;

/** Where the time between the call and the event of its end went. Works because both run on one clock. */
export async function readPhases(
  client: Client,
  id: string,
  { calledAtMs, heardAtMs }: { readonly calledAtMs: number; readonly heardAtMs: number },
): Promise<Phases> {
  const { operation } = await client.request(OperationDocument, { id });
  if (!operation?.startedAt || !operation.finishedAt) throw new Error(`operation ${id} has not ended`);
  const at = (time: unknown) => new Date(time as string).getTime();
  const phases: Record<string, number> = {
    'call until it is written': at(operation.createdAt) - calledAtMs,
    'waiting in the queue': at(operation.startedAt) - at(operation.createdAt),
  };
  let reached = at(operation.startedAt);
  let between = 0;
  for (const { name, startedAt, finishedAt } of operation.steps) {
    between += at(startedAt) - reached;
    reached = at(finishedAt);
    phases[`step: ${name}`] = reached - at(startedAt);
  }
  phases['between the steps'] = between;
  phases['after the last step'] = at(operation.finishedAt) - reached;
  phases['end until the event is here'] = heardAtMs - at(operation.finishedAt);
  return phases;
}

/**
 * What pgBackRest says in its log about the last backup: how long it took itself, with the expiry that follows it.
 * The rest of the step is ours, or the machine's.
 */
export function readOwnMs({ configFile, name }: StanzaConfig): number {
  const directory = /^log-path=(.*)$/m.exec(readFileSync(configFile, 'utf8'))?.[1] ?? '';
  const log = readFileSync(join(directory, `${name}-backup.log`), 'utf8');
  const ends = [...log.matchAll(/(backup|expire) command end: completed successfully \((\d+)ms\)/g)];
  return ends.slice(-2).reduce((sum, [, , ms]) => sum + Number(ms), 0);
}
