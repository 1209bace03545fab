import type { Fleet } from '../../fleet/fleet.ts';
import { probeCluster } from '../../fleet/probe.ts';
import type { Database } from '../../postgres/pool.ts';
import { describeArchiving, type Archiving } from './health.ts';
import { toSegmentName } from './segments.ts';
import { stanzaOf, type Backup, type Catalogue } from '../catalogue.ts';
import type { BackupSet } from '../pgbackrest/info.ts';
import { judgeLoss, type LossWindow } from './loss.ts';
import { sharpenLoss, type SharpenInput } from './loss-log.ts';
import { listSlots, readLogState, type LogState, type SlotState } from './loss-probe.ts';
import { toRecovery, type Recovery } from './windows-report.ts';
import { createScanner, type ArchiveScan } from './windows-scan.ts';

/** What would be lost, and how write-ahead log gets into the repository. */
export interface Safety {
  readonly loss: LossWindow;
  readonly archiving: Archiving;
}

/** All throw {ClusterNotFoundError}, {BackupsNotConfiguredError} and the typed failures of a repository. */
export interface RecoveryWindowService {
  /** Everything that can be recovered. It reads one segment for each window, once. */
  read(cluster: string): Promise<Recovery>;
  /** What would be lost if the primary burned down now. A primary that is down is part of the answer. */
  measure(cluster: string): Promise<Safety>;
}

export interface RecoveryWindowDependencies {
  readonly fleet: Fleet;
  readonly postgresBinaries: string;
  /** Sets of the cluster's stanza that can be counted on. */
  readonly listSets: (cluster: string) => Promise<readonly BackupSet[]>;
}

/** Sets that can be counted on: neither they nor one that they build on is known to be damaged. */
export async function listUsableSets(catalogue: Catalogue, cluster: string): Promise<readonly Backup[]> {
  const [found = []] = await catalogue.listByCluster([cluster]);
  if (found instanceof Error) throw found;
  const usable = new Set(found.filter(({ state }) => state === 'COMPLETE').map(({ label }) => label));
  return found.filter(
    ({ label, references }) => usable.has(label) && references.every((one) => usable.has(one)),
  );
}

/** A look at a cluster: its archive first, so that what the primary says is never older. */
interface Look {
  readonly scans: readonly ArchiveScan[];
  /** Null when no primary answers. */
  readonly primary: Database | null;
  readonly log: LogState | null;
  readonly slots: readonly SlotState[] | null;
  readonly reason: string | null;
  readonly safety: Safety;
  readonly checkedAt: Date;
}

const KEPT_MS = 1_000;

/** Live from the repositories and the primaries; one look in a second is enough for each. */
export function createRecoveryWindows(deps: RecoveryWindowDependencies): RecoveryWindowService {
  const scanner = createScanner({ binaries: deps.postgresBinaries });
  const kept = new Map<string, { readonly look: Promise<Look>; readonly untilMs: number }>();

  const findEnd = async (cluster: string, scan: ArchiveScan, window: ArchiveScan['windows'][number]) => {
    try {
      return { at: await scanner.readEnd(stanzaOf(deps.fleet, cluster), scan, window), reason: null };
    } catch (error) {
      return { at: null, reason: error instanceof Error ? error.message : String(error) };
    }
  };
  const look = async (cluster: string): Promise<Look> => {
    const stanza = stanzaOf(deps.fleet, cluster);
    const checkedAt = new Date();
    const [sets, primary] = await Promise.all([deps.listSets(cluster), askPrimary(deps.fleet, cluster)]);
    // Behind the sets, though it costs 50 ms: in a listing that is older than they are, the newest would lack its log.
    const scans = await scanner.scan({ stanza, sets, log: primary.log });
    const scan = scans.find((one) => one.isCurrent) ?? null;
    const { loss, log } = await measureLoss(scan, primary, {
      ...{ stanza, binaries: deps.postgresBinaries },
      findEnd: async (window) => (scan === null ? null : (await findEnd(cluster, scan, window)).at),
    });
    const archiving = await describeArchiving({ ...primary, stanza, scan, log });
    return { ...primary, log, scans, safety: { loss, archiving }, checkedAt };
  };
  const lookKept = (cluster: string): Promise<Look> => {
    const known = kept.get(cluster);
    if (known !== undefined && known.untilMs > performance.now()) return known.look;
    const found = look(cluster);
    kept.set(cluster, { look: found, untilMs: performance.now() + KEPT_MS });
    found.catch(() => kept.delete(cluster));
    return found;
  };

  return {
    measure: async (cluster) => (await lookKept(cluster)).safety,
    async read(cluster) {
      const { scans, safety, checkedAt, log } = await lookKept(cluster);
      return toRecovery({ cluster, scans, safety, checkedAt, log }, (scan, window) =>
        findEnd(cluster, scan, window),
      );
    },
  };
}

type Primary = Pick<Look, 'primary' | 'log' | 'slots' | 'reason'>;

/** Never throws for a server that is down: that is what the figures are for. */
async function askPrimary(fleet: Fleet, cluster: string): Promise<Primary> {
  const states = await probeCluster(fleet, fleet.get(cluster));
  const primaries = states.filter(({ role }) => role === 'PRIMARY');
  const [found] = primaries;
  if (found === undefined || primaries.length > 1) {
    const reason =
      found === undefined ? 'no instance says that it is the primary' : 'two instances take writes';
    return { primary: null, log: null, slots: null, reason };
  }
  const primary = fleet.monitor(found.instance);
  try {
    const [log, slots] = await Promise.all([readLogState(primary, null), listSlots(primary)]);
    return { primary, log, slots, reason: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { primary: null, log: null, slots: null, reason };
  }
}

/** Asks the primary once more, after the listing: what it wrote in between counts as not archived. */
async function measureLoss(
  scan: ArchiveScan | null,
  { primary, log, reason }: Primary,
  tools: Pick<SharpenInput, 'stanza' | 'binaries'> & {
    readonly findEnd: (window: ArchiveScan['windows'][number]) => Promise<Date | null>;
  },
): Promise<{ readonly loss: LossWindow; readonly log: LogState | null }> {
  const unknown = (because: string) => ({
    loss: { seconds: null, bytes: null, isEverything: false, reason: because },
    log,
  });
  if (primary === null || log === null) return unknown(reason ?? 'no primary answers');
  const timeline = scan?.timelines.find(({ id }) => id === log.timeline);
  if (timeline?.hasHistory === false)
    return unknown(`the history of timeline ${log.timeline} is not in the repository`);
  const window = scan?.current ?? null;
  if (scan === null || window === null) return { loss: judgeLoss(null, log), log };
  const { lastSegment, lastTimeline } = window;
  const name = toSegmentName({ timeline: lastTimeline, index: lastSegment }, scan.segmentBytes);
  try {
    const [lastEndAt, later] = await Promise.all([tools.findEnd(window), readLogState(primary, name)]);
    const bound = judgeLoss({ lastSegment, lastEndAt }, later);
    const loss = await sharpenLoss(bound, { ...tools, primary, log: later, lastSegment });
    return { loss, log: later };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}
