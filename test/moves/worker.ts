// A worker process for the crash tests: everything real, stopped by signals only.
import { type Site, startMoveEngine } from './harness.ts';

const worker = await startMoveEngine(JSON.parse(process.env['TEST_SITE'] ?? '{}') as Site, 'WORKER');
console.log('ready');
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
