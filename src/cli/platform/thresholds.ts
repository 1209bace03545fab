import type { Command } from 'commander';
import { runs, withExamples, type CommandContext } from '../command.ts';
import { PlatformThresholdsDocument, UpsertThresholdDocument } from '../generated/graphql.ts';
import {
  describeThreshold,
  formatThresholds,
  type LimitOptions,
  toLimitFields,
  withLimits,
} from '../health/thresholds.ts';
import { requireService } from './lines.ts';
import { unwrap } from '../session.ts';

export function addPlatformThresholds(platform: Command, context: CommandContext): void {
  const thresholds = platform.command('thresholds').description('the limits of the figures of services');

  const list = thresholds
    .command('list')
    .description('the limits that hold for a service')
    .argument('<name>', 'name of the service')
    .option('--set', 'only those that somebody has set');
  withExamples(list, 'sunday platform thresholds list redis', 'sunday platform thresholds list redis --set');
  runs<{ set?: boolean }>(list, context, async (session, { set }, [name = '']) => {
    const answer = await session.client.request(PlatformThresholdsDocument, { name });
    const service = requireService(answer.platformService, name);
    const found = service.thresholds.filter(({ setFor }) => set !== true || setFor !== 'DEFAULT');
    session.show({ service: name, thresholds: found }, () =>
      found.length === 0 ? `Nobody has set limits for ${name}.` : formatThresholds(found),
    );
  });

  const set = withLimits(
    thresholds
      .command('set')
      .description('sets both limits of a figure, for one service or for all')
      .argument('<metric>', 'name of the figure, e.g. redis_memory_used')
      .option('--service <name>', 'the service; left out: all that have no limits of their own'),
  );
  withExamples(
    set,
    'sunday platform thresholds set redis_memory_used --target 70 --critical 90 --service redis',
    'sunday platform thresholds set redis_memory_used --default --service redis',
  );
  runs<LimitOptions & { service?: string }>(set, context, async (session, options, [metric = '']) => {
    const { service } = options;
    const input = { metric, ...(service === undefined ? {} : { service }), ...toLimitFields(options) };
    const answer = await session.client.request(UpsertThresholdDocument, { input });
    const { threshold } = unwrap(answer.upsertThreshold);
    session.show({ service: service ?? null, threshold, dryRun: options.dryRun === true }, () =>
      describeThreshold(threshold, service ?? 'all services', options),
    );
  });
}
