import { readFleetFile } from '../../src/config.ts';
import { openControl } from '../../src/control.ts';
import { createLog } from '../../src/log.ts';
import type { EngineRole } from '../../src/operations/engine.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { createServices } from '../../src/services.ts';

export interface PlaneOrders {
  readonly fleetFile: string;
  readonly directory: string;
}

/** Control database, services and engine of one process. */
export async function startOwn({ fleetFile, directory }: PlaneOrders, role: EngineRole) {
  const config = readFleetFile(fleetFile);
  const log = createLog('error', { write: (line) => void process.stderr.write(line) });
  const control = await openControl(config, log);
  const { services, engine } = createServices({
    ...{ ...control, config, log, migrationsDirectory: directory, protectedDirectories: [] },
    workerId: `plane-${process.pid}`,
  });
  await engine.start(role);
  return {
    ...{ services, log },
    async stop() {
      await engine.stop();
      await services.fleet.close();
      await control.close();
    },
  };
}

/** A client does not make the engine's tables: a worker has to have been there. */
export async function makeTables(orders: PlaneOrders): Promise<void> {
  await (await startWorker(orders)).stop(10_000);
}

export async function startWorker(orders: PlaneOrders): Promise<RunningProcess> {
  const ready = Promise.withResolvers<void>();
  const args = ['--disable-warning=DeprecationWarning', 'test/migrations/plane-worker.ts'];
  const worker = startProcess(process.execPath, args, {
    env: { TEST_ORDERS: JSON.stringify(orders) },
    onLine: (line) => (line === 'ready' ? ready.resolve() : console.log(line)),
  });
  void worker.ended.then(({ stderr }) => ready.reject(new Error(`it ended: ${stderr}`)));
  await ready.promise;
  return worker;
}
