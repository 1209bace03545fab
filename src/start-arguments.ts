import { parseArgs } from 'node:util';
import { InvalidInputError } from './errors.ts';

/** The text of `npm start -- --help`. */
export const START_HELP = `Usage: npm start -- [--role ROLE]

Boots the embedded fleet below .sunday/ (SUNDAY_HOME moves it), or connects to the one that SUNDAY_CONFIG names,
and serves GraphQL on http://127.0.0.1:4000/graphql (HOST and PORT move it).

  --role all      API and worker in one process (the default)
  --role api      the API only; operations wait for a worker
  --role worker   takes operations off the queue; no API
  --shards N      clusters shard-1 to shard-N of the embedded fleet, for organizations; 0 to 8, 2 by default;
                  those that an earlier start made stay
  --help          this text

docs/configuration.md lists every setting.`;

const MOST_SHARDS = 8;
/** A fresh start takes about a second longer with them, a later one a tenth (measured on two busy cores). */
const DEFAULT_SHARDS = 2;
const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export interface StartArguments {
  readonly role: Role;
  /** Of the embedded fleet, 0 to 8. */
  readonly shards: number;
}

/** What `npm start` was told. @throws {InvalidInputError} */
export function readStartArguments(): StartArguments & { readonly help: boolean } {
  const options = {
    role: { type: 'string', default: 'all' },
    shards: { type: 'string', default: `${DEFAULT_SHARDS}` },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  let values: { role: string; shards: string; help: boolean };
  try {
    ({ values } = parseArgs({ options, strict: true }));
  } catch (error) {
    throw new InvalidInputError(['arguments'], (error as Error).message, '`npm start -- --help` lists them.');
  }
  const role = ROLES.find((one) => one === values.role);
  if (!role) throw new InvalidInputError(['--role'], `one of ${ROLES.join(', ')}, not ${values.role}`);
  const shards = Number(values.shards);
  if (!/^\d$/.test(values.shards) || shards > MOST_SHARDS)
    throw new InvalidInputError(['--shards'], `a number from 0 to ${MOST_SHARDS}, not ${values.shards}`);
  return { role, shards, help: values.help };
}
