import type { Wait } from './lock-probe.ts';
import type { Session } from './session-probe.ts';

/** One session of the tree, in the order of printing: each right behind what it waits for. */
export interface LockNode {
  /** 0 for one that blocks others and waits for nobody. */
  readonly depth: number;
  /** 0 for a prepared transaction, which has no process. */
  readonly pid: number;
  /** Null when it has ended meanwhile, and for a prepared transaction. */
  readonly session: Session | null;
  /** Null for one that waits for nobody. */
  readonly wait: Wait | null;
  /** How many wait for it, directly or behind others. */
  readonly blockedCount: number;
}

/** Who waits for whom on an instance. */
export interface LockTree {
  readonly cluster: string;
  readonly instance: string;
  /** The one that holds up most comes first; empty when nobody waits. */
  readonly nodes: readonly LockNode[];
  readonly checkedAt: Date;
}

/**
 * The waits as a tree in the order of printing. One who waits for several stands below the one that holds up most. A
 * circle, which PostgreSQL ends itself within deadlock_timeout, is entered at its lowest process id.
 */
export function growLockTree(waits: readonly Wait[], sessions: readonly Session[]): readonly LockNode[] {
  const waitOf = new Map(waits.map((wait) => [wait.pid, wait]));
  const sessionOf = new Map(sessions.map((session) => [session.pid, session]));
  const blocked = blockedByEach(waits);
  const counts = new Map<number, number>();
  const pids = [...new Set([...waitOf.keys(), ...blocked.keys()])].toSorted((a, b) => a - b);
  for (const pid of pids) counts.set(pid, countBehind(pid, blocked));
  const byWeight = (a: number, b: number) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b;

  const nodes: LockNode[] = [];
  const seen = new Set<number>();
  const visit = (pid: number, depth: number): void => {
    if (seen.has(pid)) return;
    seen.add(pid);
    nodes.push({
      ...{ depth, pid, session: sessionOf.get(pid) ?? null, wait: waitOf.get(pid) ?? null },
      blockedCount: counts.get(pid) ?? 0,
    });
    for (const next of [...(blocked.get(pid) ?? [])].toSorted(byWeight)) visit(next, depth + 1);
  };
  for (const pid of pids.filter((one) => !waitOf.has(one)).toSorted(byWeight)) visit(pid, 0);
  for (const pid of pids) visit(pid, 0); // what is left goes round in circles
  return nodes;
}

function blockedByEach(waits: readonly Wait[]): ReadonlyMap<number, ReadonlySet<number>> {
  const blocked = new Map<number, Set<number>>();
  for (const { pid, blockedBy } of waits) {
    for (const blocker of blockedBy) blocked.set(blocker, (blocked.get(blocker) ?? new Set()).add(pid));
  }
  return blocked;
}

function countBehind(pid: number, blocked: ReadonlyMap<number, ReadonlySet<number>>): number {
  const behind = new Set<number>();
  const queue = [...(blocked.get(pid) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === pid || behind.has(next)) continue;
    behind.add(next);
    queue.push(...(blocked.get(next) ?? []));
  }
  return behind.size;
}
