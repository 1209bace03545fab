// A worker process for the crash tests: everything real, stopped by signals only.
import { startTestEngine } from './engine.ts';

const connection = JSON.parse(process.env['TEST_CONNECTION'] ?? '{}') as Parameters<
  typeof startTestEngine
>[0];
const worker = await startTestEngine(connection, 'WORKER');
console.log('ready');
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
