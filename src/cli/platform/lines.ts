import { RecordedError } from '../../errors.ts';
import { formatAge, formatFigure, NOTHING } from '../terminal/format.ts';
import type { PlatformLineFragment } from '../generated/graphql.ts';
import { paintState } from '../health/state.ts';
import { formatTable, type Terminal, right } from '../terminal/terminal.ts';

/** What stands beside the clusters, below what is said of them; nothing where nothing is configured. */
export function describePlatform(
  services: readonly PlatformLineFragment[],
  terminal: Terminal,
): readonly string[] {
  if (services.length === 0) return [];
  const trouble = services.flatMap((one) => formatTrouble(one, terminal));
  return ['', formatServices(services, terminal), ...(trouble.length === 0 ? [] : ['', ...trouble])];
}

export function formatServices(services: readonly PlatformLineFragment[], terminal: Terminal): string {
  return formatTable(
    ['name', 'kind', 'state', 'address', right('answer'), 'seen'],
    services.map((one) => {
      const answer = one.metrics.find(({ name }) => name.endsWith('_answer_time'));
      return [
        one.name,
        one.kind.toLowerCase(),
        paintState(terminal, one.state),
        one.address,
        answer === undefined ? NOTHING : formatFigure(answer.value, answer.unit),
        formatAge(one.checkedAt),
      ];
    }),
  );
}

/** One line for each figure that is not OK. */
export function formatTrouble(
  { name, metrics }: PlatformLineFragment,
  terminal: Terminal,
): readonly string[] {
  return metrics
    .filter(({ state }) => state !== 'OK')
    .map((one) =>
      `${paintState(terminal, one.state)} ${name}  ${one.name.replaceAll('_', ' ')}  ${formatFigure(one.value, one.unit)}  ${one.reason ?? ''}`.trimEnd(),
    );
}

export function requireService<Found>(found: Found | null | undefined, name: string): Found {
  if (found !== null && found !== undefined) return found;
  throw new RecordedError({
    code: 'PLATFORM_SERVICE_NOT_FOUND',
    message: `there is no service ${name}`,
    hint: '`sunday platform list` shows those that are configured.',
    retryable: false,
  });
}
