import { z } from 'zod';
import type { EventLog, OutboxEvent } from '../events/events.ts';
import type { Database } from '../postgres/pool.ts';
import { OPERATION_TOPIC } from './journal.ts';
import { ENDED_STATES, OPERATION_STATES, type OperationEvent, OperationNotFoundError } from './operations.ts';
import { untilAvailable } from '../postgres/retry.ts';
import { findMany, type OperationFilter } from './store.ts';

/** What a subscriber gets. EXPIRED: events between its cursor and `resumeAfter` are gone; the stream goes on from there. */
export type OperationDelivery =
  | { readonly kind: 'EVENT'; readonly event: OperationEvent }
  | { readonly kind: 'EXPIRED'; readonly resumeAfter: bigint };

export interface OperationWatch {
  /**
   * The history of one operation after `after` (null: all of it), then live; ends with the operation.
   *
   * @throws {OperationNotFoundError}
   */
  watch(id: string, after: bigint | null, signal: AbortSignal): AsyncIterable<OperationDelivery>;
  /** Events of all operations that match, after `after` (null: from now on), until `signal` aborts. */
  feed(filter: OperationFilter, after: bigint | null, signal: AbortSignal): AsyncIterable<OperationDelivery>;
}

export function createWatch({
  db,
  events,
}: {
  readonly db: Database;
  readonly events: EventLog;
}): OperationWatch {
  return {
    watch: (id, after, signal) => watch(db, events, { id, after, signal }),
    async *feed(filter, after, signal) {
      const from = after ?? (await events.findBounds({ topic: OPERATION_TOPIC })).newest;
      for await (const delivery of events.follow({ topic: OPERATION_TOPIC }, from, signal)) {
        if (delivery.kind === 'EXPIRED') yield delivery;
        else if (matches(filter, delivery.event))
          yield { kind: 'EVENT', event: toOperationEvent(delivery.event) };
      }
    },
  };
}

async function* watch(
  db: Database,
  events: EventLog,
  { id, after, signal }: { readonly id: string; readonly after: bigint | null; readonly signal: AbortSignal },
): AsyncGenerator<OperationDelivery> {
  const filter = { topic: OPERATION_TOPIC, subject: id };
  /** A retry goes on after an end, so an end is the last word only when no event is newer. */
  const isLastWord = async (seen: bigint) => {
    const { newest } = await events.findBounds(filter);
    const [operation] = await findMany(db, [id]);
    if (!operation) throw new OperationNotFoundError(id, ['id']);
    return newest <= seen && ENDED_STATES.includes(operation.state);
  };
  /** Once it has begun, a stream outlives a control database that is away. */
  const stillIsLastWord = (seen: bigint) =>
    untilAvailable(
      () => isLastWord(seen),
      () => signal.throwIfAborted(),
    );
  const { expiredThrough } = await events.findBounds(filter);
  const isFresh = after === null || after >= expiredThrough;
  if ((await isLastWord(after ?? 0n)) && isFresh) return;
  for await (const delivery of events.follow(filter, after, signal)) {
    if (delivery.kind === 'EXPIRED') {
      yield delivery;
      if (await stillIsLastWord(delivery.resumeAfter)) return;
      continue;
    }
    const event = toOperationEvent(delivery.event);
    yield { kind: 'EVENT', event };
    if (ENDED_STATES.includes(event.state) && (await stillIsLastWord(event.id))) return;
  }
}

const payload = z.object({
  kind: z.string(),
  cluster: z.string().nullable(),
  state: z.enum(OPERATION_STATES),
  phase: z.string().nullable(),
  message: z.string(),
  fractionDone: z.number().nullable(),
  bytesDone: z.coerce.bigint().nullable(),
  bytesTotal: z.coerce.bigint().nullable(),
  etaSeconds: z.number().nullable(),
});

function toOperationEvent(event: OutboxEvent): OperationEvent {
  const { kind: _kind, cluster: _cluster, ...rest } = payload.parse(event.payload);
  return { id: event.id, operationId: event.subject, at: event.at, ...rest };
}

function matches({ cluster, kind, states }: OperationFilter, event: OutboxEvent): boolean {
  const about = payload.parse(event.payload);
  return (
    (!cluster || about.cluster === cluster) &&
    (!kind || about.kind === kind) &&
    (!states || states.includes(about.state))
  );
}
