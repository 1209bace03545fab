import { explained, measured, unknown, type PlatformFigure } from '../figures.ts';
import type { Found, LookAtService, PlatformTarget, Trouble } from '../platform.ts';

/** What a look has found, or why it found nothing. */
export interface Seen {
  readonly figures: readonly PlatformFigure[];
  readonly facts: Found['facts'] | null;
}

/** Looks at one service when it is due, and never twice at once. */
export interface ServiceWatch {
  /** Null: not now. Never throws for a service that is down: that is what is to be told. */
  look(): Promise<Seen | null>;
  /** Ends when no look is under way. */
  settle(): Promise<void>;
}

export function watchService(
  target: PlatformTarget,
  { deadlineMs, stopping }: { readonly deadlineMs: number; readonly stopping: AbortSignal },
): ServiceWatch {
  let lookAt: LookAtService = target.open();
  let underWay: Promise<Seen> | null = null;
  let dueMs = -Infinity;
  const lookOnce = async (): Promise<Seen> => {
    const { facts, figures } = await ask();
    return { facts, figures: [...figures, ...((await target.know?.()) ?? [])] };
  };
  const ask = async (): Promise<Seen> => {
    try {
      const found = await within(lookAt, { deadlineMs, stopping });
      return { facts: found.facts, figures: [measured('service_up', 1), ...found.figures] };
    } catch (error) {
      lookAt = target.open(); // its counters may begin anew
      const trouble =
        error instanceof Late ? describeSilence(deadlineMs) : (target.explain(error) satisfies Trouble);
      return { facts: null, figures: [describe(trouble)] };
    }
  };
  return {
    async look() {
      const now = performance.now();
      if (underWay !== null || now < dueMs) return null;
      dueMs = now + target.everyMs - SLACK_MS;
      underWay = lookOnce().finally(() => (underWay = null));
      return underWay;
    },
    settle: async () => void (await underWay),
  };
}

/** Timers are early or late by a little: a look must not wait for the next tick because of that. */
const SLACK_MS = 500;

/** A look was not over in time. Never leaves this file. */
class Late extends Error {}

/** The work is told to end, and if it does not, it is left behind: a client may not listen to its signal. */
async function within(
  lookAt: LookAtService,
  { deadlineMs, stopping }: { readonly deadlineMs: number; readonly stopping: AbortSignal },
): Promise<Found> {
  const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), stopping]);
  const late = Promise.withResolvers<never>();
  const onAbort = () => late.reject(new Late());
  signal.addEventListener('abort', onAbort, { once: true });
  const work = lookAt(signal);
  work.catch(() => {}); // when it is late nobody listens any more
  try {
    return await Promise.race([work, late.promise]);
  } catch (error) {
    throw signal.aborted ? new Late() : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function describeSilence(deadlineMs: number): Trouble {
  return {
    kind: 'DOWN',
    reason: `no answer within ${deadlineMs} ms`,
    hint: 'It takes connections and says nothing, or the way to it does: look at its host and its log.',
  };
}

function describe({ kind, reason, hint }: Trouble): PlatformFigure {
  return kind === 'REFUSED'
    ? unknown('service_up', { reason, hint })
    : explained(measured('service_up', 0), { reason, hint });
}
