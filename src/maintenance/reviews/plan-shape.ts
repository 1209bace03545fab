import type { PlannedStep } from '../sources.ts';

/** Their children are partitions, of which there are more each month: that is no other plan. */
const OF_PARTITIONS: readonly string[] = ['Append', 'Merge Append'];

interface Branch {
  readonly step: PlannedStep;
  readonly below: readonly Branch[];
}

/** Pure: the steps without their figures, one in each line; partitions that are read alike are one. */
export function shapeOf(steps: readonly PlannedStep[]): string {
  return grow(steps)
    .flatMap((branch) => print(branch, { depth: 0, isPartition: false }))
    .join('\n');
}

/** Steps come as EXPLAIN lists them: what is below one follows it. */
function grow(steps: readonly PlannedStep[]): readonly Branch[] {
  const [first] = steps;
  if (first === undefined) return [];
  const next = steps.findIndex(({ depth }, position) => position > 0 && depth <= first.depth);
  const end = next === -1 ? steps.length : next;
  return [{ step: first, below: grow(steps.slice(1, end)) }, ...grow(steps.slice(end))];
}

interface Place {
  readonly depth: number;
  readonly isPartition: boolean;
}

function print({ step, below }: Branch, { depth, isPartition }: Place): readonly string[] {
  const name = (text: string) => (isPartition ? text.replaceAll(/\d+/g, 'N') : text);
  const using = step.index === null ? '' : ` using ${name(step.index)}`;
  const on = step.relation === null ? '' : ` on ${name(step.relation)}`;
  const inside = { depth: depth + 1, isPartition: isPartition || OF_PARTITIONS.includes(step.kind) };
  const children = below.map((one) => print(one, inside).join('\n'));
  return [`${'  '.repeat(depth)}${step.kind}${using}${on}`, ...new Set(children)];
}

const MOST_SHOWN = 3;

/** Pure: the steps of one shape that the other one has not, and the other way round. */
export function describeChange(before: string, after: string): string {
  const [old, now] = [before, after].map((shape) => shape.split('\n').map((line) => line.trim()));
  const gone = without(old ?? [], now ?? []);
  const come = without(now ?? [], old ?? []);
  if (gone.length === 0 && come.length === 0) return 'the same steps in another order';
  return `${list(gone)} → ${list(come)}`;
}

/** Each line as often as it is there more often. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const place = left.indexOf(line);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function list(lines: readonly string[]): string {
  if (lines.length === 0) return 'nothing';
  const more = lines.length > MOST_SHOWN ? ` and ${lines.length - MOST_SHOWN} more` : '';
  return `${lines.slice(0, MOST_SHOWN).join(', ')}${more}`;
}
