import { writeName } from '../../postgres/names.ts';
import { grantMonitor, measured, percent, quiet, unknown, type Figure } from '../measure.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { readHostFiles } from './hot-probe.ts';
import {
  isHere,
  isProgramReplaced,
  parseHost,
  readOwnDisk,
  readOwnHost,
  type HostFigures,
  type HostLook,
} from './host-files.ts';
import type { HotLook } from './look.ts';
import type { Rights } from './rights-probe.ts';

const ELSEWHERE = 'the instance runs on another machine, where nothing of ours runs';

/** Makes the load of a machine known through its instance. Its owner, a superuser, reads the two files and no other. */
export function hostFunction(role: string): string {
  return [
    'CREATE FUNCTION public.sunday_host_files(OUT stat text, OUT meminfo text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog',
    "AS $$ SELECT pg_read_file('/proc/stat'), pg_read_file('/proc/meminfo') $$;",
    'REVOKE ALL ON FUNCTION public.sunday_host_files() FROM PUBLIC;',
    `GRANT EXECUTE ON FUNCTION public.sunday_host_files() TO ${writeName(role)};`,
  ].join(' ');
}

/** Never throws for what it may not read: that part says why. */
export async function readHost(db: Queryable, host: string, rights: Rights): Promise<HostLook> {
  const { dataDirectory, canReadHost } = rights;
  if (dataDirectory !== null && (await isHere(host, dataDirectory)))
    return {
      load: await readOwnHost().catch(unseen),
      disk: await readOwnDisk(dataDirectory).catch(unseen),
      isReplaced: await isProgramReplaced(dataDirectory),
    };
  const nothing =
    dataDirectory === null
      ? { reason: `${rights.user} may not see where the data directory is`, hint: grantMonitor(rights.user) }
      : { reason: ELSEWHERE, hint: null };
  return {
    disk: nothing,
    isReplaced: nothing,
    load: canReadHost
      ? await readHostFiles(db).then(({ stat, meminfo }) => parseHost(stat, meminfo))
      : { reason: nothing.reason, hint: nothing.hint ?? hostFunction(rights.user) },
  };
}

function unseen(error: unknown) {
  return { reason: error instanceof Error ? error.message : String(error), hint: null };
}

/** Disk, processors and memory under an instance. */
export function judgeHost(instance: string, before: HotLook | null, { host }: HotLook): readonly Figure[] {
  const { disk, isReplaced } = host;
  return [
    ...('reason' in disk
      ? [unknown('disk_used', instance, disk), unknown('disk_free', instance, disk)]
      : [
          {
            ...measured('disk_used', instance, percent(disk.sizeBytes - disk.freeBytes, disk.sizeBytes)),
            reason: 'of the file system of the data directory',
          },
          measured('disk_free', instance, disk.freeBytes),
        ]),
    ...judgeLoad(instance, before?.host.load, host.load),
    typeof isReplaced === 'object'
      ? unknown('program_replaced', instance, isReplaced)
      : judgeProgram(instance, isReplaced),
  ];
}

function judgeLoad(
  instance: string,
  before: HostLook['load'] | undefined,
  after: HostLook['load'],
): readonly Figure[] {
  const names = ['io_wait', 'cpu_used', 'memory_used'] as const;
  if ('reason' in after) return names.map((name) => unknown(name, instance, after));
  const memory = measured(
    'memory_used',
    instance,
    percent(after.memoryBytes - after.availableBytes, after.memoryBytes),
  );
  const ticks = before === undefined || 'reason' in before ? null : ticksBetween(before, after);
  if (ticks === null || ticks.total <= 0)
    return [...names.slice(0, 2).map((name) => quiet(name, instance, 'an interval needs two looks')), memory];
  return [
    measured('io_wait', instance, percent(Math.max(0, ticks.wait), ticks.total)),
    measured('cpu_used', instance, percent(Math.max(0, ticks.total - ticks.idle - ticks.wait), ticks.total)),
    memory,
  ];
}

function ticksBetween(before: HostFigures, after: HostFigures) {
  return {
    total: after.totalTicks - before.totalTicks,
    idle: after.idleTicks - before.idleTicks,
    wait: after.waitTicks - before.waitTicks, // proc(5): the kernel may count it backwards
  };
}

function judgeProgram(instance: string, isReplaced: boolean): Figure {
  const metric = measured('program_replaced', instance, isReplaced ? 1 : 0);
  if (!isReplaced) return metric;
  return {
    ...metric,
    reason: 'the program was upgraded on the disk; the old one still runs',
    hint: 'Restart the instance: new sessions may fail to load libraries of another version.',
  };
}
