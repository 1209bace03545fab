// A worker process for the engine tests: everything real, stopped by signals only.
import { startHarness, type HarnessOptions } from './harness.ts';

const connection = JSON.parse(process.env['TEST_CONNECTION'] ?? '{}') as Parameters<typeof startHarness>[0];
const die = () => process.kill(process.pid, 'SIGKILL');
const AROUND: Readonly<Record<string, NonNullable<HarnessOptions['around']>>> = {
  NOWHERE: (start) => start(),
  BEFORE: (start) => {
    die();
    return start();
  },
  AFTER: async (start) => {
    const operation = await start();
    die();
    return operation;
  },
};
const around = AROUND[process.env['TEST_DIES'] ?? 'NOWHERE'];
const worker = await startHarness(connection, { role: 'WORKER', ...(around ? { around } : {}) });
console.log('ready');
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
