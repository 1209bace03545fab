import { OperationDocument } from '../../src/cli/generated/graphql.ts';
import type { Client } from '../../src/client.ts';

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
