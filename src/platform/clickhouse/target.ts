import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { z } from 'zod';
import {
  messageOf,
  rememberLook,
  type PlatformTarget,
  type ServiceConnection,
  type Trouble,
} from '../platform.ts';
import { judgeClickHouse } from './judge.ts';
import { type ClickHouseLook, codeOf, readClickHouse } from './probe.ts';

const EVERY_MS = 30_000;
/** Whoever looks gives up before; this is for a signal that is not heard. */
const REQUEST_TIMEOUT_MS = 10_000;

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
  const client = openClickHouse(connection);
  try {
    return await readClickHouse(client, signal);
  } finally {
    await client.close();
  }
}

function openClickHouse({ url, user, readPassword, readAuthority }: ServiceConnection): ClickHouseClient {
  const password = readPassword();
  const ca = readAuthority();
  return createClient({
    url,
    ...(user === null ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(ca === null ? {} : { tls: { ca_cert: Buffer.from(ca) } }),
    ...{ request_timeout: REQUEST_TIMEOUT_MS, max_open_connections: 1, application: 'sunday-collector' },
    log: { level: ClickHouseLogLevel.OFF }, // what is wrong is told once, as the figure of the service
  });
}

/** UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED, ACCESS_DENIED, IP_ADDRESS_NOT_ALLOWED. */
const REFUSALS = [192, 193, 194, 516, 497, 195];

function explain(error: unknown): Trouble {
  const code = codeOf(error);
  if (code !== null && REFUSALS.includes(code))
    return {
      kind: 'REFUSED',
      reason: `it does not let us in: ${firstLine(messageOf(error))}`,
      hint: 'Check user and passwordFile, and that the user may read the tables of system.',
    };
  const isUnreadable = error instanceof SyntaxError || error instanceof z.ZodError;
  return {
    kind: 'DOWN',
    reason: isUnreadable
      ? 'its answer is not that of ClickHouse'
      : firstLine(messageOf(error)) || codeName(error),
    hint: isUnreadable
      ? 'Check that the address is the HTTP interface of ClickHouse, and what stands in between.'
      : 'See whether it runs, and whether the address is right.',
  };
}

function firstLine(message: string): string {
  return message.split('\n')[0]?.slice(0, 300) ?? '';
}

function codeName(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'it does not answer';
}
