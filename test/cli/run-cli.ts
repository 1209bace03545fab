import { fileURLToPath } from 'node:url';
import { startProcess, type Ended, type RunningProcess } from '../../src/process.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts the CLI as people do: a process of its own, here without a terminal. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningProcess {
  return startProcess(process.execPath, [MAIN, ...args], {
    // A home that does not exist, so that no embedded fleet of this machine is found.
    env: { SUNDAY_HOME: '/nonexistent/sunday-test', ...env },
  });
}

export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startCli(args, env).ended;
}
