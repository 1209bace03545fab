import { z } from 'zod';
import { formatCount } from '../terminal/format.ts';
import { formatTable } from '../terminal/terminal.ts';
import type { EndDetails } from '../terminal/watch.ts';

const FILES_SHOWN = 10;

/** What `backups.verify` gives; a set that fails is in the error instead. */
const RESULT = z.object({
  sets: z.array(
    z.object({
      label: z.string(),
      isValid: z.boolean(),
      problem: z.string().nullish(),
      filesChecked: z.number(),
      filesValid: z.number(),
      files: z.array(z.object({ problem: z.string(), path: z.string() })).nullish(),
    }),
  ),
  otherProblems: z.number(),
});

/** One line for each set that was read back; null: the result says nothing of sets. */
export function describeVerification({ result }: { readonly result: unknown }): EndDetails | null {
  const parsed = RESULT.safeParse(result);
  if (!parsed.success) return null;
  const { sets, otherProblems } = parsed.data;
  const rows = sets.map((one) => [
    one.label,
    one.isValid ? 'valid' : 'INVALID',
    `${formatCount(one.filesValid)} of ${formatCount(one.filesChecked)}`,
    one.problem ?? '',
  ]);
  const broken = sets.flatMap(({ files }) => files ?? []);
  const lines = [
    formatTable(['backup', 'is', 'files as written', ''], rows),
    ...broken.slice(0, FILES_SHOWN).map(({ problem, path }) => `${problem}: ${path}`),
    ...(broken.length > FILES_SHOWN ? [`and ${formatCount(broken.length - FILES_SHOWN)} more files`] : []),
    otherProblems === 0
      ? 'nothing else in the repository is wrong'
      : `${formatCount(otherProblems)} problems in files that no backup needs: write-ahead log between them`,
  ];
  return { text: lines.join('\n'), document: {} };
}
