import { writeName } from '../../postgres/names.ts';
import { measured, quiet, unknown, type Figure } from '../measure.ts';
import { round } from './sessions.ts';
import type { Missing } from './warm.ts';
import type { BloatFigures, IndexFigures, SequenceFigures } from './warm-probe.ts';

const SHOWN = 5;

/** The first names of a list, and how many more there are. */
export function describeNames(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).join(', ')}${more}`;
}

export function judgeBloat(instance: string, bloat: BloatFigures | Missing): readonly Figure[] {
  if ('reason' in bloat)
    return [unknown('table_bloat', instance, bloat), unknown('bloat_size', instance, bloat)];
  const { tables, worstTable, worstShare, freeBytes } = bloat;
  if (worstShare === null || worstTable === null)
    return [
      quiet('table_bloat', instance, 'no table has 10 MB and statistics of all its columns'),
      measured('bloat_size', instance, 0),
    ];
  const metric = {
    ...measured('table_bloat', instance, round(worstShare)),
    reason: `estimated, of ${worstTable}`,
  };
  return [
    metric.state === 'OK'
      ? metric
      : { ...metric, hint: `VACUUM FULL ${worstTable}; it locks the table, pg_repack does not.` },
    { ...measured('bloat_size', instance, freeBytes), reason: `estimated, of ${tables} tables` },
  ];
}

export function judgeSequences(
  instance: string,
  sequences: SequenceFigures | Missing,
  user: string,
): readonly Figure[] {
  if ('reason' in sequences) return [unknown('sequence_used', instance, sequences)];
  const { worst, worstShare, hidden, schemas } = sequences;
  if (hidden > 0)
    return [
      unknown('sequence_used', instance, {
        reason: `${user} may not see the values of ${hidden} sequences`,
        hint: schemas
          .map((schema) => `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${writeName(user)};`)
          .join(' '),
      }),
    ];
  if (worst === null || worstShare === null)
    return [quiet('sequence_used', instance, 'no sequence counts towards an end')];
  return [{ ...measured('sequence_used', instance, round(worstShare)), reason: `of ${worst}` }];
}

/** Those that no instance uses are judged for the whole cluster, by `judgeUnused`. */
export function judgeIndexes(
  instance: string,
  indexes: IndexFigures | Missing,
  { isPrimary }: { readonly isPrimary: boolean },
): readonly Figure[] {
  if (!isPrimary) return [];
  const names = ['duplicate_indexes', 'invalid_indexes'] as const;
  if ('reason' in indexes) return names.map((name) => unknown(name, instance, indexes));
  const { duplicate, invalid } = indexes;
  return [
    {
      ...measured('duplicate_indexes', instance, duplicate.length),
      reason: describeNames(duplicate),
      hint: dropping(duplicate),
    },
    {
      ...measured('invalid_indexes', instance, invalid.length),
      reason: describeNames(invalid),
      hint: invalid[0] === undefined ? null : `REINDEX INDEX CONCURRENTLY ${invalid[0]};`,
    },
  ];
}

function dropping([first]: readonly string[]): string | null {
  return first === undefined ? null : `DROP INDEX CONCURRENTLY ${first};`;
}

const LEAST_AGE_SECONDS = 7 * 86_400;

/**
 * Pure: indexes that nobody has used for a week, on any instance. `all` holds what each configured instance says;
 * null for one that does not answer, because its readers may be the ones who use an index.
 */
export function judgeUnused(all: readonly (IndexFigures | Missing | null)[]): Figure {
  const known = all.filter((one): one is IndexFigures => one !== null && 'unused' in one);
  if (known.length < all.length || known.length === 0)
    return quiet('unused_indexes', null, 'not all instances say which indexes they use');
  const seconds = Math.min(...known.map(({ statisticsSeconds }) => statisticsSeconds));
  if (seconds < LEAST_AGE_SECONDS)
    return quiet(
      'unused_indexes',
      null,
      `the counters of use are only ${Math.floor(seconds / 86_400)} days old`,
    );
  const [first, ...others] = known.map(({ unused }) => unused);
  const sets = others.map((one) => new Set(one.map(({ oid }) => oid)));
  const unused = (first ?? []).filter(({ oid }) => sets.every((set) => set.has(oid))).map(({ name }) => name);
  return {
    ...measured('unused_indexes', null, unused.length),
    reason: describeNames(unused),
    hint: dropping(unused),
  };
}
