import { existsSync } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverPid, type ServerOptions } from '../../../postgres/server.ts';
import { run } from '../../../process.ts';
import { stanzaOf } from '../../catalogue.ts';
import { readStanzaSettings } from '../../pgbackrest/repository.ts';
import type { FindDependencies } from '../find.ts';
import { RestoreInPlaceRefusedError } from './errors.ts';

/** A server that is configured; `options` is null when it is not ours to stop and start. */
export interface ConfiguredServer {
  readonly name: string;
  readonly options: ServerOptions | null;
  readonly superuser: string;
}

/** One server of the cluster. Plain data: it is kept in a checkpoint. */
export interface Member {
  readonly name: string;
  readonly options: ServerOptions;
  readonly superuser: string;
  readonly isRunning: boolean;
  /** The slot that it streams from; null for none. */
  readonly slot: string | null;
}

export interface Members {
  readonly primary: Member;
  readonly standbys: readonly Member[];
}

export interface MemberDependencies extends FindDependencies {
  /** All servers of a cluster. Left out: none is ours to stop. */
  readonly listServers?: ((cluster: string) => readonly ConfiguredServer[]) | undefined;
}

/** Looks at the directories themselves: the servers may be down. @throws {RestoreInPlaceRefusedError} */
export async function getMembers(deps: MemberDependencies, cluster: string): Promise<Members> {
  const refuse = (problem: string) =>
    new RestoreInPlaceRefusedError(cluster, problem, listManualSteps(deps, cluster));
  const servers = deps.listServers?.(cluster) ?? [];
  const members: (Member & { isStandby: boolean })[] = [];
  for (const { name, options, superuser } of servers) {
    if (options === null) throw refuse(`instance ${name} has no \`control\` in sunday.yaml`);
    const problem = await findProblem(options);
    if (problem !== null) throw refuse(`${options.dataDirectory} of ${name} ${problem}`);
    const isStandby = existsSync(join(options.dataDirectory, 'standby.signal'));
    const isRunning = serverPid(options.dataDirectory) !== null;
    const slot = isStandby ? await readSlot(options) : null;
    members.push({ name, options, superuser, isRunning, slot, isStandby });
  }
  const [primary, ...others] = members.filter((one) => !one.isStandby);
  if (primary === undefined) throw refuse('none of its directories is that of a primary');
  if (others.length > 0) throw refuse('more than one of its directories is that of a primary');
  const known = readStanzaSettings(stanzaOf(deps.fleet, cluster)).servers.map((one) => one.dataDirectory);
  if (!known.includes(primary.options.dataDirectory))
    throw refuse(`pgbackrest.conf does not name ${primary.options.dataDirectory}`);
  return { primary, standbys: members.filter((one) => one.isStandby) };
}

/** What a rename would not carry along, or what we may not do. */
async function findProblem({ dataDirectory }: ServerOptions): Promise<string | null> {
  const found = await lstat(dataDirectory).catch(() => null);
  if (found === null) return 'is not on this host';
  if (!found.isDirectory()) return 'is a link';
  if (found.uid !== process.getuid?.()) return `belongs to user id ${found.uid}, and we are another`;
  if (found.dev !== (await stat(dirname(dataDirectory))).dev) return 'is a mount point';
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) return 'holds no PostgreSQL';
  if (!existsSync(join(dataDirectory, 'postgresql.conf'))) return 'has its configuration elsewhere';
  if ((await lstat(join(dataDirectory, 'pg_wal'))).isSymbolicLink()) return 'has its log elsewhere';
  if ((await readdir(join(dataDirectory, 'pg_tblspc'))).length > 0) return 'has tablespaces';
  return null;
}

/** From its configuration, running or not. */
async function readSlot({ binaries, dataDirectory }: ServerOptions): Promise<string | null> {
  const words = ['-D', dataDirectory, '-C', 'primary_slot_name'];
  const { stdout } = await run(join(binaries, 'postgres'), words, { timeoutMs: 30_000 });
  return stdout.trim() === '' ? null : stdout.trim();
}

function listManualSteps({ fleet }: MemberDependencies, cluster: string): readonly string[] {
  const { configFile, name } = stanzaOf(fleet, cluster);
  return [
    'restore into a new directory with `sunday backups restore … --destination DIR` and look at it;',
    'stop the standbys, then the primary (pg_ctl stop -m fast), and move its data directory away;',
    `pgbackrest --config=${configFile} --stanza=${name} --type=… --target=… --target-action=promote restore;`,
    'put its configuration files back and start it; wait until pg_is_in_recovery() is false;',
    'make the slots of the standbys, and each standby anew with pg_basebackup;',
    'see that pg_stat_archiver moves on, and take a full backup.',
  ];
}
