import { codeOf, isNotClickHouse, openClickHouse, reasonOf } from '../../clickhouse/client.ts';
import { rememberLook, type PlatformTarget, type ServiceConnection, type Trouble } from '../platform.ts';
import { judgeClickHouse } from './judge.ts';
import { type ClickHouseLook, readClickHouse } from './probe.ts';

const EVERY_MS = 30_000;
/** Whoever looks gives up before; the timeout is for a signal that is not heard. */
const BOUNDS = { requestTimeoutMs: 10_000, maxConnections: 1, application: 'sunday-collector' } as const;

/** One ClickHouse server, over HTTP. */
export function createClickHouseTarget(connection: ServiceConnection): PlatformTarget {
  return {
    name: connection.name,
    kind: 'CLICKHOUSE',
    address: connection.url,
    everyMs: EVERY_MS,
    open: () => rememberLook((signal) => lookAtClickHouse(connection, signal), judgeClickHouse),
    explain,
  };
}

async function lookAtClickHouse(connection: ServiceConnection, signal: AbortSignal): Promise<ClickHouseLook> {
  const client = openClickHouse(connection, BOUNDS);
  try {
    return await readClickHouse(client, signal);
  } finally {
    await client.close();
  }
}

/** UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED, ACCESS_DENIED, IP_ADDRESS_NOT_ALLOWED. */
const REFUSALS = [192, 193, 194, 516, 497, 195];

function explain(error: unknown): Trouble {
  const code = codeOf(error);
  if (code !== null && REFUSALS.includes(code))
    return {
      kind: 'REFUSED',
      reason: `it does not let us in: ${reasonOf(error)}`,
      hint: 'Check user and passwordFile, and that the user may read the tables of system.',
    };
  const isUnreadable = isNotClickHouse(error);
  return {
    kind: 'DOWN',
    reason: reasonOf(error),
    hint: isUnreadable
      ? 'Check that the address is the HTTP interface of ClickHouse, and what stands in between.'
      : 'See whether it runs, and whether the address is right.',
  };
}
