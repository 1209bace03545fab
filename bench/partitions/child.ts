import { setTimeout as sleep } from 'node:timers/promises';
import { SCOPES } from '../../src/access/principals.ts';
import { type PlaneOrders, startOwn } from '../../test/migrations/plane-services.ts';

/** One run of `partitions.maintain` by a worker of its own: says `ready`, then `done` or what went wrong. */
const requester = {
  principal: { id: 'bench', name: 'bench', role: 'ADMIN', scopes: SCOPES },
  ...{ onBehalfOf: null, reason: null, action: 'bench', requestId: 'bench', idempotencyKey: null },
} as const;

const own = await startOwn(JSON.parse(process.env['BENCH_ORDERS'] ?? '{}') as PlaneOrders, 'WORKER');
const { partitions, operations } = own.services;
console.log('ready');
const { operation } = await partitions.maintain({ clusters: ['bench'], dryRun: false }, requester);
for (let isOver = false; !isOver; await sleep(20)) {
  const [now] = await operations.findMany([operation?.id ?? '']);
  isOver = !now || ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(now.state);
  if (isOver) console.log(now?.error?.message ?? 'done');
}
await own.stop();
process.exit(0);
