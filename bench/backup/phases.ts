import { OperationDocument } from '../../src/cli/generated/graphql.ts';
import type { Client } from '../../src/client.ts';
import { formatSample, formatTable, type Sample, toSample } from '../report.ts';

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

/** Each phase over all rounds, in milliseconds. */
export function samplesOf(phases: readonly Phases[]): Readonly<Record<string, Sample>> {
  const names = [...new Set(phases.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(names.map((name) => [name, toSample(phases.map((one) => one[name] ?? 0))]));
}

export function formatPhases(title: string, samples: Readonly<Record<string, Sample>>): string {
  const rows = Object.entries(samples).map(([name, sample]) => [name, formatSample(sample, 0)]);
  return formatTable([[title, 'ms'], ...rows]);
}
