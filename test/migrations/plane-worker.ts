// A worker process for the tests of rollouts: everything real, stopped by signals only.
import { type PlaneOrders, startOwn } from './plane-services.ts';

const orders = JSON.parse(process.env['TEST_ORDERS'] ?? '{}') as PlaneOrders;
const worker = await startOwn(orders, 'WORKER');
console.log('ready');
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
