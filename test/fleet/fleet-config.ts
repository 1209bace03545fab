import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLEET_FILE_SCHEMA, type FleetConfig } from '../../src/config.ts';

export interface TestRole {
  readonly user: string;
  readonly password: string;
}

export interface TestCluster {
  readonly name: string;
  readonly database: string;
  readonly instances: readonly { readonly name: string; readonly port: number }[];
  readonly monitor: TestRole;
  readonly operator: TestRole;
}

export interface TestFleetConfig extends Disposable {
  readonly config: FleetConfig;
}

/** A checked fleet configuration on loopback, with its password files in a directory that is removed again. */
export function makeFleetConfig(clusters: readonly TestCluster[]): TestFleetConfig {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-fleet-'));
  const credentials = (label: string, { user, password }: TestRole) => {
    const passwordFile = join(directory, label);
    writeFileSync(passwordFile, `${password}\n`);
    chmodSync(passwordFile, 0o600);
    return { user, passwordFile };
  };
  const config = FLEET_FILE_SCHEMA.parse({
    control: { host: '127.0.0.1', user: 'unused' },
    clusters: clusters.map((one) => ({
      name: one.name,
      database: one.database,
      instances: one.instances.map((instance) => ({ host: '127.0.0.1', ...instance })),
      operator: credentials(`${one.name}.operator`, one.operator),
      monitor: credentials(`${one.name}.monitor`, one.monitor),
    })),
  });
  return { config, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
