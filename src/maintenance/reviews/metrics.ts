import { finding, type Found } from '../findings.ts';
import type { Metric } from '../sources.ts';

/** Figures of health that are not as they should be. Pure. */
export function judgeMetrics(metrics: readonly Metric[], names: readonly string[]): Found {
  const chosen = metrics.filter(({ name }) => names.includes(name));
  const findings = chosen.flatMap((one) => {
    if (one.state === 'OK') return [];
    const subject = one.instance === null ? one.name : `${one.name} of ${one.instance}`;
    const limit = one.state === 'CRITICAL' ? one.critical : one.target;
    const figure =
      one.value === null ? 'is not known' : `is ${one.value} ${one.unit}, and should be ${limit ?? 'other'}`;
    const message = [figure, one.reason].filter((part) => part !== null).join(': ');
    return [
      finding(one.state, subject, message, {
        suggestedAction: one.hint,
        statement: /^(GRANT|CREATE|ALTER) /.test(one.hint ?? '') ? one.hint : null,
      }),
    ];
  });
  const seen = [...new Set(chosen.map(({ name }) => name))];
  return { findings, lookedAt: seen.length === 0 ? [] : [`the metrics ${seen.join(', ')}`] };
}
