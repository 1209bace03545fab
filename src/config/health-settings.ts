import { z } from 'zod';
import { CLICKHOUSE_ADDRESS } from './platform-settings.ts';

/** The part of `sunday.yaml` about what is measured. Secrets stand in files. */
export const HEALTH_SETTINGS = z
  .strictObject({
    history: z
      .strictObject({
        clickhouse: z
          .strictObject({
            ...CLICKHOUSE_ADDRESS,
            database: z
              .string()
              .regex(/^[A-Za-z_]\w{0,62}$/, 'letters, digits and _, 1 to 63, no digit first')
              .default('default')
              .describe(
                'Database that is there; the user makes, fills and drops tables in it, and nothing else.',
              ),
          })
          .optional()
          .describe(
            'ClickHouse that keeps the history of metrics. Left out: the control database does. What one of them has is not taken to the other.',
          ),
      })
      .prefault({}),
  })
  .prefault({});
