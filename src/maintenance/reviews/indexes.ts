import { finding, type Found, type Severity } from '../findings.ts';
import type { MaintenanceSources } from '../sources.ts';

const SEVERITIES: Readonly<Record<string, Severity>> = {
  INVALID: 'WARNING',
  DUPLICATE: 'WARNING',
  UNUSED: 'INFO',
};
const ACTIONS: Readonly<Record<string, string>> = {
  INVALID: 'Rebuild it, or drop it when nobody misses it: the task REINDEX does the first.',
  DUPLICATE: 'Drop it with a migration.',
  UNUSED: 'Drop it with a migration, once the quarter with its reports is over.',
};

/** What indexes cost without helping. */
export async function reviewIndexes(sources: MaintenanceSources, cluster: string): Promise<Found> {
  const { indexes, total, silent } = await sources.indexUsage(cluster);
  const known = indexes.flatMap(({ schema, name, table, bytes, verdict, because, statement }) => {
    const severity = SEVERITIES[verdict];
    if (severity === undefined) return [];
    const size = Number((bytes / 1024 ** 2).toPrecision(3));
    return [
      finding(severity, `${schema}.${name}`, `${because}; on ${table}, ${size} MB`, {
        suggestedAction: ACTIONS[verdict] ?? null,
        statement,
      }),
    ];
  });
  const untold = indexes.filter(({ verdict }) => verdict === 'UNKNOWN');
  const unknown = untold.slice(0, 1).map(({ because }) =>
    finding('UNKNOWN', `${untold.length} index(es)`, because, {
      suggestedAction: 'Look again when scans have been counted for a week.',
    }),
  );
  const of = silent.length === 0 ? 'on all instances' : `without ${silent.join(', ')}`;
  return { findings: [...known, ...unknown], lookedAt: [`the use of ${total} index(es) ${of}`] };
}
