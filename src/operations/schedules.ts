import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Engine, EngineLog } from './engine.ts';

const SCHEDULE = 'schedules';
const WORKFLOW = 'schedules.tick';
/** A moment waits for the next tick, so this is about how late a run begins. Each tick costs a few rows of DBOS. */
const EVERY_FIVE_SECONDS = '*/5 * * * * *';
const TICKS_KEPT_MS = 600_000;
const FORGET_BATCH = 500;
const STOP_MS = 10_000;

export interface ClockOptions {
  /** Starts what is due. Twice at once, here or in another worker, must be safe. */
  readonly tick: () => Promise<void>;
  readonly log: EngineLog;
  /** When to tick, in six fields; left out: every five seconds. */
  readonly cron?: string;
}

/**
 * The same engine with a clock: one schedule of DBOS for the whole control plane, whose every tick runs on one of
 * the workers. Ticks that nobody was there for do not come later: what is due is read from rows each time.
 */
export function withClock(engine: Engine, options: ClockOptions): Engine {
  const { tick, log, cron = EVERY_FIVE_SECONDS } = options;
  let underWay: Promise<void> | null = null;
  let isStopping = false;
  const beat = async (at: Date) => {
    // One at a time: ticks must not gather behind a control database that hangs.
    if (isStopping || underWay) return;
    underWay = tick()
      .then(() => (at.getUTCSeconds() === 0 ? forgetTicks(new Date(Date.now() - TICKS_KEPT_MS)) : undefined))
      .catch((error: unknown) => log.error({ err: error }, 'the clock of the schedules failed'));
    await underWay;
    underWay = null;
  };
  // Twice is safe, as `tick` is: a tick whose worker died runs again elsewhere.
  const run = (at: Date) => DBOS.runStep(() => beat(at), { name: 'start what is due' });
  return {
    ...engine,
    async start(role) {
      // Before the launch, as with operations: recovery would not find it otherwise.
      const workflow = role === 'WORKER' ? DBOS.registerWorkflow(run, { name: WORKFLOW }) : null;
      await engine.start(role);
      if (!workflow) return;
      await DBOS.applySchedules([{ scheduleName: SCHEDULE, workflowFn: workflow, schedule: cron }]);
    },
    async stop() {
      isStopping = true;
      const patience = AbortSignal.timeout(STOP_MS);
      const isTired = new Promise<void>((resolve) => patience.addEventListener('abort', () => resolve()));
      await Promise.race([underWay, isTired]);
      await engine.stop();
    },
  };
}

async function forgetTicks(endedBefore: Date): Promise<void> {
  const ended = await DBOS.listWorkflows({
    workflowName: WORKFLOW,
    status: ['SUCCESS', 'ERROR', 'CANCELLED'],
    completedBefore: endedBefore.toISOString(),
    limit: FORGET_BATCH,
    loadInput: false,
    loadOutput: false,
  });
  if (ended.length > 0) await DBOS.deleteWorkflows(ended.map((one) => one.workflowID));
}
