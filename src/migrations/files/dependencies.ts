import type { MigrationHeader } from './header.ts';

interface Dependent {
  readonly version: string;
  readonly name: string;
  readonly header: Pick<MigrationHeader, 'depends'>;
}

/**
 * What is wrong with the graph of dependencies: one that is missing, one that would come later, a circle. Migrations
 * are applied in the order of their numbers, so a graph without these problems is already in order.
 */
export function findDependencyProblems(files: readonly Dependent[]): readonly string[] {
  const byNumber = new Map(files.map((one) => [Number(one.version), one]));
  return files.flatMap((file) =>
    file.header.depends.flatMap((version) => {
      const needed = byNumber.get(Number(version));
      if (!needed) return [`${fileNameOf(file)}: depends on ${version}, which is missing`];
      if (Number(version) < Number(file.version)) return [];
      const circle = findWay(byNumber, needed, file);
      if (circle) return [`${fileNameOf(file)}: depends on itself: ${[file.version, ...circle].join(' → ')}`];
      return [`${fileNameOf(file)}: depends on ${version}, which is applied after it`];
    }),
  );
}

/** Those of `candidates` that declare to need `version`, lowest first. */
export function listDependents<One extends Dependent>(
  version: string,
  candidates: readonly One[],
): readonly One[] {
  return candidates.filter((one) => one.header.depends.some((needed) => Number(needed) === Number(version)));
}

/** Versions on a way along the dependencies, both ends included; null when there is none. */
function findWay(
  byNumber: ReadonlyMap<number, Dependent>,
  from: Dependent,
  to: Dependent,
): readonly string[] | null {
  const visited = new Set<Dependent>();
  const visit = (at: Dependent): readonly string[] | null => {
    if (at === to) return [at.version];
    if (visited.has(at)) return null;
    visited.add(at);
    for (const version of at.header.depends) {
      const next = byNumber.get(Number(version));
      const way = next && visit(next);
      if (way) return [at.version, ...way];
    }
    return null;
  };
  return visit(from);
}

function fileNameOf({ version, name }: Dependent): string {
  return `${version}_${name}.sql`;
}
