// A runner in a process of its own, for the crash tests: it kills itself at the n-th moment that matters, or is killed.
import { KEEPS_CATALOG } from '../../src/migrations/drift/drift.ts';
import { applyPending } from '../../src/migrations/runner.ts';
import { openDatabase } from '../../src/postgres/pool.ts';

interface Orders {
  readonly connection: Parameters<typeof openDatabase>[0];
  readonly directory: string;
  /** Before which statement or commit, counted together from 1, it dies; 0: never. */
  readonly diesAt: number;
  /** As the operation does. */
  readonly keepsCatalog: boolean;
}

const { connection, directory, diesAt, keepsCatalog } = JSON.parse(
  process.env['TEST_ORDERS'] ?? '{}',
) as Orders;
const db = openDatabase(connection);
let moments = 0;
const onMoment = () => {
  moments += 1;
  if (moments === diesAt) process.kill(process.pid, 'SIGKILL');
};
await applyPending(db, directory, {
  appliedBy: 'worker',
  beforeCommit: onMoment,
  ...(keepsCatalog ? KEEPS_CATALOG : {}),
  onProgress({ phase }) {
    console.log(phase);
    if (phase === 'STATEMENT') onMoment();
  },
});
await db.close();
