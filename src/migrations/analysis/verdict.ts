import { type Finding, SEVERITIES, type Severity, type Verdict } from './analysis.ts';

const VERDICT_OF: Readonly<Record<Severity, Verdict>> = {
  INFO: 'SAFE',
  WARNING: 'NEEDS_WINDOW',
  DANGER: 'DANGEROUS',
  REFUSED: 'REFUSED',
};

/**
 * The worst finding decides. SAFE: run it at any time. NEEDS_WINDOW: somebody will wait, or a program has to be ready.
 * DANGEROUS: rows are lost, or a big table is closed for long. REFUSED: it cannot work, or must not.
 */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const worst = Math.max(0, ...findings.map((one) => SEVERITIES.indexOf(one.severity)));
  return VERDICT_OF[SEVERITIES[worst] ?? 'INFO'];
}
